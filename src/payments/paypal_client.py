"""The official SDK with what it lacks: an address of our own, short time-outs, one fresh sign-in
when a token is no longer taken, webhook verification, and a limit on how many wait at once."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from apimatic_core.authentication.multiple.single_auth import Single
from apimatic_core.exceptions.auth_validation_exception import AuthValidationException
from apimatic_core.request_builder import RequestBuilder
from apimatic_core.response_handler import ResponseHandler
from apimatic_core.types.parameter import Parameter
from paypalserversdk.api_helper import APIHelper
from paypalserversdk.configuration import Configuration, Server
from paypalserversdk.controllers.base_controller import BaseController
from paypalserversdk.exceptions.api_exception import ApiException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.http.http_method_enum import HttpMethodEnum
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from payments.provider import Unknown
from payments.turns import Shared, Turns

log = logging.getLogger(__name__)

TIMEOUT = 10  # seconds of silence
AT_ONCE = 2  # calls of a process: a PayPal that hangs leaves the other threads to other pages
PATIENCE = 1  # seconds to wait for one's turn, of a PayPal that answers
FULL = "return=representation"
ASK_LATER = {408, 409, 425, 429}
UNDER_WAY = "PREVIOUS_REQUEST_IN_PROGRESS"
AGAIN, BETWEEN = 12, 0.25  # for 3 seconds one asks what another process is being answered


class Issue(Exception):  # noqa: N818 PayPal's own word
    """PayPal understood and said no: HTTP status and the code of the issue."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


class _UnderWay(Unknown):
    """The same request, by its id, is being answered to somebody else."""


class _At(Configuration):
    def __init__(self, base_url: str, **options: Any) -> None:
        self.base_url = base_url
        super().__init__(**options)

    def get_base_uri(self, server: Any = Server.DEFAULT) -> str:
        return self.base_url


class Client:
    """Answers are PayPal's own JSON. Every call raises Issue or Unknown."""

    def __init__(self, base_url: str, client_id: str, secret: str) -> None:
        self._turns, self._shared = Turns(AT_ONCE, PATIENCE), Shared()
        self._known = base_url, client_id, secret
        self._sdk = self._connected()

    def _connected(self) -> PaypalServersdkClient:
        base_url, client_id, secret = self._known
        credentials = ClientCredentialsAuthCredentials(client_id, secret)
        config = _At(base_url, timeout=TIMEOUT, client_credentials_auth_credentials=credentials)
        return PaypalServersdkClient(config=config)

    def create_order(self, body: Mapping[str, Any], request_id: str) -> dict[str, Any]:
        options = {"body": body, "paypal_request_id": request_id, "prefer": FULL}
        return self._once(request_id, lambda sdk: sdk.orders.create_order(options))

    def get_order(self, order_id: str) -> dict[str, Any]:
        return self._call(lambda sdk: sdk.orders.get_order({"id": order_id}))

    def capture_order(self, order_id: str, request_id: str) -> dict[str, Any]:
        options = {"id": order_id, "paypal_request_id": request_id, "prefer": FULL}
        return self._once(request_id, lambda sdk: sdk.orders.capture_order(options))

    def refund_capture(
        self, capture_id: str, body: Mapping[str, Any], request_id: str
    ) -> dict[str, Any]:
        options = {
            "capture_id": capture_id,
            "body": body,
            "paypal_request_id": request_id,
            "prefer": FULL,
        }
        return self._call(lambda sdk: sdk.payments.refund_captured_payment(options))

    def verify(self, signed: Mapping[str, str], event: bytes) -> bool:
        """Whether PayPal signed this event. Its bytes are passed on as they came."""
        head = json.dumps(signed).removesuffix("}")
        body = f'{head}, "webhook_event": {event.decode()}}}'
        answer = self._call(lambda sdk: _Webhooks(sdk.global_configuration).verify(body))
        return bool(answer["verification_status"] == "SUCCESS")

    def _once(
        self, request_id: str, call: Callable[[PaypalServersdkClient], Any]
    ) -> dict[str, Any]:
        """A second click waits for the answer to the first, without a turn of its own."""
        return dict(self._shared.ask(request_id, lambda: self._call(call)))

    def _call(self, call: Callable[[PaypalServersdkClient], Any]) -> dict[str, Any]:
        for _ in range(AGAIN):
            try:
                return self._in_turn(call)
            except _UnderWay:
                time.sleep(BETWEEN)
        return self._in_turn(call)

    def _in_turn(self, call: Callable[[PaypalServersdkClient], Any]) -> dict[str, Any]:
        with self._turns.taken():
            try:
                return self._answered(call)
            except Issue as issue:
                if issue.status != 401:
                    raise
                self._sdk = self._connected()  # the token was taken back before its time
                return self._answered(call)

    def _answered(self, call: Callable[[PaypalServersdkClient], Any]) -> dict[str, Any]:
        try:
            return dict(json.loads(call(self._sdk).text))
        except ApiException as error:
            raise _meaning(error) from error
        except (requests.RequestException, AuthValidationException, ValueError) as error:
            log.warning("PayPal did not answer: %r", error)
            raise Unknown(str(error)) from error


class _Webhooks(BaseController):
    """https://developer.paypal.com/docs/api/webhooks/v1/#verify-webhook-signature"""

    def verify(self, body: str) -> Any:
        request = RequestBuilder().server(Server.DEFAULT)
        request = request.path("/v1/notifications/verify-webhook-signature")
        request = request.http_method(HttpMethodEnum.POST).body_param(Parameter().value(body))
        for name in ("Content-Type", "accept"):
            request = request.header_param(Parameter().key(name).value("application/json"))
        request = request.body_serializer(APIHelper.json_serialize).auth(Single("Oauth2"))
        response = ResponseHandler().deserializer(APIHelper.json_deserialize).is_api_response(True)
        return super().new_api_call_builder.request(request).response(response).execute()


def _meaning(error: ApiException) -> Issue | Unknown:
    status = error.response_code
    try:
        told = json.loads(error.response.text)
        details = told.get("details") or [{}]
        code = str(details[0].get("issue") or told.get("name") or told.get("error"))
    except (ValueError, AttributeError, LookupError):
        told, code = {}, "UNREADABLE"
    if code == UNDER_WAY:
        return _UnderWay(code)
    log.warning("PayPal answered %s %s", status, code)
    if status >= 500 or status in ASK_LATER:
        return Unknown(f"{status} {code}")
    return Issue(status, code)
