"""Write docs/states.md from the table of a proposal's statuses; with --check, compare the two.

python -m tools.states [--check]
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from roadmaps.proposal_status import STATUS_TABLE

PAGE: Final = Path(__file__).parent.parent / "docs" / "states.md"

_INTRODUCTION: Final = """# Statuses of a proposal

Written by `make states` from the table in `roadmaps/proposal_status.py`; `make check` compares the two. Services refuse
an act that is not in this table, and pages offer no button for it. Who has which permission:
`accounts/policy/permissions.py`.

"""
_SIGNATURES: Final = """
## A revision and its signatures

A published text is a revision. A proposal has at most one open revision; reopening or withdrawing the proposal voids
it. A void revision stays readable, with the names of those who had signed it, and nothing can be done with it.

A side's signature on a text is one of these:

| signature | when |
|---|---|
| not open | the text is a draft, refused by the other side, overtaken, void or withdrawn, and the side had not signed |
| awaited | the revision waits for this side |
| signed | the side has signed, and has not withdrawn its signature |
| refused | the side has refused the revision |
| void | the side had signed, and the revision is void |

A side may withdraw its signature until the other side has signed. The withdrawn signature stays readable, with the time
at which it was withdrawn, and cannot be used again. A refusal does not delete a signature that is already there: the
revision can no longer come into force.
"""


def _name(value: str) -> str:
    return value.replace("_", " ")


def page() -> str:
    """Return `docs/states.md`."""
    return "".join([_INTRODUCTION, *_diagram(), *_table(), _SIGNATURES])


def _diagram() -> Iterator[str]:
    yield "```mermaid\nstateDiagram-v2\n    [*] --> draft\n    [*] --> private_draft\n"
    for status, row in STATUS_TABLE.items():
        for found in row.moves:
            yield f"    {status} --> {found.leads_to}: {_name(found.act)}\n"
    yield "    in_force --> [*]\n    withdrawn --> [*]\n```\n\n"
    yield "A newer version that comes into force makes an open proposal overtaken, whatever its status.\n\n"


def _table() -> Iterator[str]:
    yield "## What each status allows\n"
    for status, row in STATUS_TABLE.items():
        yield f"\n### {_name(status).capitalize()}\n\n{row.meaning}\n"
        if not row.moves:
            yield "\nNothing can be done with it.\n"
            continue
        yield "\n| act | permission | who, by side | leads to |\n|---|---|---|---|\n"
        for found in row.moves:
            yield f"| {_name(found.act)} | `{found.permission}` | {found.signer} | {_name(found.leads_to)} |\n"


def main(arguments: list[str]) -> int:
    if arguments != ["--check"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/states.md does not match roadmaps/proposal_status.py: run make states", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
