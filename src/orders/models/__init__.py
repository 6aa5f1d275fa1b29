from orders.models.attempt import Attempt, Capture
from orders.models.delivery import DeliveryMethod
from orders.models.order import Order, OrderEvent, OrderLine

__all__ = ["Attempt", "Capture", "DeliveryMethod", "Order", "OrderEvent", "OrderLine"]
