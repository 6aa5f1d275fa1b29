from web.forms import Form, OnceField


class AgainForm(Form):
    """A button; `once` makes a second press of it find the first."""

    once = OnceField()
