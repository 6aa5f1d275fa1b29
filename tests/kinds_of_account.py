"""Every page of an account, as guests and members see it."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db.models.functions import Now
from django.http import HttpResponse

import placing
from api.models import Token
from catalog.models import Variant
from factories import ADDRESS
from members.models import Address, User
from orders import flows
from privacy.models import Export
from visiting import EMAIL, PASSWORD, Visitor, mailed_code, member

Answers = dict[str, HttpResponse]


def account_pages(to: str) -> Answers:
    user = member()
    found = _outside(to) | _inside(to) | _sensitive(to, user) | _data(to)
    return found | _second_step(to, user)


def _outside(to: str) -> Answers:
    guest = Visitor(to)
    found = {
        "sign in": guest.get("login/"),
        "sign in refused": guest.post("login/", login="ada", password=""),
        "sign in refused as a whole": guest.post("login/", login=EMAIL, password="wrong"),
        "open an account": guest.get("signup/"),
        "open an account refused": guest.post("signup/", email="ada", password1="short"),
        "sign in by mail": guest.get("login/code/"),
        "forgotten password": guest.get("password/reset/"),
        "account closed": guest.get("inactive/"),
    }
    confirm = guest.sign_up("new@example.com")
    found |= {
        "confirm the address": confirm,
        "confirm the address refused": guest.fill(confirm, code="0000-0000"),
    }
    coming, forgetful, hasty = Visitor(to), Visitor(to), Visitor(to)
    mailed = coming.send("login/code/", email=EMAIL)
    found |= {"mailed code": mailed, "mailed code refused": coming.fill(mailed, code="1")}
    reset = forgetful.send("password/reset/", email=EMAIL)
    found |= {"code for a new password": reset}
    found |= {"new password": forgetful.fill(reset, code=mailed_code())}
    found |= {"new password refused": forgetful.post("password/reset/complete/", password1="a")}
    for _ in range(6):
        answer = hasty.post("password/reset/", email="hasty@example.com")
    return found | {"too many attempts": answer}


def _inside(to: str) -> Answers:
    ada = Visitor(to)
    ada.sign_in()
    once_more = ada.client.get(ada.at("2fa/totp/activate/"), follow=True)
    return {
        "account": ada.get(""),
        "address": ada.get("email/"),
        "address refused": ada.post("email/", action_add="1", email=EMAIL),
        "password": ada.get("password/change/"),
        "password refused": ada.post("password/change/", oldpassword="a", password1="b"),
        "sessions": ada.get("sessions/"),
        "sign out": ada.get("logout/"),
        "who it is": once_more,
        "who it is refused": ada.fill(once_more, password="wrong"),
        "second step": ada.get("2fa/"),
        "no passkeys": ada.get("2fa/webauthn/"),
        "name and language": ada.get("details/"),
        "name and language refused": ada.post("details/", name="A" * 121),
        "no tokens": ada.get("tokens/"),
        "no orders": ada.client.get(f"{to}/orders/"),
    } | _addresses(ada)


def _addresses(ada: Visitor) -> Answers:
    found = {
        "no addresses": ada.get("addresses/"),
        "add an address": ada.get("addresses/add/"),
        "add an address refused": ada.post("addresses/add/", country_code="GB", name=""),
    }
    user = User.objects.get(email=EMAIL)
    for label in ("Home", ""):
        kept = Address.objects.keep(user, ADDRESS | {"name": f"Ada {label}"}, label=label)
    found |= {
        "addresses": ada.get("addresses/"),
        "change an address": ada.get(f"addresses/{kept.pk}/"),
        "delete an address": ada.get(f"addresses/{kept.pk}/delete/"),
    }
    return found


def _sensitive(to: str, user) -> Answers:
    ada = Visitor(to)
    ada.sign_in()
    activate = ada.sensitive("2fa/totp/activate/")
    found = {
        "set up an app": activate,
        "set up an app refused": ada.fill(activate, code="000000"),
        "add a passkey": ada.get("2fa/webauthn/add/"),
        "add a passkey refused": ada.post("2fa/webauthn/add/", **{"passkey-credential": "{}"}),
    }
    found |= _tokens(ada, user)
    user.set_unusable_password()
    user.save()
    bob = Visitor(to)
    bob.fill(bob.send("login/code/", email=EMAIL), code=mailed_code())
    found["first password"] = bob.get("password/set/")
    user.set_password(PASSWORD)
    user.save()
    return found


def _tokens(ada: Visitor, user) -> Answers:
    asks = ada.get("tokens/add/")
    made = ada.fill(asks, name="Till", scopes=["cart", "orders"])
    token = Token.objects.get(member=user)
    return {
        "make a token": asks,
        "make a token refused": ada.post("tokens/add/", name=""),
        "new token": made,
        "tokens": ada.get("tokens/"),
        "delete a token": ada.get(f"tokens/{token.pk}/delete/"),
    }


def _data(to: str) -> Answers:
    """Of a member who has ordered nothing yet."""
    user, ada = member("lovelace@example.com"), Visitor(to)
    ada.sign_in("lovelace@example.com")
    ada.sensitive("data/")
    found = {"data": ada.get("data/"), "erase": ada.get("erase/")}
    found |= {"erase refused": ada.post("erase/"), "erased": ada.get("erased/")}
    Export.objects.create(member=user)
    found["data being made"] = ada.get("data/")
    Export.objects.update(state="failed")
    found["data not made"] = ada.get("data/")
    Export.objects.update(state="ready", ready_at=Now(), expires_at=Now())
    found["data ready"] = ada.get("data/")
    order = placing.place((Variant.objects.get(sku="TC-CEL"), 1), member=user)
    found["erase not yet"] = ada.get("erase/")
    found["erase refused for an order"] = ada.post("erase/", sure="1")
    flows.cancel(order.pk)
    return found


def _second_step(to: str, user) -> Answers:
    ada, waiting = Visitor(to), Visitor(to)
    ada.sign_in()
    ada.sensitive("2fa/totp/activate/")
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    passkey = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "My phone", "credential": {}}
    )
    found = {
        "second step set up": ada.get("2fa/"),
        "stop the app": ada.get("2fa/totp/deactivate/"),
        "recovery codes": ada.get("2fa/recovery-codes/"),
        "new recovery codes": ada.get("2fa/recovery-codes/generate/"),
        "passkeys": ada.get("2fa/webauthn/"),
        "rename a passkey": ada.get(f"2fa/webauthn/keys/{passkey.pk}/edit/"),
        "rename a passkey refused": ada.post(f"2fa/webauthn/keys/{passkey.pk}/edit/"),
        "remove a passkey": ada.get(f"2fa/webauthn/keys/{passkey.pk}/remove/"),
    }
    passkey.delete()
    step = waiting.sign_in()
    found |= {"one more step to sign in": step}
    return found | {"one more step to sign in refused": waiting.fill(step, code="000000")}
