from django import template

from contact.models import Thread

register = template.Library()


@register.simple_tag
def messages_waiting() -> int:
    """How many wait for the shop."""
    return Thread.objects.waiting().count()
