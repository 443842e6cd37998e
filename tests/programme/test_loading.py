"""The programme's files: everything in them is read, and whatever a person breaks is a sentence."""

from datetime import date
from pathlib import Path

import pytest

from common.deadlines import Deadline, Precision
from programme.loading import DATA, LoadError, Programme, read_programme
from tests.scenarios.programme import edited

AREAS, DECISIONS, ORGANISATIONS, IATI = "areas.yaml", "decisions.yaml", "organisations.yaml", "iati.yaml"
RELEASE = "press-release-2024-06-14.txt"

# one word of the release for each decision that a wrong paragraph would not have
WORDS = {
    "D01": "hub", "D38": "new time", "D02": "road maps", "D03": "mineral", "D04": "semiconductor", "D05": "hydrogen",
    "D06": "rubber", "D07": "KIA", "D08": "60 thousand", "D09": "smart", "D10": "greenhouse", "D11": "transport",
    "D12": "real estate", "D13": "strategic dialogue", "D14": "trains", "D15": "Pharma Park", "D16": "educational",
    "D17": "children", "D18": "university", "D19": "adult hospital", "D20": "oncological", "D21": "health workers",
    "D22": "first Uzbek-Korean forum", "D23": "Another meeting", "D24": "KAIST", "D25": "Training Centre",
    "D26": "Korean language", "D27": "KOICA", "D28": "network", "D29": "Mutual Exchanges", "D30": "90th",
    "D31": "museum", "D32": "Electronic Government", "D33": "U-ENTER", "D34": "outsourcing", "D35": "corruption",
    "D36": "environment", "D37": "labor migration",
}  # fmt: skip


@pytest.fixture(scope="module")
def read() -> Programme:
    return read_programme(DATA)


def test_all_of_the_programme_is_read(read: Programme) -> None:
    counts = [len(entries) for entries in (read.organisations, read.areas, read.decisions, read.figures)]
    assert counts == [45, 17, 38, 6]
    assert len(read.paragraphs) == 37
    assert all(set(organisation.name.texts) == {"en", "uz", "ru", "ko"} for organisation in read.organisations)


def test_every_decision_stands_in_its_paragraph(read: Programme) -> None:
    lines = (DATA / RELEASE).read_text(encoding="utf-8").splitlines()
    assert list(read.paragraphs) == lines
    assert {d.code for d in read.decisions if WORDS[d.code] in lines[d.paragraph - 1]} == set(WORDS)


def test_a_date_is_the_releases_or_to_be_agreed(read: Programme) -> None:
    dated = {d.code: d.deadline for d in read.decisions if d.deadline.due_on}
    end_of_2025, end_of_2027 = (Deadline(date(year, 12, 31), Precision.YEAR) for year in (2025, 2027))
    assert dated == dict.fromkeys(["D08", "D23", "D29"], end_of_2025) | dict.fromkeys(["D30", "D31"], end_of_2027)


def test_a_body_is_once_a_party(read: Programme) -> None:
    parties = {d.code: [(p.organisation, p.inferred, p.funding) for p in d.parties] for d in read.decisions}
    assert parties["D14"] == [("edcf", False, True), ("mintrans", True, False)]
    assert parties["D13"] == [("minenergy", False, False), ("motie", True, False)]


