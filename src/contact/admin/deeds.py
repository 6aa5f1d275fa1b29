"""What an editor does with a message."""

from typing import Any

from django.contrib import messages
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contact.admin.asking import AssignForm, ReplyForm
from contact.models import NotNow, Thread
from web.deed import Deed, Refused, Said


class OfThread(Deed):
    model, permission = Thread, "answer_thread"

    def can(self, thread: Thread) -> bool:
        return thread.state != Thread.State.CLOSED

    def do(self, thread: Thread, form: Any, user: Any) -> Said:
        try:
            return messages.SUCCESS, self.does_it(thread, form, user)
        except NotNow as reason:
            raise Refused(self.not_now()) from reason

    def does_it(self, thread: Thread, form: Any, user: Any) -> str:
        """Call the verb and tell what happened. Raises NotNow."""
        raise NotImplementedError


class Reply(OfThread):
    code, words, does, form = "reply", _("Reply"), _("Send the answer"), ReplyForm
    template = "admin/contact/reply.html"

    def asks(self, thread: Thread) -> str:
        words = gettext("It goes to %(email)s by mail. %(name)s reads %(language)s.")
        language = thread.get_language_display()
        return words % {"email": thread.email, "name": thread.name, "language": language}

    def does_it(self, thread: Thread, form: Any, user: Any) -> str:
        thread.reply(form.cleaned_data["text"], user, form.cleaned_data["once"])
        return gettext("The answer is on its way.")


class Assign(OfThread):
    code, words, form = "assign", _("Assign"), AssignForm

    def does_it(self, thread: Thread, form: Any, user: Any) -> str:
        to = form.cleaned_data["to"]
        thread.assign(to, user)
        if to is None:
            return gettext("The message is nobody's.")
        return gettext("The message is %(email)s's.") % {"email": to.email}


class Close(OfThread):
    code, words = "close", _("Close letter")

    def asks(self, thread: Thread) -> str:
        return gettext("There is nothing more to do about it. It stays in the inbox.")

    def does_it(self, thread: Thread, form: Any, user: Any) -> str:
        thread.close(user)
        return gettext("The message is closed.")


class Reopen(OfThread):
    code, words = "reopen", _("Reopen")

    def can(self, thread: Thread) -> bool:
        return thread.state == Thread.State.CLOSED

    def does_it(self, thread: Thread, form: Any, user: Any) -> str:
        thread.reopen(user)
        return gettext("The message is open again.")


DEEDS: list[Deed] = [Reply(), Assign(), Close(), Reopen()]
