from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.forms import CheckboxSelectMultiple, ModelForm, MultipleChoiceField, TypedChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from api.models import Scope, Token
from api.token_forms import DAYS
from members.models import User


class TokenForm(ModelForm):
    """For a colleague, or for a program that has an account of its own."""

    scopes = MultipleChoiceField(
        label=_("What may it do?"), choices=Scope.choices, widget=CheckboxSelectMultiple
    )
    days = TypedChoiceField(label=_("How long is it good?"), choices=DAYS, coerce=int, initial=90)

    class Meta:
        model = Token
        fields = ["member", "name", "scopes"]


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):
    """Made and deleted, and never changed."""

    form = TokenForm
    list_display = ["name", "member", "allows", "made_at", "expires_at", "used_at"]
    list_select_related = ["member"]
    search_fields = ["name", "member__email"]
    raw_id_fields = ("member",)

    @admin.display(description=_("what it may do"))
    def allows(self, token: Token) -> str:
        return ", ".join(token.scope_names)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """What a token may do its member may: so nobody makes one for whom they are not."""
        if db_field.name == "member" and not request.user.is_superuser:
            kwargs["queryset"] = User.objects.filter(pk=request.user.pk)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("member", "name", "allows", "made_at", "expires_at", "used_at")
        return shown if obj else ("member", "name", "scopes", "days")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("allows", "made_at", "expires_at", "used_at") if obj else ()

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Token, form: Any, change: bool) -> None:
        told = form.cleaned_data
        kept = {name: told[name] for name in ("name", "scopes", "days")}
        made, secret = Token.objects.make(told["member"], **kept)
        obj.pk = made.pk
        obj.refresh_from_db()
        words = gettext("The token, which is shown only now: %(secret)s")
        messages.warning(request, words % {"secret": secret})
