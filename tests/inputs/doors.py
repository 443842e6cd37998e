"""Every door through which a person's text comes in, found by walking forms, files, columns and commands."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.management import get_commands, load_command_class
from django.db import models
from django.test import RequestFactory
from pydantic import TypeAdapter

from audit.models import Audited
from common.text import MultilingualField, MultilingualFormField, Text, keep_as_typed, tidied
from desk.editor.forms import RowForm
from desk.editor.inputs import NumberField
from programme.loading.schema import Entry
from roadmaps.document.fields import RowKind

PACKAGES: Final = ("accounts", "audit", "common", "desk", "partnership", "programme", "reminders", "roadmaps")
NOT_KEPT: Final = {
    ("ForgottenPasswordForm", "email"): "compared with the addresses of accounts",
    ("ActivateCodesForm", "code"): "a one-time code",
    ("AuthenticateCodeForm", "code"): "a one-time code",
    ("ReauthenticateCodeForm", "code"): "a one-time code",
}
# options of commands whose words are looked up, compared or read as a path, and kept nowhere
LOOKED_UP: Final = {
    ("create_service_account", "organisation"),
    ("create_service_account", "scopes"),
    ("demo_sign", "proposal"),
    ("demo_sign", "address"),
    ("export_signatures", "file"),
    ("export_signatures", "road_map"),
    ("grant_privileges", "role"),
    ("migrate", "app_label"),
    ("migrate", "migration_name"),
    ("reminders", "on"),
    ("reset_second_factor", "email"),
    ("reset_second_factor", "email"),
}


@dataclass(frozen=True)
class Door:
    """``through`` returns what is kept of a text; it raises ValueError or ValidationError where it is refused.

    - ``multiline``: several lines may come in.
    - ``narrow``: the door refuses more than hidden characters, such as blanks in a code.
    - ``value_class``: what the class of the value does to a text before.
    """

    name: str
    through: Callable[[str], Any]
    multiline: bool = False
    narrow: bool = False
    value_class: Callable[[str], str] = str


def import_everything() -> None:
    """Import every module of the product, so that its classes are known."""
    for package in PACKAGES:
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if ".migrations" not in module.name and not module.name.endswith(("__main__", "asgi", "wsgi")):
                importlib.import_module(module.name)


def subclasses(kind: type) -> Iterator[type]:
    below: type
    for below in kind.__subclasses__():
        yield below
        yield from subclasses(below)


def form_classes() -> Iterator[Any]:
    """Yield the forms of the product: the written ones, and those that the admin makes."""
    yield from (kind for kind in subclasses(forms.BaseForm) if kind.__module__.split(".")[0] in PACKAGES)
    for screen in admin.site._registry.values():
        names = [*getattr(screen, "editable", ()), *getattr(screen, "add_only", ())]
        made = [screen.model._meta.get_field(name) for name in names if _has_column(screen.model, name)]
        request = RequestFactory().get("/")
        fields = {
            field.name: screen.formfield_for_dbfield(field, request)
            for field in made
            if not field.is_relation and not field.choices
        }
        yield type(f"{type(screen).__name__}Form", (forms.Form,), {k: v for k, v in fields.items() if v})


def form_doors() -> Iterator[Door]:
    import_everything()
    found = [(kind.__name__, name, field) for kind in form_classes() for name, field in kind.base_fields.items()]
    for kind in RowKind:
        if kind != RowKind.EXECUTOR:
            row = RowForm(kind, "row", {})
            found += [(f"RowForm {kind}", name, field) for name, field in row.fields.items()]
            if row.executors is not None:
                found += [("ExecutorForm", name, field) for name, field in row.executors.empty_form.fields.items()]
    for form, name, field in found:
        if (form, name) not in NOT_KEPT and not isinstance(field.widget, forms.PasswordInput):
            yield from _doors_of(f"{form}.{name}", field)


def _doors_of(name: str, field: forms.Field) -> Iterator[Door]:
    if isinstance(field, MultilingualFormField):
        for part in field.fields[:-1]:
            yield Door(f"{name}.{part.language}", part.clean, part.multiline)  # type: ignore[attr-defined]
    elif isinstance(field, forms.CharField) and not isinstance(field, forms.JSONField | NumberField):
        multiline = isinstance(field.widget, forms.Textarea)
        yield Door(name, field.clean, multiline, isinstance(field, forms.EmailField | forms.SlugField))


def loader_doors() -> Iterator[Door]:
    """Yield the fields of the programme's files that take a word."""
    for kind in subclasses(Entry):
        for name, field in kind.model_fields.items():  # type: ignore[attr-defined]
            for annotation in (field.annotation, *get_args(field.annotation)):
                reader = _reader(annotation, field.metadata if annotation is field.annotation else [])
                if reader and _takes_words(reader):
                    yield Door(f"{kind.__name__}.{name}", _said_by(reader), narrow=True)


def column_doors() -> Iterator[Door]:
    """Yield the text columns of every audited table, as a service saves them."""
    for model in {kind for kind in subclasses(Audited) if not kind._meta.abstract}:  # type: ignore[attr-defined]
        for field in model._meta.get_fields():  # type: ignore[attr-defined]
            if isinstance(field, models.CharField | models.TextField | MultilingualField) and not field.choices:
                multiline = getattr(field, "multiline", isinstance(field, models.TextField))
                first = tidied if isinstance(field, MultilingualField) else str
                yield Door(f"{model.__name__}.{field.name}", _saved_in(model, field), multiline, value_class=first)


def command_options() -> Iterator[tuple[str, str]]:
    """Yield (command, option) of every option of our commands that takes words."""
    common = {action.dest for action in _parser("check", "django.core")._actions}
    for command, app in sorted(get_commands().items()):
        if app in PACKAGES:
            for action in _parser(command, app)._actions:
                words = action.type in (None, str) and action.nargs != 0 and not action.choices
                if words and action.dest not in {*common, "help"}:
                    yield command, action.dest


def _parser(command: str, app: str) -> Any:
    return load_command_class(app, command).create_parser("manage.py", command)


def _has_column(model: type[models.Model], name: str) -> bool:
    return name in {field.name for field in model._meta.get_fields()}


def _reader(annotation: Any, metadata: list[Any]) -> TypeAdapter[Any] | None:
    from typing import Annotated

    try:
        return TypeAdapter(Annotated[annotation, *metadata]) if metadata else TypeAdapter(annotation)
    except Exception:  # noqa: BLE001  # a part of a type that is no type of its own
        return None


def _takes_words(reader: TypeAdapter[Any]) -> bool:
    try:
        return isinstance(reader.validate_python("hydro"), str | Text)
    except ValueError:
        return False


def _said_by(reader: TypeAdapter[Any]) -> Callable[[str], str]:
    def through(text: str) -> str:
        found = reader.validate_python(text)
        return found.texts["en"] if isinstance(found, Text) else str(found)

    return through


def _saved_in(model: type[models.Model], field: Any) -> Callable[[str], str]:
    def through(text: str) -> str:
        if isinstance(field, MultilingualField):
            record = model(**{field.name: Text("en", (("en", text), ("ko", "가")))})
            keep_as_typed(record, None, [field.name])
            return str(getattr(record, field.name).texts["en"])
        record = model(**{field.name: text})
        keep_as_typed(record, None, [field.name])
        return str(getattr(record, field.name))

    return through


REFUSALS: Final = (ValidationError, ValueError)
