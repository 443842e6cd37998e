"""The column of a `Text`."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable, Expression
from django.db.models.fields.json import KeyTransform

from common.errors import InvalidValue, sentence
from common.text.form import MultilingualFormField, length_errors
from common.text.value import Text

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    _Set = TypeVar("_Set", default=Any)
    _Get = TypeVar("_Get", default=Any)

    class _JSONField(models.JSONField[_Set, _Get]): ...
else:
    # Django's field takes no type parameters at run time
    class _JSONField(models.JSONField):
        __class_getitem__ = classmethod(lambda cls, _parameters: cls)

    _Set = _Get = None


class MultilingualField(_JSONField[_Set, _Get]):
    """A column of `Text`, stored as its JSON; None (NULL) where there is no text.

    `max_length` applies to each language; `multiline` gives a form's inputs several lines.
    """

    _pyi_private_set_type: Text | Combinable
    _pyi_private_get_type: Text

    def __init__(self, verbose_name: Any = None, *, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        super().__init__(verbose_name, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        # the path that migrations import stays where this module moves
        path = "common.text.MultilingualField"
        return name, path, list(args), {**kwargs, "multiline": True} if self.multiline else kwargs

    def from_db_value(self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper) -> Any:
        found = super().from_db_value(value, expression, connection)
        # a lookup into the column (title__texts__ru) is not a Text
        return found if found is None or isinstance(expression, KeyTransform) else Text.from_json(found)

    def to_python(self, value: Any) -> Text | None:
        if value is None or isinstance(value, Text):
            return value
        try:
            return Text.from_json(value)
        except InvalidValue as error:
            raise ValidationError(sentence(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        return value.to_json() if isinstance(value, Text) else super().get_prep_value(value)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        # Lookups pass plain strings (title__original="ru"); a row accepts nothing but a Text.
        saved = value if hasattr(value, "as_sql") else self.to_python(value)
        return super().get_db_prep_save(saved, connection)

    def value_to_string(self, obj: models.Model) -> Any:
        value = self.value_from_object(obj)
        return None if value is None else self.get_prep_value(value)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        # skip JSONField's own check, which asks whether json.dumps can write a Text
        super(models.JSONField, self).validate(value, model_instance)
        if isinstance(value, Text):
            errors = [error for entry in value.entries for error in length_errors(*entry, self.max_length)]
            if errors:
                raise ValidationError(errors)

    def formfield(self, **kwargs: Any) -> Any:
        own = {"form_class": MultilingualFormField, "max_length": self.max_length, "multiline": self.multiline}
        return super(models.JSONField, self).formfield(**{**own, **kwargs})
