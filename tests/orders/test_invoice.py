"""Invoices: numbered without gaps, to be printed, and the same as PDF."""

import re
import subprocess

import pytest
from django.conf import settings
from django.db import connection, transaction

import factories
import placing
from dom import parse
from orders import flows, pdf
from orders.models import Invoice, InvoiceYear, Order
from races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.whole]
PREFIXES = ["", "/zh-hant"]


@pytest.fixture
def order(place):
    cup, rice = factories.variant(price=2400), factories.variant(factories.product(0), price=333)
    return placing.pay(place((cup, 2), (rice, 3), method=factories.delivery(price=495)))


def page(order, prefix=""):
    return f"{prefix}/orders/{order.number}/invoice/?key={order.secret}"


def file(order, prefix=""):
    return f"{prefix}/orders/{order.number}/invoice.pdf?key={order.secret}"


def plain(answer):
    """A page without what its own address puts into it."""
    return re.sub(r'(href|value)="[^"]*"', "", answer.text)


def text_of(pdf_bytes):
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf_bytes, capture_output=True, check=True).stdout.decode()


def amounts(text):
    """Every sum of money in it, in order."""
    return re.findall(r"-?£[\d,]+\.\d\d", text.replace("\u2212", "-"))


def sheet(html):
    [found] = parse(html).xpath("//*[@id='invoice-sheet']")
    return found.text_content()


class TestNumbers:
    def test_each_paid_order_has_the_next_number_of_its_year(self, place):
        orders = [placing.pay(place((factories.variant(), 1))) for _ in range(3)]
        numbers = [order.invoice.number for order in orders]
        assert numbers == [1, 2, 3]
        year = orders[0].paid_at.year
        assert str(orders[2].invoice) == f"{year}-00003"

    def test_paying_twice_issues_one(self, order):
        flows.settle(order.attempts.get().pk)
        assert Invoice.objects.count() == 1

    def test_a_payment_that_is_undone_leaves_no_gap(self, place):
        one, two = (place((factories.variant(), 1)) for _ in range(2))
        with transaction.atomic():
            placing.pay(one)
            transaction.set_rollback(True)
        assert placing.pay(two).invoice.number == 1

    def test_years_count_for_themselves(self, order, place):
        other = place((factories.variant(), 1))
        assert Invoice.objects.issue(other, order.invoice.year + 1).number == 1

    @pytest.mark.postgres
    def test_twenty_payments_at_once_leave_no_gap_and_no_number_twice(self, transactional_db):
        method = factories.delivery()
        orders = [placing.place((factories.variant(), 1), method=method) for _ in range(20)]

        def pay(place, order):
            try:
                with transaction.atomic():
                    flows.settle(order.attempts.get().pk)
                    transaction.set_rollback(place % 3 == 0)  # every third comes to nothing
            finally:
                connection.close()

        at_once([lambda p=p, o=o: pay(p, o) for p, o in enumerate(orders)])
        paid = Order.objects.filter(state="paid").count()
        assert paid == 13
        numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, paid + 1))
        assert InvoiceYear.objects.get().last == paid


