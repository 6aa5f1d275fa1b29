from contact.models.event import Event
from contact.models.message import FOLDER, Message, private
from contact.models.thread import NotNow, Thread

__all__ = ["FOLDER", "Event", "Message", "NotNow", "Thread", "private"]
