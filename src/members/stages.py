"""What django-allauth does last, after all that proves who somebody is."""

from allauth.account.stages import LoginStage

CHOSEN = "chosen_password"  # in the state of a sign-in: the digest of what was typed to sign up


class ChosenPassword(LoginStage):
    """The password that holds is the one chosen in the session that has proved the mailbox.

    An account has none before: who opens one with somebody else's address leaves nothing behind
    by which to come in later.
    """

    key = CHOSEN

    def handle(self) -> tuple[None, bool]:
        if chosen := self.login.state.pop(CHOSEN, None):
            self.login.user.password = chosen
            self.login.user.save(update_fields=["password"])
        return None, True