# what a person does to a file, and the sentence: (old, new, what follows the file's name)
GREEN, SEDAN = (
    "title: Production of green hydrogen and ammonia",
    "units a year, when: {text: next year, due: 2025-12-31",
)
IN_2027 = "{text: in 2027, due: 2027-12-31, precision: year}"
MALFORMED = {
    DECISIONS: {
        "an unknown key": ("code: D05,", "code: D05, colour: red,", ", D05, colour: This key is not known"),
        "a wrong type": ("D05, paragraph: 12", "D05, paragraph: twelve", ", D05, paragraph: This must be a whole"),
        "no such kind": ("energy,         kind: event", "energy, kind: feast", ", D13, kind: “feast” is not one of"),
        "a blank title": (GREEN, 'title: " "', ", D05, title: The text is blank"),
        "a title that is too long": (GREEN, f"title: {'x' * 501}", ", D05, title: At most 500 characters; this has"),
        "an unknown organisation": ("[apa, kipa, nhi]", "[apa, k]", ", D25, organisations: There is no organisation"),
        "an organisation twice": ("[apa, kipa, nhi]", "[apa, apa]", ", D25, organisations: apa stands twice"),
        "an unknown inferred one": ("[motie]}", "[x]}", ", D13, inferred.organisations: There is no"),
        "an unknown payer": ("Park, funding: edcf", "Park, funding: edfc", ", D15, funding: There is no organ"),
        "an unknown area": ("17, area: energy, ", "17, area: power, ", ", D13, area: There is no area with the code"),
        "a code twice": ("code: D06", "code: D05", ", D05, code: D05 stands twice"),
        "an outside paragraph": ("D05, paragraph: 12", "D05, paragraph: 38", ", D05, paragraph: The release has no"),
        "not the last day": (SEDAN, SEDAN[:-2] + "30", ", D08, when.due: This deadline must be the last day"),
        "no precision": (IN_2027, "{text: in 2027, due: 2027-12-31}", ", D30, when.precision: A date that is due"),
        "no date": (IN_2027, "{text: in 2027, precision: year}", ", D30, when.precision: There is no date"),
        "a day that is none": (IN_2027, "{text: x, due: 2027-02-30, precision: day}", ", D30, when.due: “2027-02-30”"),
        "an early date": (IN_2027, "{text: x, due: 2023-12-31, precision: year}", ", D30, when.due: 2023-12-31 lies"),
        "a past day to come": ("done: 2024-05-31", "done: 2024-07-31", ", D07, when.done: 2024-07-31 lies after the"),
        "an unknown region": ("region: UZ-JI, when", "region: UZ-XX, when", ", D07, region: UZ-XX is no region of"),
        "two kinds of region": ("region: UZ-TK,", "region: UZ-TK, regions: [UZ-JI],", ", D31, regions: region stands"),
        "a figure with no time": (", period: 2023", "", ", F3, as_of: A figure is of a day"),
        "an amount in words": ("value: 726,", "value: many,", ", F1, value: This must be a number such as"),
        "a key twice": ("code: D05,", "code: D05, code: D05,", ", line 14: .* the key “code” stands twice"),
        "a bracket too few": ("precision: null}, organisations: [kia]}", "precision: null}, [kia}", ", line [0-9]+:"),
        "no figures": ("figures:", "numbers:", ": The file has exactly the keys decisions and figures"),
    },
    AREAS: {
        "a missing key": ("order: 7, ", "", ", energy, order: This key is missing"),
        "no code": ("{code: energy,         order", "{order", ", entry 8, code: This key is missing"),
        "a negative number": ("order: 7", "order: -7", ", energy, order: This must be a whole number from 0 on"),
        "an order twice": ("order: 8,", "order: 7,", ", finance, order: 7 stands twice"),
        "a lead of the other side": ("minenergy, KR: motie", "minenergy, KR: miit", ", energy, leads.KR: miit is of"),
        "one lead only": ("{UZ: minenergy, KR: motie}", "{UZ: minenergy}", ", energy, leads.KR: This key is missing"),
        "an unknown lead": ("{UZ: aca,", "{UZ: acaa,", ", anticorruption, leads.UZ: There is no organisation"),
        "an outside paragraph": ("paragraphs: [17]", "paragraphs: [0]", ", energy, paragraphs: The release has no"),
        "an unknown sector": ('iati_sector: "23210"', 'iati_sector: "9"', ", energy, iati_sector: 9 is no sector of"),
        "no list": ("- {code: programme", "all: {code: programme", ", line [0-9]+: This is no YAML"),
    },
    ORGANISATIONS: {
        "a list for a text": ("short: KIPA", "short: [KIPA]", ", kipa, short: This must be a text, not a list"),
        "a word for true": ("coordinator: true, named_in: null, short: MIIT", "coordinator: maybe, named_in: null",
                            ", miit, coordinator: This must be true or false, not “maybe”"),
        "an unknown language": ("ko: 기아", "fr: Kia", ", kia, name: “fr” is not a supported language"),
        "too long": ("short: KIPA", f"short: {'K' * 31}", ", kipa, short: At most 30 characters; this has 31"),
        "a code with a blank": ("code: kipa", "code: ki pa", ", ki pa, code: “ki pa” is not a code"),
        "an unknown parent": ("parent: mofa", "parent: mofaa", ", koica, parent: There is no organisation"),
        "a parent of the other side": ("parent: mofa", "parent: mfa-uz", ", koica, parent: mfa-uz is of the other"),
        "parents in a cycle": ("short: MOEF", "parent: edcf, short: MOEF", ", moef, parent: moef would answer to"),
        "two coordinators": ("short: MSIT", "coordinator: true, short: MSIT", ", msit, coordinator: motie has this"),
        "two control organisations": ("short: MSIT", "control_body: true, short: MSIT", ", msit, control_body:"),
        "an outside paragraph": ("named_in: 17", "named_in: 99", ", minenergy, named_in: The release has no"),
        "a wrong day inside": ("2025-10-01, confirm: true, short: MCEE", "soon, confirm: true, short: MCEE",
                               ", me, renamed.no. 1.from: “soon” is not a day. Write it"),
        "a tag of Python": ("short: KIPA", "short: !!python/name:os.system", ", line [0-9]+: This is no YAML"),
        "a tag that lies": ("short: KIPA", "short: !!int KIPA", ": This is no YAML that can be read"),
    },
    IATI: {"another identifier": ("koica: KR-GOV-051", "koica: KR-GOV-052", ", koica, iati: KR-GOV-051")},
    RELEASE: {"a NUL byte": ("14.06.2024", "14.06\x002024", ": The text contains a character that cannot be stored")},
}  # fmt: skip
CASES = [
    pytest.param(file, *case, id=f"{file}: {name}") for file, cases in MALFORMED.items() for name, case in cases.items()
]


@pytest.mark.parametrize(("file", "old", "new", "sentence"), CASES)
def test_a_malformed_file_is_a_sentence_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, sentence: str
) -> None:
    blamed = ORGANISATIONS if file == IATI else file  # of two identifiers, the organisation's own is the wrong one
    with pytest.raises(LoadError, match=f"^{blamed}{sentence}") as caught:
        read_programme(edited(tmp_path, (file, old, new)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("file", [AREAS, DECISIONS, ORGANISATIONS, IATI, RELEASE])
def test_a_file_that_is_missing_empty_or_no_text_is_a_sentence(tmp_path: Path, file: str) -> None:
    folder = edited(tmp_path)
    for content in (b"", b"\xff\xfe\x00", b"[" * 3000, b"5", b"- 5", b"&a [*a]", None):
        if content is None:
            (folder / file).unlink()
        else:
            (folder / file).write_bytes(content)
        with pytest.raises(LoadError, match="^[a-z0-9-]+\\.(yaml|txt)"):
            read_programme(folder)
