"""How quickly a campaign goes out: `just bench-letters`.

Fan-out to 10,000 and to 100,000 subscribers, with the time and the memory it takes; and letters a
second into a real mail server, beside a bare loop over smtplib with the same mails. PostgreSQL and
the mail server are private ones, without a disk's waits.
"""

import argparse
import email.policy
import os
import resource
import smtplib
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import services
import sinks

LETTERS = 4000
ROUNDS = 3  # by turns, so that whatever disturbs the machine disturbs all alike
READERS = """
INSERT INTO newsletter_subscriber
    (email, person, state, reason, language, made_at, confirmed_at)
SELECT 'reader-' || n || '@example.com', 'bench-' || n, 'confirmed', '',
       CASE WHEN n %% 4 = 0 THEN 'zh-hant' ELSE 'en' END, now(), now()
FROM generate_series(%s, %s) AS n
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=LETTERS, help="in the second part")
    parser.add_argument(
        "--sender", type=int, help="send this campaign: a process of the second part"
    )
    options = parser.parse_args()
    if options.sender:
        begin_django()
        return send_all(options.sender)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sink = stack.enter_context(sinks.sink(folder))
        os.environ |= {
            "DATABASE_URL": stack.enter_context(services.postgresql()),
            "LETTERS_EMAIL_URL": sink.url,
            "DATA_DIR": str(folder / "data"),
            "SECRET_KEY": "of the benchmark: " + "x" * 50,
            "ALLOWED_HOSTS": "shop.example",
            "SITE_URL": "https://shop.example",
        }
        make_database()
        fan_outs()
        rates(options.letters, sink)


def begin_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()


def make_database() -> None:
    from urllib.parse import urlsplit

    import psycopg

    parts = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {parts.path[1:]}")  # type: ignore[arg-type]
    begin_django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_demo", verbosity=0)


def fan_outs() -> None:
    """Time and growth of memory, for ten thousand and for ten times as many."""
    from django.db import connection

    from campaigns.fan_out import fan_out

    print(f"{'fan-out':<28}{'seconds':>10}{'MiB before':>12}{'MiB after':>12}")
    for begin, readers in ((1, 10_000), (10_001, 100_000)):
        with connection.cursor() as cursor:
            cursor.execute(READERS, [begin, readers])
            cursor.execute("ANALYZE")
        made = campaign()
        before, begun = memory(), time.perf_counter()
        fan_out(made.pk)
        took = time.perf_counter() - begun
        assert made.deliveries.count() == readers
        print(f"{readers:<28,}{took:>10.2f}{before:>12.1f}{memory():>12.1f}", flush=True)
        made.cancel(None)


def rates(letters: int, sink: sinks.Sink) -> None:
    """Letters a second: smtplib alone, one sender, and two, by turns."""
    from newsletter.models import Subscriber

    Subscriber.objects.exclude(pk__in=Subscriber.objects.order_by("pk")[:letters]).update(
        state="left"
    )
    best: dict[str, float] = {}
    for _round in range(ROUNDS):
        for name, measure in MEASURES.items():
            best[name] = max(best.get(name, 0), measure(sink, letters))
    print(f"\n{f'letters a second, best of {ROUNDS}':<28}{'rate':>10}{'ratio':>12}")
    for name, rate in best.items():
        print(f"{name:<28}{rate:>10.0f}{rate / best['smtplib alone']:>12.2f}", flush=True)


def by_smtplib(sink: sinks.Sink, letters: int) -> float:
    from campaigns.letter import letter
    from newsletter.models import Subscriber

    made = campaign()
    words = {language: letter(made, language) for language in ("en", "zh-hant")}
    mails = []
    for n, reader in enumerate(Subscriber.objects.filter(state="confirmed")[:letters]):
        mail = words[reader.language].to(reader, f"<bare-{n}@shop.example>")
        mails.append((mail.to[0], mail.message(policy=email.policy.SMTP).as_bytes()))
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", sink.port) as line:
        for to, content in mails:
            line.sendmail("shop@shop.example", to, content)
    made.cancel(None)
    return letters / (time.perf_counter() - begun)


def by_senders(senders: int, letters: int) -> float:
    """Processes that do what a worker's tasks do, from the first letter to the last."""
    from campaigns.fan_out import fan_out

    made = campaign()
    fan_out(made.pk)
    command = [sys.executable, __file__, "--sender", str(made.pk)]
    running = [subprocess.Popen(command) for _ in range(senders)]
    assert not any(process.wait() for process in running)
    sent = made.deliveries.filter(state="sent").order_by("accepted_at")
    times = list(sent.values_list("accepted_at", flat=True))
    assert len(times) == letters
    return len(times) / (times[-1] - times[0]).total_seconds()


MEASURES = {
    "smtplib alone": by_smtplib,
    "campaign, one sender": lambda _sink, letters: by_senders(1, letters),
    "campaign, two senders": lambda _sink, letters: by_senders(2, letters),
}


def send_all(campaign_id: int) -> None:
    from campaigns.models import Campaign
    from campaigns.sending import send_some

    made = Campaign.objects.get(pk=campaign_id)
    while send_some(made):
        pass


def campaign():
    """Being sent, of the usual length: words, a picture, four products and a button."""
    from campaigns.models import Campaign
    from catalog.models import Picture, Product

    made = Campaign.objects.create(subject_en="New cups", subject_zh="新杯子", state="sending")
    add = made.blocks.create
    add(
        position=1, kind="text", text_en="Fresh from the kiln. " * 60, text_zh="剛出窯的杯子。" * 60
    )
    add(position=2, kind="picture", picture=Picture.objects.first())
    add(position=3, kind="products").products.set(Product.objects.shown()[:4])
    add(position=4, kind="button", text_en="To the cups", text_zh="看杯子", address="/c/tea/")
    return made


def memory() -> float:
    """The most that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
