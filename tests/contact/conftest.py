import pytest

# Helpers that know models are imported late: Django is not set up yet when this file is read.


@pytest.fixture
def write(db):
    """`write(subject="…")`: a thread, as the contact page begins one."""
    import uuid

    from contact.models import Thread
    from writing import FIELDS

    def begin(text=FIELDS["message"], picture=None, **more):
        told = {"name": FIELDS["name"], "email": FIELDS["email"], "subject": FIELDS["subject"]}
        told |= {"order_number": "", "language": "en", "member": None}
        return Thread.objects.begin(uuid.uuid4(), text=text, picture=picture, **told | more)

    return begin
