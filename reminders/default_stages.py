"""The default stages, which always run. This is for a new database: one that exists is changed by a migration."""

from typing import Final

from django.db import transaction

from accounts.policy.actors import Actor
from accounts.services import save_record
from common.text import Text
from reminders.models import Stage, StageReach

DEFAULTS: Final = (
    (
        "last",
        -3,
        StageReach.HEADS,
        Text.of(
            "Three working days left",
            uz="Uch ish kuni qoldi",
            ru="Осталось три рабочих дня",
            ko="근무일 3일 남음",
        ),
    ),
    (
        "today",
        0,
        StageReach.HEADS,
        Text.of("The deadline is today", uz="Muddat bugun", ru="Срок сегодня", ko="오늘이 기한"),
    ),
    (
        "overdue",
        1,
        StageReach.SECRETARIES,
        Text.of("The deadline has passed", uz="Muddat oʻtdi", ru="Срок прошёл", ko="기한 경과"),
    ),
)


@transaction.atomic
def ensure_stages(*, by: Actor) -> int:
    """Create the missing default stages and return how many; existing ones are left unchanged.

    Raises: NotAllowed.
    """
    there = set(Stage.objects.values_list("code", flat=True))
    missing = [stage for stage in DEFAULTS if stage[0] not in there]
    for code, working_days, reach, name in missing:
        save_record(Stage(code=code, working_days=working_days, reach=reach, name=name, default=True), by=by)
    return len(missing)
