"""The programme's files as values. Nothing is written here; whatever is malformed is refused with one sentence."""

from pathlib import Path
from typing import Any, Final

import yaml

from common.errors import InvalidValue, sentence
from common.text import tidied, typed
from programme.loading.checking import AREAS, DECISIONS, IATI, ORGANISATIONS, check
from programme.loading.schema import LoadError, Malformed, read_entry
from programme.loading.values import AreaEntry, DecisionEntry, FigureEntry, IatiCodes, OrganisationEntry, Programme

RELEASE: Final = "press-release-2024-06-14.txt"

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, ten times faster, where it was built in


class _Loader(_Base):
    """YAML with null, true, false and whole numbers; a date stays text, so that a wrong one is refused at its field."""

    yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":float"))]
        for letter, resolvers in _Base.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(None, None, f"the key “{key.value}” stands twice", key.start_mark)
            seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


def read_programme(directory: Path) -> Programme:
    """Raises: LoadError, naming file, entry and field."""
    decisions = _mapping(directory, DECISIONS, ("decisions", "figures"))
    programme = Programme(
        paragraphs=_paragraphs(directory),
        organisations=_entries(OrganisationEntry, ORGANISATIONS, _yaml(directory, ORGANISATIONS)),
        areas=_entries(AreaEntry, AREAS, _yaml(directory, AREAS)),
        decisions=_entries(DecisionEntry, DECISIONS, decisions["decisions"]),
        figures=_entries(FigureEntry, DECISIONS, decisions["figures"]),
        iati=_entry(IatiCodes, IATI, "", _yaml(directory, IATI)),
    )
    check(programme)
    return programme


def _paragraphs(directory: Path) -> tuple[str, ...]:
    try:
        return tuple(typed(_content(directory, RELEASE), multiline=True).split("\n"))
    except InvalidValue as error:
        raise LoadError(RELEASE, "", "", sentence(error)) from error


def _content(directory: Path, file: str) -> str:
    try:
        text = tidied((directory / file).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise LoadError(file, "", "", f"The file cannot be read in {directory}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise LoadError(file, "", "", "The file is not text in UTF-8.") from error
    except InvalidValue as error:
        raise LoadError(file, "", "", sentence(error)) from error
    if not text:
        raise LoadError(file, "", "", "The file is empty.")
    return text


def _yaml(directory: Path, file: str) -> Any:
    text = _content(directory, file)
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a safe loader with fewer types
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise LoadError(file, line, "", f"This is no YAML that can be read: {error.problem}.") from error
    except (yaml.YAMLError, ValueError, AttributeError, RecursionError) as error:
        # besides YAML's own errors what its constructors raise for !!int of a word, or a thousand brackets
        raise LoadError(file, "", "", "This is no YAML that can be read.") from error


def _mapping(directory: Path, file: str, keys: tuple[str, ...]) -> dict[str, Any]:
    found = _yaml(directory, file)
    if not isinstance(found, dict) or set(found) != set(keys):
        raise LoadError(file, "", "", f"The file has exactly the keys {' and '.join(keys)}.")
    return found


def _entries(kind: Any, file: str, found: object) -> tuple[Any, ...]:
    if not isinstance(found, list) or not found:
        raise LoadError(file, "", "", "This must be a list of entries, each beginning with a hyphen.")
    return tuple(_entry(kind, file, _called(entry, number), entry) for number, entry in enumerate(found, start=1))


def _called(entry: object, number: int) -> str:
    """An entry's code, or its place where it has none."""
    code = entry.get("code") if isinstance(entry, dict) else None
    return code if isinstance(code, str) and code.strip() else f"entry {number}"


def _entry(kind: Any, file: str, called: str, entry: object) -> Any:
    try:
        return read_entry(kind, entry)
    except Malformed as error:
        raise LoadError(file, called, error.field, error.sentence) from error