class TestPage:
    @pytest.mark.parametrize("prefix", PREFIXES)
    def test_it_says_all_that_an_invoice_must(self, client, order, prefix):
        answer = client.get(page(order, prefix))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        said = " ".join(sheet(answer.text).split())
        for words in (str(order.invoice), order.number, "SW1Y 4JH", settings.SHOP_EMAIL):
            assert words in said
        assert settings.SHOP_TAX_NUMBER in said
        for line in order.lines.all():
            assert (line.name_zh if prefix else line.name_en) in said
        assert amounts(said) == [
            *("£24.00", "£48.00", "£3.33", "£9.99", "£4.95", "£4.95", "£62.94"),
            *("£44.12", "£8.83", "£52.95", "£9.99", "£0.00", "£9.99", "£54.11", "£8.83", "£62.94"),
            "£62.94",
        ]

    def test_it_tells_what_was_given_back(self, client, order):
        line = order.lines.all()[0]
        owed = flows.refund(order.pk, {line.pk: 1}, delivery=95)
        assert "Given back" not in client.get(page(order)).text  # not yet
        flows.send_refund(owed.pk)
        said = sheet(client.get(page(order)).text)
        assert amounts(said)[-3:] == ["£62.94", "-£24.95", "£37.99"]
        assert f"1 × {line.title()}" in said

    def test_the_orders_page_leads_to_it(self, client, order, place):
        html = client.get(order.get_absolute_url()).text
        hrefs = parse(html).xpath("//*[@id='invoice-links']//@href")
        assert hrefs == [page(order), file(order)]
        for href in hrefs:
            assert client.get(href).status_code == 200
        assert str(order.invoice) in parse(html).xpath("//*[@class='print-only']")[0].text_content()
        unpaid = place((factories.variant(), 1))
        assert "invoice-links" not in client.get(unpaid.get_absolute_url()).text

    @pytest.mark.parametrize("address", ["invoice/", "invoice.pdf"])
    @pytest.mark.parametrize(
        "query", ["", "?key=", "?key=wrong", "?key={secret}x", "?key=é", "?key=%00", "?key=%ff"]
    )
    def test_without_the_secret_it_is_the_same_404(self, client, order, address, query):
        answer = client.get(f"/orders/{order.number}/{address}{query.format(secret=order.secret)}")
        assert answer.status_code == 404
        assert plain(answer) == plain(client.get("/orders/3333-3333/?key=wrong"))

    @pytest.mark.parametrize("address", [page, file])
    def test_an_unpaid_order_and_a_wrong_number_have_none(self, client, order, place, address):
        unpaid = place((factories.variant(), 1))
        assert client.get(address(unpaid)).status_code == 404
        unpaid.secret = order.secret
        assert client.get(address(unpaid)).status_code == 404
        assert client.get(address(order).replace(order.number, "%00")).status_code == 404


@pytest.mark.outside
class TestPdf:
    @pytest.mark.parametrize("prefix", PREFIXES)
    def test_it_says_what_the_page_says(self, client, order, prefix):
        answer = client.get(file(order, prefix))
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Cache-Control"] == "private, no-store"
        said = text_of(answer.content)
        html = sheet(client.get(page(order, prefix)).text)
        assert sorted(amounts(said)) == sorted(amounts(html))
        [found] = parse(client.get(page(order, prefix)).text).xpath("//*[@id='invoice-sheet']")
        words = {word for text in found.itertext() for word in text.split()}
        words -= set(found.xpath(".//*[@class='visually-hidden']")[0].text.split())
        assert len(words) > 40
        assert words - set(said.split()) == set()
        assert ("茶杯" in said) == bool(prefix)

    def test_its_han_characters_have_a_font(self, client, order, tmp_path):
        (tmp_path / "invoice.pdf").write_bytes(client.get(file(order, "/zh-hant")).content)
        fonts = subprocess.run(
            ["pdffonts", str(tmp_path / "invoice.pdf")], capture_output=True, check=True, text=True
        ).stdout
        assert "CJK" in fonts

    def test_nothing_is_fetched_but_static_files(self, caplog, tmp_path):
        secret = tmp_path / "secret.txt"
        secret.write_text("a secret")
        for address in (
            *("http://127.0.0.1:9/x.svg", f"file://{secret}", "ftp://127.0.0.1/x"),
            *("data:text/css,*{color:red}", f"{settings.SITE_URL}/media/x.svg"),
            f"{settings.SITE_URL}/static/../db.sqlite3",
        ):
            with pytest.raises(Exception, match="static file|outside|joined"):
                pdf._fetcher().fetch(address)
        found = pdf._fetcher().fetch(f"{settings.SITE_URL}/static/css/invoice.css")
        assert b".letterhead" in found.read()

    def test_its_styles_are_found(self, client, order, caplog):
        client.get(file(order))
        assert [r.message for r in caplog.records if r.name.startswith("weasyprint")] == []


def test_where_pango_is_missing_the_shop_stands(client, order, monkeypatch):
    monkeypatch.setattr(pdf, "can_be_made", lambda: False)
    assert "invoice.pdf" not in client.get(order.get_absolute_url()).text
    assert "invoice.pdf" not in client.get(page(order)).text
    answer = client.get(file(order))
    assert answer.status_code == 503
    assert page(order) in answer.text
    assert client.get(page(order)).status_code == 200
