from orders.models.attempt import Attempt, Capture
from orders.models.delivery import DeliveryMethod
from orders.models.discount import Discount
from orders.models.event import OrderEvent
from orders.models.invoice import Invoice, InvoiceYear
from orders.models.line import OrderLine
from orders.models.order import Order
from orders.models.refund import Refund, RefundLine
from orders.models.returns import ReturnLine, ReturnRequest
from orders.models.shipment import Carrier, Shipment, ShipmentLine
from orders.models.webhook import WebhookEvent

__all__ = [
    "Attempt",
    "Capture",
    "Carrier",
    "DeliveryMethod",
    "Discount",
    "Invoice",
    "InvoiceYear",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Refund",
    "RefundLine",
    "ReturnLine",
    "ReturnRequest",
    "Shipment",
    "ShipmentLine",
    "WebhookEvent",
]
