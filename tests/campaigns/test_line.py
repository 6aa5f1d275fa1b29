"""What a mail server answers means the same whether commands are sent at once or one by one."""

from smtplib import SMTPRecipientsRefused, SMTPSenderRefused

import pytest
from anymail.exceptions import AnymailRecipientsRefused

from campaigns.line import Line, judged
from campaigns.outcome import Outcome
from outbox.mail import Mail

ANSWERS = {
    "ada": Outcome.SENT,
    "refused": Outcome.NO_MAILBOX,
    "policy": Outcome.REFUSED,
    "later": Outcome.LATER,
    "content": Outcome.REFUSED,
    "lax": Outcome.NO_MAILBOX,
    "hangup": Outcome.BROKEN,
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


@pytest.mark.parametrize(
    "said", ["5.1.1 who", "5.1.2 x", "5.1.3", "5.1.6 gone", "5.1.10", "5.2.1 x"]
)
def test_these_words_alone_say_that_there_is_no_mailbox(said):
    error = SMTPRecipientsRefused({"ada@example.com": (550, said.encode())})
    assert judged(error).outcome == Outcome.NO_MAILBOX


@pytest.mark.parametrize(
    "said",
    ["relaying denied", "5.1.0 no", "5.1.8 your domain", "5.1.11", "5.2.2 full", "5.5.1", "5.1.1.1"]
    + ["5.7.1 from 5.1.1 no", "", "User unknown"],
)
def test_what_may_be_the_shops_or_the_servers_fault_is_a_refusal(said):
    error = SMTPRecipientsRefused({"ada@example.com": (550, said.encode())})
    assert judged(error).outcome == Outcome.REFUSED


def test_a_provider_that_rejects_a_reader_tells_why_by_a_notice():
    assert judged(AnymailRecipientsRefused("unsigned")).outcome == Outcome.REFUSED


@pytest.mark.parametrize(("code", "outcome"), [(553, Outcome.REFUSED), (421, Outcome.CLOSED)])
def test_a_sender_that_is_refused_for_good_is_not_tried_for_ever(code, outcome):
    assert judged(SMTPSenderRefused(code, b"5.1.8 who", "shop@example.com")).outcome == outcome
