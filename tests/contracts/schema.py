"""The published description, and what of an answer departs from it."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings
from jsonschema import Draft202012Validator, FormatChecker

PUBLISHED: Final = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


@cache
def published() -> Any:
    return yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))


@cache
def _validator(component: str) -> Draft202012Validator:
    """Exact: within a major version fields may be added, but none that the schema does not name."""
    components = deepcopy(published()["components"])
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema |= {"additionalProperties": False, "required": list(schema["properties"])}
    components["schemas"]["Problem"]["required"].remove("errors")
    whole = {"$ref": f"#/components/schemas/{component}", "components": components}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def faults_of(component: str, answer: Any) -> list[str]:
    return [f"{fault.json_path}: {fault.message}" for fault in _validator(component).iter_errors(answer)]
