from newsletter.models.choice import Choice, Source, Topic
from newsletter.models.consent import Consent
from newsletter.models.subscriber import Subscriber
from newsletter.models.welcome import WelcomeOffer

__all__ = ["Choice", "Consent", "Source", "Subscriber", "Topic", "WelcomeOffer"]
