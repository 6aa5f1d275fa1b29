from contact.models.event import Event
from contact.models.message import Message
from contact.models.thread import NotNow, Thread

__all__ = ["Event", "Message", "NotNow", "Thread"]
