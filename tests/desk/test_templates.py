"""Templates stay readable in review."""

from pathlib import Path

from django.conf import settings

LONGEST_LINE = 120


def test_no_template_has_a_line_over_120_characters() -> None:
    found = [path for path in Path(settings.BASE_DIR).glob("**/templates/**/*.html") if ".venv" not in path.parts]
    long = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for path in found
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]
    assert len(found) > 50
    assert long == []
