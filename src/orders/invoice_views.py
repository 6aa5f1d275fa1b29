"""The invoice of a paid order: a page to print, and the same as PDF."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from orders import pdf
from orders.access import opened
from orders.models import Capture, Invoice, Order, Refund
from web.pages import page
from web.request import Request


@require_safe
@opened
def detail(request: Request, order: Order) -> HttpResponse:
    return page(request, "orders/invoice.html", _context(_invoice(order)))


@require_safe
@opened
def as_pdf(request: Request, order: Order) -> HttpResponse:
    invoice = _invoice(order)
    context = _context(invoice)
    try:
        content = pdf.made(render_to_string("orders/invoice_pdf.html", context, request))
    except pdf.NotMade:
        context["title"] = gettext("There are no PDF files here")
        return page(request, "orders/no_pdf.html", context, status=503)
    name = f"{invoice.order.number}-{invoice}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex",
        },
    )


def _invoice(order: Order) -> Invoice:
    """One that is not paid has none, and answers as one that is not there."""
    try:
        return order.invoice
    except Invoice.DoesNotExist as error:
        raise Http404 from error


def _context(invoice: Invoice) -> dict[str, Any]:
    """Money that the order did not need came and went beside the invoice, and is left out."""
    order = invoice.order
    payments = Capture.objects.filter(attempt__order=order, surplus=False).order_by("pk")
    refunds = order.refunds.filter(capture__surplus=False, state=Refund.State.DONE)
    paid, given = sum(each.amount for each in payments), sum(each.amount for each in refunds)
    return {
        "title": gettext("Invoice %(number)s") % {"number": invoice},
        "order": order,
        "invoice": invoice,
        "payments": payments,
        "refunds": refunds,
        "balance": paid - given,
        "shop_tax_number": settings.SHOP_TAX_NUMBER,
    }
