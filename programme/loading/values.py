"""The programme as its files have it: frozen values, one class an entry. The files' comments say what each means."""

from dataclasses import dataclass
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from accounts.models import OrganisationKind
from common.deadlines import FIRST_POSSIBLE, TO_BE_AGREED, Deadline, Precision
from common.errors import InvalidValue, sentence
from common.sides import Side
from programme.loading.schema import CHOICE, LIST, Amount, Day, Entry, Malformed, Multilingual, Whole, Words, fits
from programme.models import AreaKind, Comparison, DecisionKind, SourceStanding
from programme.models.decision import NOTHING_TO_CARRY_OUT

PERIODS: Final = (Precision.DAY, Precision.MONTH, Precision.QUARTER, Precision.HALF, Precision.YEAR)

Slug = Annotated[Words, fits(60, r"[a-z0-9][a-z0-9-]*")]
Code = Annotated[Words, fits(20, r"[A-Za-z0-9][A-Za-z0-9-]*")]
Name = Annotated[Multilingual, fits(300)]
Title = Annotated[Multilingual, fits(500)]


class NameEntry(Entry):
    """A later name of an organisation, from a day on."""

    valid_from: Day = Field(alias="from")
    name: Name
    short: Annotated[Words, fits(30)] = ""
    confirm: bool = False


class OrganisationEntry(Entry):
    code: Slug
    side: Annotated[Side, CHOICE]
    kind: Annotated[OrganisationKind, CHOICE]
    named_in: Whole | None
    name: Name
    short: Annotated[Words, fits(30)] = ""
    parent: Slug | None = None
    coordinator: bool = False
    control_body: bool = False
    iati: Annotated[Words, fits(60)] = ""
    note: Annotated[Words, fits(2000)] = ""
    renamed: Annotated[tuple[NameEntry, ...], LIST] = ()


class LeadsEntry(Entry):
    uz: Slug = Field(alias="UZ")
    kr: Slug = Field(alias="KR")

    @property
    def both(self) -> tuple[str, str]:
        return self.uz, self.kr


class AreaEntry(Entry):
    code: Slug
    order: Annotated[Whole, Field(le=999)]
    kind: Annotated[AreaKind, CHOICE]
    paragraphs: Annotated[tuple[Whole, ...], LIST]
    iati_sector: Annotated[Words, fits(10)] | None
    leads: LeadsEntry
    name: Name
    confirm: bool = False

    @property
    def road_map(self) -> str:
        """The reference of its road map."""
        return f"RM-{self.order:02d}"


class When(Entry):
    """What the release says of a date: ``due`` the last day of the period it names, or ``done`` a past one.

    A period's day is its last one, so that "next year" is never met late on a 1 January.
    """

    text: Annotated[Words, fits(200)]
    due: Day | None = None
    precision: Annotated[Precision, CHOICE] | None = None
    done: Day | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
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
        return self


class Inferred(Entry):
    """What general knowledge adds and the release does not say."""

    organisations: Annotated[tuple[Slug, ...], LIST] = ()
    region: Words | None = None


class DecisionTarget(Entry):
    """A number that the decision names. Read and checked; its title says it too, and no table holds targets yet."""

    value: Amount
    unit: Annotated[Words, fits(30)]
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """One organisation's part in a decision."""

    organisation: str
    inferred: bool
    funding: bool


class DecisionEntry(Entry):
    code: Code
    paragraph: Whole
    area: Slug
    kind: Annotated[DecisionKind, CHOICE]
    standing: Annotated[SourceStanding, CHOICE]
    title: Title
    when: When | None
    organisations: Annotated[tuple[Slug, ...], LIST] = ()
    funding: Slug | None = None
    region: Words | None = None
    regions: Annotated[tuple[Words, ...], LIST] = ()
    inferred: Inferred = Inferred()
    target: DecisionTarget | None = None

    @property
    def parties(self) -> tuple[Party, ...]:
        """Named organisations, then inferred ones, each once; who funds it is one of them."""
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


class FigureEntry(Entry):
    code: Code
    paragraph: Whole
    title: Name
    value: Amount
    unit: Annotated[Words, fits(30)]
    comparison: Annotated[Comparison, CHOICE] = Comparison.EXACTLY
    as_of: Day | None = None
    period: Annotated[Whole, Field(le=9999)] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.as_of is None) == (self.period is None):
            raise Malformed("as_of", "A figure is of a day (as_of) or of a year (period): one of the two.")
        return self


class IatiCodes(Entry):
    """Codes of the IATI activity standard; here they say which sectors and regions there are."""

    activity_status: dict[Words, Whole]
    activity_date: dict[Words, Whole]
    organisation_role: dict[Words, Whole]
    transaction_type: dict[Words, Whole]
    finance_type: dict[Words, Whole]
    flow_type: dict[Words, Whole]
    reporting_organisation: Words | None
    organisations: dict[Words, Words]
    recipient_country: Words
    regions: dict[Words, Words]
    sectors: dict[Words, Whole]
    lifecycles: dict[Words, Annotated[tuple[Words, ...], LIST]]


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
