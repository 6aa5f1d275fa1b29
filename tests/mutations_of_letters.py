"""As tests/mutations.py, for letters to many: each takes one guard away, and nothing else."""

from django.db import connection

from campaigns import ledger
from campaigns.models import Campaign
from campaigns.models.delivery import DeliveryQuerySet, State
from newsletter.models import Subscriber


def no_condition(words, instead=""):
    """In the statement that says that a letter goes."""

    def mutation(patch):
        assert words in ledger.STEP
        patch.setattr(ledger, "STEP", ledger.STEP.replace(words, instead))

    return mutation


def no_one_letter_each(patch):
    with connection.cursor() as cursor:  # undone with the test
        cursor.execute("ALTER TABLE campaigns_delivery DROP CONSTRAINT one_letter_each")


def no_lock_on_a_handful(patch):
    def take(self, campaign_id, claim, most):
        found = list(self.filter(campaign=campaign_id, state=State.PENDING)[:most])
        self.filter(pk__in=[each.pk for each in found]).update(claim=claim)
        return found

    patch.setattr(DeliveryQuerySet, "take", take)


def what_is_in_doubt_is_sent_again(patch):
    def lapse(self):
        dead = self.filter(state=State.SENDING)
        return dead.update(state=State.PENDING, claim=None, claimed_until=None)

    patch.setattr(DeliveryQuerySet, "lapse", lapse)


def no_count_of_refusals(patch):
    patch.setattr(Campaign, "refused", lambda self: None)


def no_suppression(patch):
    patch.setattr(Subscriber, "suppress", lambda self, reason: None)
