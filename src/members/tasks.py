from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from celery import shared_task
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.models import Session
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat, Now
from django.utils import timezone

from members.mail import ABOUT
from members.models import User
from outbox.models import Message


@shared_task
def clear_devices() -> None:
    """Where somebody was signed in is kept as long as the session, and no longer."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    UserSession.objects.exclude(session_key__in=alive).delete()


@shared_task
def clear_unproven() -> None:
    """Accounts that somebody has begun with an address that nobody proves: it may not be theirs.

    They have no password, and nobody was ever in. Where a code was mailed lately it may still come.
    Only who signs up has a primary address: what editors make gets another when somebody asks for a
    code to it. What has orders or tokens is somebody's in any case.
    """
    lately = Now() - timedelta(days=settings.UNPROVEN_ACCOUNTS_KEPT_DAYS)
    about = Concat(Value(f"{ABOUT}:"), Cast(OuterRef("pk"), CharField()), Value(":"))
    mailed = Message.objects.filter(about__startswith=about, created_at__gt=lately)
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    begun = User.objects.filter(
        Exists(addresses.filter(primary=True)),
        orders=None,
        tokens=None,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
        last_login=None,
        is_active=True,
        is_staff=False,
        date_joined__lt=lately,
    )
    begun.filter(~Exists(addresses.filter(verified=True)), ~Exists(mailed)).delete()
