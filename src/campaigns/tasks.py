from contextlib import suppress

from celery import shared_task

from campaigns.fan_out import fan_out
from campaigns.models import Campaign, Delivery, NotNow, Seat
from campaigns.sending import send_some


@shared_task
def send(ticket: str) -> None:
    """Send a handful, and ring for the next one: in between, other mail has its turn."""
    seat = Seat.objects.sit(ticket)
    if seat is None:  # somebody else came with this ticket
        return
    if _send(seat.campaign) and seat.prolong():
        seat.campaign.ring_for(seat.ticket)
    else:
        seat.leave()


def _send(campaign: Campaign) -> bool:
    """Whether there may be more to send at once."""
    if campaign.state != Campaign.State.SENDING:
        return False
    fan_out(campaign.pk)
    if send_some(campaign):
        return True
    campaign.refresh_from_db()
    campaign.end()
    return False


@shared_task
def sweep() -> None:
    """Begin what is due, and go on with what has stopped, whatever stopped it."""
    for campaign in Campaign.objects.due():
        with suppress(NotNow):
            if campaign.blocks.exists():
                campaign.begin()
            else:  # emptied since
                campaign.withdraw(None)
    Delivery.objects.lapse()
    Delivery.objects.go_on()
    for campaign in Campaign.objects.filter(state=Campaign.State.SENDING):
        if not campaign.end():
            campaign.ring()
