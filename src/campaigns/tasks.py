from contextlib import suppress

from celery import shared_task
from django.conf import settings

from campaigns.fan_out import fan_out
from campaigns.models import Campaign, Delivery, NotNow
from campaigns.sending import send_some


@shared_task
def send(campaign_id: int) -> None:
    """Send a handful, and ring for the next one: in between, other mail has its turn."""
    campaign = Campaign.objects.filter(pk=campaign_id, state=Campaign.State.SENDING).first()
    if campaign is None or Delivery.objects.senders(campaign_id) >= settings.LETTERS_AT_ONCE:
        return
    fan_out(campaign_id)
    if send_some(campaign):
        campaign.ring(1)
    else:
        campaign.refresh_from_db()
        campaign.end()


@shared_task
def sweep() -> None:
    """Begin what is due, and go on with what has stopped, whatever stopped it."""
    for campaign in Campaign.objects.due():
        with suppress(NotNow):
            campaign.begin()
    Delivery.objects.lapse()
    Delivery.objects.go_on()
    for campaign in Campaign.objects.filter(state=Campaign.State.SENDING):
        if not campaign.end():
            campaign.ring(settings.LETTERS_AT_ONCE - Delivery.objects.senders(campaign.pk))
