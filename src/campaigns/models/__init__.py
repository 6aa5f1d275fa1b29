from campaigns.models.block import Block
from campaigns.models.campaign import Campaign, NotNow
from campaigns.models.delivery import Delivery
from campaigns.models.edition import Edition
from campaigns.models.event import Event
from campaigns.models.pace import Pace
from campaigns.models.seat import Seat

__all__ = ["Block", "Campaign", "Delivery", "Edition", "Event", "NotNow", "Pace", "Seat"]
