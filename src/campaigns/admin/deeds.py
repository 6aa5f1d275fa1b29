"""What an editor does with a campaign."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from campaigns.admin.asking import DecideForm, ScheduleForm, TestForm
from campaigns.audience import audience
from campaigns.letter import try_out
from campaigns.models import Campaign, NotNow
from web.deed import Deed, Refused, Said

State = Campaign.State


class OfCampaign(Deed):
    model, permission = Campaign, "send_campaign"
    of: tuple[str, ...] = ()  # the states in which there is something to do

    def can(self, campaign: Campaign) -> bool:
        return campaign.state in self.of

    def do(self, campaign: Campaign, form: Any, user: Any) -> Said:
        try:
            return messages.SUCCESS, self.does_it(campaign, form, user)
        except NotNow as reason:
            raise Refused(self.not_now()) from reason

    def does_it(self, campaign: Campaign, form: Any, user: Any) -> str:
        """Call the verb and tell what happened. Raises NotNow, or Refused."""
        raise NotImplementedError


class Test(OfCampaign):
    __test__ = False
    code, words, does, form = "test", _("Send a test"), _("Send the test"), TestForm
    of = tuple(State.values)

    def asks(self, campaign: Campaign) -> str:
        return gettext("The letter in each language, as it is saved now, to one address.")

    def make_form(self, request: HttpRequest, campaign: Campaign) -> TestForm:
        if request.method == "POST":
            return TestForm(campaign, request.POST)
        return TestForm(campaign, initial={"email": request.user.email})  # type: ignore[union-attr]

    def does_it(self, campaign: Campaign, form: Any, user: Any) -> str:
        email = form.cleaned_data["email"]
        for language, _name in settings.LANGUAGES:
            try_out(campaign, language, email, f"campaign:{campaign.pk}:{uuid.uuid4().hex}")
        return gettext("The test is on its way to %(email)s.") % {"email": email}


class Begins(OfCampaign):
    """Only what says something to somebody can be sent."""

    of = Campaign.OPEN

    def asks(self, campaign: Campaign) -> str:
        readers = audience(campaign).count()
        words = ngettext(
            "It has %(n)s reader now.", "It has %(n)s readers now.", readers
        )  # fmt: skip
        return words % {"n": readers}

    def does_it(self, campaign: Campaign, form: Any, user: Any) -> str:
        if not campaign.blocks.exists():
            raise Refused(gettext("There is nothing in it yet: it needs a block."))
        return self.begins(campaign, form, user)

    def begins(self, campaign: Campaign, form: Any, user: Any) -> str:
        raise NotImplementedError


class Send(Begins):
    code, words, does = "send", _("Send now"), _("Send it now")

    def begins(self, campaign: Campaign, form: Any, user: Any) -> str:
        if not audience(campaign).exists():
            raise Refused(gettext("It has no reader: look at whom it is for."))
        campaign.begin(user)
        return gettext("It is being sent.")


class Schedule(Begins):
    code, words, does, form = "schedule", _("Schedule"), _("Schedule it"), ScheduleForm

    def asks(self, campaign: Campaign) -> str:
        zone = gettext("Times are those of %(zone)s.") % {"zone": settings.TIME_ZONE}
        return f"{super().asks(campaign)} {zone}"

    def begins(self, campaign: Campaign, form: Any, user: Any) -> str:
        at = form.cleaned_data["at"]
        campaign.schedule(at, user)
        told = date_format(timezone.localtime(at), "DATETIME_FORMAT")
        return gettext("It begins at %(time)s.") % {"time": told}


class Withdraw(OfCampaign):
    code, words, of = "withdraw", _("Do not send at that time"), (State.SCHEDULED,)

    def does_it(self, campaign: Campaign, form: Any, user: Any) -> str:
        campaign.withdraw(user)
        return gettext("It is a draft again.")


class Pause(OfCampaign):
    code, words, of = "pause", _("Pause"), (State.SENDING,)

    def asks(self, campaign: Campaign) -> str:
        return gettext("No further letter goes out until it is resumed.")

    def does_it(self, campaign: Campaign, form: Any, user: Any) -> str:
        campaign.pause(user)
        return gettext("It is paused.")


class Resume(OfCampaign):
    code, words, of = "resume", _("Resume"), (State.PAUSED,)

    def does_it(self, campaign: Campaign, form: Any, user: Any) -> str:
        campaign.resume(user)
        return gettext("It is being sent again.")


class Cancel(OfCampaign):
    code, words, does = "cancel", pgettext_lazy("a letter", "Cancel"), _("Cancel it for good")
    of = (*Campaign.OPEN, State.SENDING, State.PAUSED)

    def asks(self, campaign: Campaign) -> str:
        return gettext("What is sent stays sent; nothing more goes out. That cannot be undone.")

    def does_it(self, campaign: Campaign, form: Any, user: Any) -> str:
        campaign.cancel(user)
        return gettext("It is cancelled.")


class Decide(OfCampaign):
    """About letters of which nobody knows whether they arrived, or that were refused."""

    code, words, does = "decide", _("Decide what is not known or refused"), _("Do it")
    form, of = DecideForm, Campaign.BEGUN

    def can(self, campaign: Campaign) -> bool:
        return super().can(campaign) and campaign.deliveries.undecided().exists()

    def asks(self, campaign: Campaign) -> str:
        return gettext(
            "What the mail server refused has not arrived. What is not known may have arrived or"
            " not: who is sent it again may get it twice."
        )

    def does_it(self, campaign: Campaign, form: Any, user: Any) -> str:
        chosen = [each.pk for each in form.cleaned_data["letters"]]
        if form.cleaned_data["what"] == "again":
            number = campaign.send_again(chosen, user)
        else:
            number = campaign.deliveries.filter(pk__in=chosen).leave_so()
        return ngettext("%(n)s letter is decided.", "%(n)s letters are decided.", number) % {
            "n": number
        }


DEEDS: list[Deed] = [
    *(Test(), Schedule(), Send(), Withdraw(), Pause(), Resume(), Decide(), Cancel()),
]
