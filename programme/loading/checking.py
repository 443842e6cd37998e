"""What one entry cannot know alone: codes that must exist, what stands once, who may lead."""

from collections.abc import Iterable
from typing import Any, Final

from programme.loading.schema import LoadError
from programme.loading.values import DecisionEntry, OrganisationEntry, Programme

ORGANISATIONS: Final = "organisations.yaml"
AREAS: Final = "areas.yaml"
DECISIONS: Final = "decisions.yaml"
IATI: Final = "iati.yaml"


def check(programme: Programme) -> None:
    """Raises: LoadError for the first thing that does not fit."""
    _once(ORGANISATIONS, programme.organisations, "code")
    _once(AREAS, programme.areas, "code")
    _once(AREAS, programme.areas, "order")
    _once(DECISIONS, (*programme.decisions, *programme.figures), "code")
    organisations = {organisation.code: organisation for organisation in programme.organisations}
    for organisation in programme.organisations:
        _organisation(organisation, organisations)
        _paragraph(programme, ORGANISATIONS, organisation.code, "named_in", organisation.named_in)
    for flag in ("coordinator", "control_body"):
        _one_a_side(programme.organisations, flag)
    _iati(programme, organisations)
    _areas(programme, organisations)
    for decision in programme.decisions:
        _decision(programme, decision, organisations)
    for figure in programme.figures:
        _paragraph(programme, DECISIONS, figure.code, "paragraph", figure.paragraph)


def _once(file: str, entries: Iterable[Any], field: str) -> None:
    seen = set()
    for entry in entries:
        if (value := getattr(entry, field)) in seen:
            raise LoadError(file, entry.code, field, f"{value} stands twice.")
        seen.add(value)


def _paragraph(programme: Programme, file: str, entry: str, field: str, number: int | None) -> None:
    if number is not None and not 1 <= number <= len(programme.paragraphs):
        last = len(programme.paragraphs)
        raise LoadError(file, entry, field, f"The release has no paragraph {number}; its paragraphs are 1 to {last}.")


def _known(organisations: dict[str, OrganisationEntry], file: str, entry: str, field: str, code: str) -> None:
    if code not in organisations:
        raise LoadError(file, entry, field, f"There is no organisation with the code {code}.")


def _organisation(organisation: OrganisationEntry, organisations: dict[str, OrganisationEntry]) -> None:
    days = [name.valid_from for name in organisation.renamed]
    if twice := [day for day in days if days.count(day) > 1]:
        raise LoadError(ORGANISATIONS, organisation.code, "renamed", f"Two names begin on {twice[0]}.")
    above, seen = organisation, {organisation.code}
    while above.parent is not None:
        _known(organisations, ORGANISATIONS, above.code, "parent", above.parent)
        if organisations[above.parent].side != above.side:
            raise LoadError(ORGANISATIONS, above.code, "parent", f"{above.parent} is of the other side.")
        above = organisations[above.parent]
        if above.code in seen:
            raise LoadError(ORGANISATIONS, organisation.code, "parent", f"{above.code} would answer to itself.")
        seen.add(above.code)


def _one_a_side(organisations: tuple[OrganisationEntry, ...], flag: str) -> None:
    first: dict[str, str] = {}
    for organisation in organisations:
        code, side = organisation.code, organisation.side
        if getattr(organisation, flag) and (other := first.setdefault(side, code)) != code:
            raise LoadError(ORGANISATIONS, code, flag, f"{other} has this part for {side.label} already.")


def _iati(programme: Programme, organisations: dict[str, OrganisationEntry]) -> None:
    for code, identifier in programme.iati.organisations.items():
        _known(organisations, IATI, "", "organisations", code)
        if organisations[code].iati not in ("", identifier):
            sentence = f"{organisations[code].iati} here, but {identifier} in {IATI}."
            raise LoadError(ORGANISATIONS, code, "iati", sentence)


def _areas(programme: Programme, organisations: dict[str, OrganisationEntry]) -> None:
    sectors = {str(sector) for sector in programme.iati.sectors.values()}
    for area in programme.areas:
        for number in area.paragraphs:
            _paragraph(programme, AREAS, area.code, "paragraphs", number)
        if area.iati_sector is not None and area.iati_sector not in sectors:
            raise LoadError(AREAS, area.code, "iati_sector", f"{area.iati_sector} is no sector of {IATI}.")
        for side, code in zip(("UZ", "KR"), area.leads.both, strict=True):
            _known(organisations, AREAS, area.code, f"leads.{side}", code)
            if organisations[code].side != side:
                raise LoadError(AREAS, area.code, f"leads.{side}", f"{code} is of the other side.")


def _decision(programme: Programme, decision: DecisionEntry, organisations: dict[str, OrganisationEntry]) -> None:
    if decision.area not in {area.code for area in programme.areas}:
        raise LoadError(DECISIONS, decision.code, "area", f"There is no area with the code {decision.area}.")
    _paragraph(programme, DECISIONS, decision.code, "paragraph", decision.paragraph)
    named, inferred = decision.organisations, decision.inferred.organisations
    for field, codes in (("organisations", named), ("inferred.organisations", inferred)):
        for code in codes:
            _known(organisations, DECISIONS, decision.code, field, code)
            if (*named, *inferred).count(code) > 1:
                raise LoadError(DECISIONS, decision.code, field, f"{code} stands twice.")
    if decision.funding is not None:
        _known(organisations, DECISIONS, decision.code, "funding", decision.funding)
    _regions(programme, decision)


def _regions(programme: Programme, decision: DecisionEntry) -> None:
    regions = {f"{programme.iati.recipient_country}-{code}" for code in programme.iati.regions}
    given = (
        ("region", decision.region),
        *(("regions", region) for region in decision.regions),
        ("inferred.region", decision.inferred.region),
    )
    for field, region in given:
        if region is not None and region not in regions:
            raise LoadError(DECISIONS, decision.code, field, f"{region} is no region of {IATI}.")
    filled = [field for field in ("regions", "inferred.region", "region") if dict(given).get(field)]
    if len(filled) > 1:
        raise LoadError(DECISIONS, decision.code, filled[0], f"{filled[1]} stands here too: one of the two.")
