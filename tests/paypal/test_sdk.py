"""PayPal's official library takes the simulator for PayPal."""

import uuid

import pytest
from paypalserversdk.configuration import Configuration, Server
from paypalserversdk.exceptions.error_exception import ErrorException
from paypalserversdk.exceptions.o_auth_provider_exception import OAuthProviderException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.models.amount_breakdown import AmountBreakdown
from paypalserversdk.models.amount_with_breakdown import AmountWithBreakdown
from paypalserversdk.models.item_request import ItemRequest
from paypalserversdk.models.money import Money
from paypalserversdk.models.order_request import OrderRequest
from paypalserversdk.models.payment_source import PaymentSource
from paypalserversdk.models.paypal_wallet import PaypalWallet
from paypalserversdk.models.paypal_wallet_experience_context import PaypalWalletExperienceContext
from paypalserversdk.models.purchase_unit_request import PurchaseUnitRequest
from paypalserversdk.models.refund_request import RefundRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

import services


def client_of(url, secret="secret"):
    """The library has no setting for an address."""

    class Here(Configuration):
        def get_base_uri(self, server=Server.DEFAULT):
            return url

    credentials = ClientCredentialsAuthCredentials("shop", secret)
    return PaypalServersdkClient(
        config=Here(client_credentials_auth_credentials=credentials, timeout=10)
    )


@pytest.fixture
def client(paypal):
    return client_of(paypal.url)


def usd(value):
    return Money(currency_code="USD", value=value)


def request(total="53.00", **unit):
    breakdown = AmountBreakdown(item_total=usd("48.00"), shipping=usd("5.00"))
    context = PaypalWalletExperienceContext(
        brand_name="Ink & Leaf",
        locale="zh-TW",
        user_action="PAY_NOW",
        shipping_preference="NO_SHIPPING",
        return_url="https://shop.example/return/",
        cancel_url="https://shop.example/cancel/",
    )
    return OrderRequest(
        intent="CAPTURE",
        purchase_units=[
            PurchaseUnitRequest(
                amount=AmountWithBreakdown("USD", total, breakdown),
                items=[ItemRequest(name="Cup", quantity="2", unit_amount=usd("24.00"), sku="CUP")],
                **unit,
            )
        ],
        payment_source=PaymentSource(paypal=PaypalWallet(experience_context=context)),
    )


def create(client, **unit):
    asked = {"body": request(**unit), "paypal_request_id": str(uuid.uuid4())}
    return client.orders.create_order(asked | {"prefer": "return=minimal"}).body


def test_a_whole_purchase_and_its_refund(paypal, client):
    order = create(client, invoice_id=str(uuid.uuid4()), custom_id="attempt-1")
    assert order.status == "PAYER_ACTION_REQUIRED"
    assert [link.rel for link in order.links] == ["self", "payer-action"]
    paypal.choose(order.id)
    shown = client.orders.get_order({"id": order.id}).body
    unit = shown.purchase_units[0]
    assert (shown.status, unit.amount.value, unit.custom_id) == ("APPROVED", "53.00", "attempt-1")
    assert unit.payee.merchant_id == "SIMULATEDSHOP"
    assert shown.payer.payer_id == shown.payment_source.paypal.account_id
    asked = {"id": order.id, "paypal_request_id": "capture-" + order.id}
    taken = client.orders.capture_order(asked).body.purchase_units[0].payments.captures[0]
    again = client.orders.capture_order(asked).body.purchase_units[0].payments.captures[0]
    assert (taken.id, taken.status, taken.amount.value) == (again.id, "COMPLETED", "53.00")
    assert taken.seller_receivable_breakdown.gross_amount.value == "53.00"
    read = client.payments.get_captured_payment({"capture_id": taken.id}).body
    assert (read.id, read.custom_id) == (taken.id, "attempt-1")
    asked = {"capture_id": taken.id, "body": RefundRequest(amount=usd("3.00"))}
    refund = client.payments.refund_captured_payment(asked | {"prefer": "return=representation"})
    assert refund.body.seller_payable_breakdown.total_refunded_amount.value == "3.00"
    read = client.payments.get_refund({"refund_id": refund.body.id}).body
    assert (read.status, read.amount.value) == ("COMPLETED", "3.00")


def test_refusals_are_parsed(paypal, client):
    with pytest.raises(ErrorException) as caught:
        create(client, total="99.00")
    assert caught.value.response_code == 422
    assert caught.value.name == "UNPROCESSABLE_ENTITY"
    told = caught.value.details[0]
    assert (told.issue, told.value) == ("AMOUNT_MISMATCH", "99.00")
    assert caught.value.debug_id
    assert caught.value.links[0].rel == "information_link"
    order = create(client)
    paypal.choose(order.id, "decline")
    with pytest.raises(ErrorException) as caught:
        client.orders.capture_order({"id": order.id})
    assert caught.value.details[0].issue == "INSTRUMENT_DECLINED"
    assert [link.rel for link in caught.value.links] == ["information_link", "redirect"]
    with pytest.raises(ErrorException) as caught:
        client.orders.get_order({"id": "nothing"})
    assert caught.value.name == "RESOURCE_NOT_FOUND"


def test_a_pending_capture_is_parsed(paypal, client):
    order = create(client)
    paypal.choose(order.id, "pending")
    unit = client.orders.capture_order({"id": order.id}).body.purchase_units[0]
    capture = unit.payments.captures[0]
    assert (capture.status, capture.status_details.reason) == ("PENDING", "PENDING_REVIEW")


def test_an_error_of_the_server_is_parsed(paypal, client):
    create(client)  # so that there is a token
    paypal.fault("create", "error", status=503)
    with pytest.raises(ErrorException) as caught:
        create(client)
    assert (caught.value.response_code, caught.value.name) == (503, "SERVICE_UNAVAILABLE")


def test_a_wrong_secret_is_told(tmp_path):
    with services.paypal(tmp_path, "--secret", "right") as paypal:
        client = client_of(paypal.url, "wrong")
        with pytest.raises(OAuthProviderException) as caught:
            client.o_auth_authorization.request_token(
                {"authorization": client.auth_managers["Oauth2"].build_basic_auth_header()}
            )
        assert caught.value.error == "invalid_client"
