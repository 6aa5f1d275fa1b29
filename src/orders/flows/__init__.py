"""The verbs that cross apps. Pages, the admin, tasks and the API call these; none repeats their
checks. No transaction is open while a provider is spoken to. Lock order: session,
member's cart, order, attempt, coupons and then variants by primary key.
"""

from orders.flows.again import Again, again
from orders.flows.ending import cancel, change, expire
from orders.flows.errors import (
    CardDeclined,
    CouponGone,
    EmptyCart,
    Mismatch,
    NotApproved,
    NotEnded,
    NotErased,
    NotPayable,
    NotPlaced,
    NotRefunded,
    NotReturned,
    NotSettled,
    NotShipped,
    PaymentUnderWay,
    QuoteChanged,
    SoldOut,
    TooManyUnpaid,
)
from orders.flows.finding import find
from orders.flows.forgetting import forget
from orders.flows.linking import link
from orders.flows.notices import hear, look
from orders.flows.payment import choose, start
from orders.flows.persons import addresses, erase, export, files, hindrances, is_last_superuser
from orders.flows.placement import Buyer, place
from orders.flows.reconciler import reconcile
from orders.flows.refunds import repaid_by_hand
from orders.flows.refunds import retry as retry_refund
from orders.flows.refunds import send as send_refund
from orders.flows.refunds import stuck as stuck_refunds
from orders.flows.refunds import sync as sync_refunds
from orders.flows.requests import accept_return, ask_return, refuse_return, withdraw_return
from orders.flows.returns import parts, refund
from orders.flows.settlement import settle
from orders.flows.shipping import ship

__all__ = [
    "Again",
    "Buyer",
    "CardDeclined",
    "CouponGone",
    "EmptyCart",
    "Mismatch",
    "NotApproved",
    "NotEnded",
    "NotErased",
    "NotPayable",
    "NotPlaced",
    "NotRefunded",
    "NotReturned",
    "NotSettled",
    "NotShipped",
    "PaymentUnderWay",
    "QuoteChanged",
    "SoldOut",
    "TooManyUnpaid",
    "accept_return",
    "addresses",
    "again",
    "ask_return",
    "cancel",
    "change",
    "choose",
    "erase",
    "expire",
    "export",
    "files",
    "find",
    "forget",
    "hear",
    "hindrances",
    "is_last_superuser",
    "link",
    "look",
    "parts",
    "place",
    "reconcile",
    "refund",
    "refuse_return",
    "repaid_by_hand",
    "retry_refund",
    "send_refund",
    "settle",
    "ship",
    "start",
    "stuck_refunds",
    "sync_refunds",
    "withdraw_return",
]
