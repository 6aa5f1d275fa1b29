"""Each fault that the shop must survive, done to it in production's shape, and what is measured.

`just faults` does all and ends with ten minutes of load; `--minutes 0` leaves that out, and
`--only redis` does those rows alone whose words or module have it in them.
"""

import argparse
import os
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "ops/faults")]

import table  # noqa: E402
from stage import standing  # noqa: E402

# In the order of the specification. They know the shop's tables, so they come once it stands.
MODULES = (
    *("web_killed", "campaign", "redis_away", "database_away", "disk_full", "paypal_slow"),
    *("paypal_lost", "notices", "hold_expired", "clock_off", "reload"),
)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="of load (%(default)g)")
    parser.add_argument("--only", default="", help="a word of the rows that are wanted")
    return parser.parse_args()


def rows(given: argparse.Namespace) -> list[table.Row]:
    for name in MODULES:
        import_module(name)
    import long_run

    wanted = [
        each
        for each in table.ROWS
        if given.only.lower() in f"{each.fault} {each.run.__module__}".lower()
    ]
    return wanted + ([long_run.row(given.minutes)] if given.minutes else [])


def main() -> int:
    given = options()
    with standing() as stage:
        from shoppers import open_shop

        open_shop(stage)
        print(f"{date.today()}, {os.cpu_count()} cores\n")
        print("| fault | passes if | measured | took | |")
        print("| --- | --- | --- | --- | --- |", flush=True)
        results = [table.show(each, stage) for each in rows(given)]
    return not all(results)


if __name__ == "__main__":
    sys.exit(main())
