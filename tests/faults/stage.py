"""Run as `python -m tests.faults.stage DAY PLAN` by `installation.py`, on its own database and by its own clock.

RM-07 is put in force with one milestone due on DAY, and officers are added; PLAN is such as ``UZ:3,KR:2``. It prints
their addresses as JSON.
"""

import json
import sys
from datetime import date

import django

ORGANISATIONS = {"UZ": "minenergy", "KR": "motie"}


def people(day: date, plan: str) -> list[str]:
    from django.db import transaction

    from tests.scenarios.reminders import member, on, set_up

    with transaction.atomic():
        set_up((on(day), "minenergy"))
        counts = [part.split(":") for part in plan.split(",")]
        return [member("officer", ORGANISATIONS[side]).email for side, count in counts for _ in range(int(count))]


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(people(date.fromisoformat(sys.argv[1]), sys.argv[2])))
