"""Templates stay readable in review."""

from pathlib import Path

from django.conf import settings
from django.template import engines

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


def test_a_table_has_its_heading_and_its_columns() -> None:
    source = '{% load records %}{% table "h-areas" "Area" leads "Milestones" numbers=1 %}<tr></tr>{% endtable %}'
    html = engines["django"].from_string(source).render({"leads": "<Led by>"})
    assert 'aria-labelledby="h-areas"><table class="table cards wide-first">' in html
    heads = '<th scope="col">Area</th><th scope="col">&lt;Led by&gt;</th><th scope="col" class="num">Milestones</th>'
    assert f"<thead><tr>{heads}</tr></thead><tbody><tr></tr></tbody>" in html
