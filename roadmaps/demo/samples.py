"""What the sample road maps add to the release's own drafts: texts marked as sample, deadlines near today."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from common.deadlines import Deadline, Precision, last_day
from common.sides import TIME_ZONES, Side, day_of
from common.text import Text
from common.working_days import WorkingCalendar, last_morning
from roadmaps.document.content import ExecutorContent, ExecutorRole, MeasureContent, MilestoneContent, RoadMapContent
from roadmaps.document.identity import identity

REMINDED: Final = 3  # working days before a deadline: the stage `last` of the reminders


@dataclass(frozen=True)
class Today:
    """The day on which the samples are made, and the deadline of which people are reminded on that very day."""

    day: date
    reminded: date

    @classmethod
    def at(cls, now: datetime, calendar: WorkingCalendar) -> "Today":
        """In Uzbekistan: that reminder was due on the last working morning that has come there."""
        morning = calendar.shift(last_morning(now, TIME_ZONES[Side.UZ]), 0)
        return cls(day_of(Side.UZ, now), calendar.shift(morning, REMINDED))


Due = Callable[[Today], Deadline]

REASON: Final = Text.of(
    "Illustrative: sample deadlines for a demonstration; nothing here was agreed by the two sides.",
    uz="Namuna: koʻrgazma uchun shartli muddatlar; bu yerdagi hech narsa ikki tomon oʻrtasida kelishilmagan.",
    ru="Образец: условные сроки для демонстрации; ничто из этого не согласовано двумя сторонами.",
    ko="예시: 시연을 위한 가상의 기한이며, 여기에 양측이 합의한 사항은 없다.",
)


def _sample(en: str, *, uz: str, ru: str, ko: str) -> Text:
    return Text.of(f"{en} (sample)", uz=f"{uz} (namuna)", ru=f"{ru} (образец)", ko=f"{ko} (예시)")


def overdue(days: int) -> Due:
    return lambda today: Deadline(today.day - timedelta(days=days), Precision.DAY)


def reminded(today: Today) -> Deadline:
    return Deadline(today.reminded, Precision.DAY)


def soon(today: Today) -> Deadline:
    """Return a deadline within ten working days: the eighth day from today, or the Monday after it."""
    day = today.day + timedelta(days=8)
    weekend = day.weekday() - 4  # Saturday is 1, Sunday 2
    return Deadline(day + timedelta(days=3 - weekend) if weekend > 0 else day, Precision.DAY)


def in_two_months(today: Today) -> Deadline:
    year, month = divmod(today.day.year * 12 + today.day.month - 1 + 2, 12)
    return Deadline(last_day(Precision.MONTH, year, month + 1), Precision.MONTH)


def next_quarter(today: Today) -> Deadline:
    year, quarter = divmod(today.day.year * 4 + (today.day.month - 1) // 3 + 1, 4)
    return Deadline(last_day(Precision.QUARTER, year, quarter + 1), Precision.QUARTER)


def reviewed(months: int) -> Due:
    """Return a continuous deadline; the first review is thirty days from today."""
    return lambda today: Deadline(today.day + timedelta(days=30), Precision.CONTINUOUS, months)


@dataclass(frozen=True)
class Step:
    """A sample milestone; ``parts`` are co-executors with their own part. The leads are those of the draft."""

    key: str
    text: Text
    due: Due
    parts: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True)
class AddedMeasure:
    """A measure that the draft does not have."""

    title: Text
    expected_result: Text
    funding_text: Text
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class SampleRoadMap:
    """Deadlines of the draft's own milestones and more steps, by decision, and one more measure.

    ``late`` names the step that its lead of Uzbekistan expects after its date.
    """

    due: dict[str, Due]
    steps: dict[str, tuple[Step, ...]]
    measure: AddedMeasure | None = None
    late: str = ""


SAMPLES: Final = {
    "chemistry": SampleRoadMap(
        due={"D05": next_quarter, "D06": in_two_months},
        steps={
            "D05": (
                Step(
                    "D05-site",
                    _sample(
                        "Hand over the list of sites for a pilot plant",
                        uz="Tajriba zavodi uchun maydonlar roʻyxatini topshirish",
                        ru="Передать перечень площадок для опытного завода",
                        ko="시범 공장 후보지 목록 전달",
                    ),
                    overdue(4),
                    (
                        (
                            "minenergy",
                            _sample(
                                "Conditions for connecting the sites to the power grid",
                                uz="Maydonlarni elektr tarmogʻiga ulash shartlari",
                                ru="Условия подключения площадок к электросети",
                                ko="후보지의 전력망 연결 조건",
                            ),
                        ),
                    ),
                ),
                Step(
                    "D05-experts",
                    _sample(
                        "Name the experts who will inspect the sites",
                        uz="Maydonlarni koʻrikdan oʻtkazadigan mutaxassislarni tayinlash",
                        ru="Назначить экспертов для осмотра площадок",
                        ko="후보지를 점검할 전문가 지명",
                    ),
                    reminded,
                ),
            ),
            "D06": (
                Step(
                    "D06-requirements",
                    _sample(
                        "Agree the technical requirements for rubber products",
                        uz="Rezina mahsulotlariga texnik talablarni kelishish",
                        ru="Согласовать технические требования к резиновым изделиям",
                        ko="고무 제품의 기술 요건 합의",
                    ),
                    soon,
                ),
            ),
        },
        measure=AddedMeasure(
            _sample(
                "Exchange of experience in the safety of chemical plants",
                uz="Kimyo korxonalari xavfsizligi boʻyicha tajriba almashish",
                ru="Обмен опытом в области безопасности химических предприятий",
                ko="화학 공장 안전 경험 교류",
            ),
            _sample(
                "Chemical plants of both sides are safer",
                uz="Ikki tomon kimyo korxonalari xavfsizroq boʻladi",
                ru="Химические предприятия обеих сторон становятся безопаснее",
                ko="양측 화학 공장의 안전성 향상",
            ),
            _sample(
                "Each side pays for its own specialists",
                uz="Har bir tomon oʻz mutaxassislari xarajatlarini qoplaydi",
                ru="Каждая сторона оплачивает расходы своих специалистов",
                ko="각 측이 자국 전문가의 비용을 부담",
            ),
            (
                Step(
                    "chemistry-safety",
                    _sample(
                        "Visits of specialists to plants of the other side",
                        uz="Mutaxassislarning ikkinchi tomon korxonalariga tashriflari",
                        ru="Поездки специалистов на предприятия другой стороны",
                        ko="전문가의 상대측 공장 방문",
                    ),
                    reviewed(6),
                ),
            ),
        ),
        late="D06-requirements",
    ),
    "skills": SampleRoadMap(
        due={"D26": reviewed(12), "D28": next_quarter},
        steps={
            "D26": (
                Step(
                    "D26-timetable",
                    _sample(
                        "Publish the timetable of the Korean language courses",
                        uz="Koreys tili kurslari jadvalini eʼlon qilish",
                        ru="Опубликовать расписание курсов корейского языка",
                        ko="한국어 강좌 일정 공고",
                    ),
                    overdue(6),
                ),
            ),
            "D28": (
                Step(
                    "D28-regions",
                    _sample(
                        "Propose the regions of the next training centres",
                        uz="Keyingi oʻquv markazlari uchun hududlarni taklif qilish",
                        ru="Предложить регионы для следующих учебных центров",
                        ko="차기 훈련원 설립 지역 제안",
                    ),
                    soon,
                ),
                Step(
                    "D28-programme",
                    _sample(
                        "Draw up the training programme of the first year",
                        uz="Birinchi yil oʻquv dasturini ishlab chiqish",
                        ru="Составить учебную программу первого года",
                        ko="1차 연도 훈련 과정 수립",
                    ),
                    in_two_months,
                ),
            ),
        },
    ),
}


def with_samples(content: RoadMapContent, sample: SampleRoadMap, today: Today) -> RoadMapContent:
    """Return the draft with its sample deadlines and rows. Raises: IndexError for a draft without a measure."""
    section = content.sections[0]
    measures = [_measure(measure, sample, today) for measure in section.measures]
    if added := sample.measure:
        leads = _leads(measures[0].milestones[0])
        measures.append(
            MeasureContent(
                uid=identity("measure", f"sample:{added.steps[0].key}"),
                number=max(measure.number for measure in measures) + 1,
                title=added.title,
                expected_result=added.expected_result,
                funding_text=added.funding_text,
                milestones=tuple(_milestone(step, n, leads, today) for n, step in enumerate(added.steps, start=1)),
            )
        )
    return replace(content, sections=(replace(section, measures=tuple(measures)), *content.sections[1:]))


def _measure(measure: MeasureContent, sample: SampleRoadMap, today: Today) -> MeasureContent:
    decision = measure.decision or ""
    own = measure.milestones
    if due := sample.due.get(decision):
        own = (replace(own[0], deadline=due(today)), *own[1:])
    steps = sample.steps.get(decision, ())
    added = (_milestone(step, n, _leads(own[0]), today) for n, step in enumerate(steps, start=len(own) + 1))
    return replace(measure, milestones=(*own, *added))


def _milestone(step: Step, number: int, leads: tuple[ExecutorContent, ...], today: Today) -> MilestoneContent:
    parts = tuple(ExecutorContent(code, ExecutorRole.CO_EXECUTOR, part) for code, part in step.parts)
    uid = identity("milestone", f"sample:{step.key}")
    return MilestoneContent(uid, number, step.text, step.due(today), (*leads, *parts))


def _leads(milestone: MilestoneContent) -> tuple[ExecutorContent, ...]:
    return tuple(executor for executor in milestone.executors if executor.role == ExecutorRole.LEAD)
