from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.translated import joined
from members.address import address_lines


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        user = self.model(email=self.normalize_email(email), **more)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str, **more: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **more)

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


LANGUAGES = [("en", "English"), ("zh-hant", "正體中文")]  # by their own names


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in, known by an email address, whatever its capitals."""

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        choices=LANGUAGES,
    )
    is_staff = models.BooleanField(_("may use the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        verbose_name, verbose_name_plural = _("user"), _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.email

    @property
    def default_address(self) -> Address | None:
        return self.addresses.filter(default=True).first()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """django-allauth looks for addresses in small letters."""
        self.email = self.email.lower()
        super().save(*args, **kwargs)


class AddressQuerySet(models.QuerySet["Address"]):
    @transaction.atomic
    def keep(self, member: User, postal: dict[str, str], **more: Any) -> Address:
        """Keep an address; the first is the default.

        Of one that the member has already, what is given is changed, and what is empty stays.
        """
        _lock(member)
        own = self.filter(member=member)
        default = more.pop("default", False)
        kept = own.filter(postal=postal).first() or Address(member=member, postal=postal)
        for key, words in more.items():
            if words:
                setattr(kept, key, words)
        kept.save()
        if default or not own.filter(default=True).exists():
            kept.make_default()
        return kept


class Address(models.Model):
    """Where a member has things sent; `postal` is as `members.address` has it, name included."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="addresses", verbose_name=_("member")
    )
    label = models.CharField(_("what it is called"), max_length=40, blank=True)
    postal = models.JSONField(_("address"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    default = models.BooleanField(_("default"), default=False)

    objects = AddressQuerySet.as_manager()

    class Meta:
        ordering = ["-default", "pk"]
        verbose_name, verbose_name_plural = _("address"), _("addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(default=True), name="one_default_address_per_member"
            )
        ]

    def __str__(self) -> str:
        street = self.postal.get("street_address", "").splitlines()
        return self.label or joined([self.postal.get("name", ""), *street[:1]])

    @property
    def lines(self) -> list[str]:
        return address_lines(self.postal)

    @property
    def told(self) -> dict[str, Any]:
        """What a form for an address starts with."""
        return self.postal | {"label": self.label, "phone": self.phone, "default": self.default}

    @transaction.atomic
    def change(self, postal: dict[str, str], label: str, phone: str, *, default: bool) -> None:
        """One that is the default stays so until another becomes it."""
        self.postal, self.label, self.phone = postal, label, phone
        self.save(update_fields=["postal", "label", "phone"])
        if default:
            self.make_default()

    @transaction.atomic
    def make_default(self) -> None:
        _lock(self.member)
        others = Address.objects.filter(member=self.member)
        others.filter(default=True).update(default=False)
        self.default = bool(others.filter(pk=self.pk).update(default=True))

    @transaction.atomic
    def remove(self) -> None:
        """Another one becomes the default in its place. Once more does nothing."""
        _lock(self.member)
        own = Address.objects.filter(member=self.member)
        own.filter(pk=self.pk).delete()
        if not own.filter(default=True).exists() and (heir := own.first()):
            heir.make_default()


def _lock(member: User) -> None:
    """Puts those who change one member's addresses in a queue."""
    User.objects.select_for_update().get(pk=member.pk)
