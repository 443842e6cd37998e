"""Errors of rules and values: a stable code with parameters.

Views, forms, the API and commands turn an error into the `sentence` that a person reads. Each app has its sentences in
`messages.py`, as `SENTENCES`: a template for each code, marked for translation, with the error's parameters by name.
"""

from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.module_loading import module_has_submodule


class CodedError(Exception):
    """A rule refuses a value or an act.

    - ``code``: a stable name, such as ``deadline.not_a_date``.
    - ``params``: the values that its sentence names.
    - ``path``: where in a larger value it is, such as ``sections[0].title``; empty for the value itself.
    """

    def __init__(self, code: str, *, path: str = "", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.path = path
        self.params = params

    def __str__(self) -> str:
        """Return the place, code and parameters, for logs."""
        place = f"{self.path}: " if self.path else ""
        params = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{place}{self.code} ({params})" if params else f"{place}{self.code}"


class InvalidValue(CodedError, ValueError):
    """A value that its class does not allow."""


def sentence(error: CodedError) -> str:
    """Return what a person is told, in the active language, without the path.

    A parameter that is itself a coded error is written as its own sentence.
    """
    params = {name: sentence(value) if isinstance(value, CodedError) else value for name, value in error.params.items()}
    return str(catalogue()[error.code] % params)


def field_error(error: CodedError, code: str = "invalid") -> ValidationError:
    """Return the error of a form's field. What was typed may have a % in it: it is a parameter, never the template."""
    return ValidationError("%(problem)s", code=code, params={"problem": sentence(error)})


@cache
def catalogue() -> dict[str, Any]:
    """Return the templates of every app's `messages.py`, by code."""
    found: dict[str, Any] = {}
    for app in apps.get_app_configs():
        if app.module and module_has_submodule(app.module, "messages"):
            found |= getattr(import_module(f"{app.name}.messages"), "SENTENCES", {})
    return found
