from django import template

from orders.attention import needing
from orders.models import Order

register = template.Library()


@register.simple_tag
def orders_needing_attention() -> int:
    """How many there are."""
    return needing(Order.objects.all()).count()
