"""The programme as its files have it: frozen values, one class an entry. The files' comments say what each means."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from accounts.models import OrganisationKind
from common.deadlines import FIRST_POSSIBLE, TO_BE_AGREED, Deadline, Precision
from common.errors import InvalidValue, sentence
from common.sides import Side
from common.text import Text
from programme.loading.schema import Fits, Malformed
from programme.models import AreaKind, Comparison, DecisionKind, SourceStanding
from programme.models.decision import NOTHING_TO_CARRY_OUT

PERIODS: Final = (Precision.DAY, Precision.MONTH, Precision.QUARTER, Precision.HALF, Precision.YEAR)

Slug = Annotated[str, Fits(60, r"[a-z0-9][a-z0-9-]*")]
Code = Annotated[str, Fits(20, r"[A-Za-z0-9][A-Za-z0-9-]*")]
Name = Annotated[Text, Fits(300)]
Title = Annotated[Text, Fits(500)]


@dataclass(frozen=True, slots=True)
class NameEntry:
    """A later name of an organisation, from a day on."""

    valid_from: date = field(metadata={"key": "from"})
    name: Name
    short: Annotated[str, Fits(30)] = ""
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class OrganisationEntry:
    code: Slug
    side: Side
    kind: OrganisationKind
    named_in: int | None
    name: Name
    short: Annotated[str, Fits(30)] = ""
    parent: Slug | None = None
    coordinator: bool = False
    control_body: bool = False
    iati: Annotated[str, Fits(60)] = ""
    note: Annotated[str, Fits(2000)] = ""
    renamed: tuple[NameEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class LeadsEntry:
    uz: Slug = field(metadata={"key": "UZ"})
    kr: Slug = field(metadata={"key": "KR"})

    @property
    def both(self) -> tuple[str, str]:
        return self.uz, self.kr


@dataclass(frozen=True, slots=True)
class AreaEntry:
    code: Slug
    order: Annotated[int, Fits(999)]
    kind: AreaKind
    paragraphs: tuple[int, ...]
    iati_sector: Annotated[str, Fits(10)] | None
    leads: LeadsEntry
    name: Name
    confirm: bool = False

    @property
    def road_map(self) -> str:
        """The reference of its road map."""
        return f"RM-{self.order:02d}"


@dataclass(frozen=True, slots=True)
class When:
    """What the release says of a date: ``due`` the last day of the period it names, or ``done`` a past one.

    A period's day is its last one, so that "next year" is never met late on a 1 January.
    """

    text: Annotated[str, Fits(200)]
    due: date | None = None
    precision: Precision | None = None
    done: date | None = None

    def __post_init__(self) -> None:
        if self.precision is not None and self.precision not in PERIODS:
            raise Malformed("precision", f"“{self.precision}” is not one of {', '.join(PERIODS)}.")
        if self.due and self.done:
            raise Malformed("done", "A date is due or done, not both.")
        if self.precision and not (self.due or self.done):
            raise Malformed("precision", "There is no date that it could belong to.")
        if self.due and not self.precision:
            raise Malformed("precision", "A date that is due says how exactly it is meant.")
        if self.due and self.due < FIRST_POSSIBLE:
            raise Malformed("due", f"{self.due} lies before the summit of {FIRST_POSSIBLE}.")
        if self.done and self.done > FIRST_POSSIBLE:
            raise Malformed("done", f"{self.done} lies after the summit of {FIRST_POSSIBLE}: it cannot be past.")
        try:
            Deadline(self.due or self.done if self.precision else None, self.precision)
        except InvalidValue as error:
            raise Malformed("due" if self.due else "done", sentence(error)) from error


@dataclass(frozen=True, slots=True)
class Inferred:
    """What general knowledge adds and the release does not say."""

    organisations: tuple[Slug, ...] = ()
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A number that the decision names. Read and checked; its title says it too, and no table holds targets yet."""

    value: Decimal
    unit: Annotated[str, Fits(30)]
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """One organisation's part in a decision."""

    organisation: str
    inferred: bool
    funding: bool


@dataclass(frozen=True, slots=True)
class DecisionEntry:
    code: Code
    paragraph: int
    area: Slug
    kind: DecisionKind
    standing: SourceStanding
    title: Title
    when: When | None
    organisations: tuple[Slug, ...] = ()
    funding: Slug | None = None
    region: str | None = None
    regions: tuple[str, ...] = ()
    inferred: Inferred = Inferred()
    target: Target | None = None

    @property
    def parties(self) -> tuple[Party, ...]:
        """Named bodies, then inferred ones, each once; who funds it is one of them."""
        named = self.organisations
        if self.funding and self.funding not in (*named, *self.inferred.organisations):
            named = (*named, self.funding)
        return (
            *(Party(code, False, code == self.funding) for code in named),
            *(Party(code, True, code == self.funding) for code in self.inferred.organisations),
        )

    @property
    def all_regions(self) -> tuple[str, ...]:
        """Those the release names or, where it names none, the inferred one."""
        named = (self.region,) if self.region else self.regions
        return named or ((self.inferred.region,) if self.inferred.region else ())

    @property
    def is_project(self) -> bool:
        return self.kind == DecisionKind.PROJECT

    @property
    def to_carry_out(self) -> bool:
        return self.standing not in NOTHING_TO_CARRY_OUT

    @property
    def deadline(self) -> Deadline:
        """Only what the release says; everything else is to be agreed."""
        return Deadline(self.when.due, self.when.precision) if self.when and self.when.due else TO_BE_AGREED


@dataclass(frozen=True, slots=True)
class FigureEntry:
    code: Code
    paragraph: int
    title: Name
    value: Decimal
    unit: Annotated[str, Fits(30)]
    comparison: Comparison = Comparison.EXACTLY
    as_of: date | None = None
    period: Annotated[int, Fits(9999)] | None = None

    def __post_init__(self) -> None:
        if (self.as_of is None) == (self.period is None):
            raise Malformed("as_of", "A figure is of a day (as_of) or of a year (period): one of the two.")


@dataclass(frozen=True, slots=True)
class IatiCodes:
    """Codes of the IATI activity standard; here they say which sectors and regions there are."""

    activity_status: dict[str, int]
    activity_date: dict[str, int]
    organisation_role: dict[str, int]
    transaction_type: dict[str, int]
    finance_type: dict[str, int]
    flow_type: dict[str, int]
    reporting_organisation: str | None
    organisations: dict[str, str]
    recipient_country: str
    regions: dict[str, str]
    sectors: dict[str, int]
    lifecycles: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Programme:
    """All of it, read and checked. ``paragraphs`` is the release, paragraph 1 first."""

    paragraphs: tuple[str, ...]
    organisations: tuple[OrganisationEntry, ...]
    areas: tuple[AreaEntry, ...]
    decisions: tuple[DecisionEntry, ...]
    figures: tuple[FigureEntry, ...]
    iati: IatiCodes

    def decisions_of(self, area: AreaEntry) -> tuple[DecisionEntry, ...]:
        """In file order."""
        return tuple(decision for decision in self.decisions if decision.area == area.code)

    def area_of(self, decision: DecisionEntry) -> AreaEntry:
        return next(area for area in self.areas if area.code == decision.area)
