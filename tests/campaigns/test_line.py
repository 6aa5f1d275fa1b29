"""What a mail server answers means the same whether commands are sent at once or one by one."""

import pytest

from campaigns.line import Line
from campaigns.outcome import Outcome
from outbox.mail import Mail

ANSWERS = {
    "ada": Outcome.SENT,
    "refused": Outcome.NO_MAILBOX,
    "policy": Outcome.REFUSED,
    "later": Outcome.LATER,
    "content": Outcome.REFUSED,
    "lax": Outcome.NO_MAILBOX,
    "hangup": Outcome.CLOSED,
    "silent": Outcome.UNKNOWN,
    "grace": Outcome.SENT,
}


def mail_to(name):
    headers = {"Message-ID": f"<{name}@shop.example>"}
    return Mail("Cups", ".\n.two dots\nends", to=[f"{name}@example.com"], headers=headers)


@pytest.mark.parametrize("way", [(), ("--step-by-step",)])
def test_each_answer(sink, way):
    server, line = sink("--keep", *way), Line()
    assert {name: line.send(mail_to(name)).outcome for name in ANSWERS} == ANSWERS
    line.close()
    accepted = [to.partition("@")[0] for to, _id in server.accepted()]
    assert accepted == ["ada", "silent", "grace"]
    kept = (server.folder / "ada@shop.example.eml").read_text()
    assert "\n=2E\n.two dots\nends\n" in kept


def test_a_server_that_takes_commands_at_once_is_waited_for_twice(sink, monkeypatch):
    sink()
    line, waits = Line(), []
    line.send(mail_to("ada"))
    sent = line.mailer.connection.send
    monkeypatch.setattr(line.mailer.connection, "send", lambda s: (waits.append(s), sent(s)))
    line.send(mail_to("grace"))
    line.close()
    assert len(waits) == 3  # the last of them says goodbye
