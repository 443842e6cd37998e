"""Pages by a signed keyset cursor: stable while rows are added, and as fast on the last page as on the first.

A page begins after the last row of the previous page, found by its value and key together, which an index can do at any
depth. Rows without a value come last, in either direction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from django.core import signing
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from common.api.columns import ColumnSerializer, Reader, Values, column_index, json_rows

SALT: Final = "common.api.keyset"
LIFE: Final = timedelta(days=1)  # an older cursor is refused
DEFAULT_SIZE, LARGEST_SIZE = 100, 500  # rows per page


@dataclass(frozen=True)
class Position:
    """The last row of a page: its key and its value in the ordering, as text; None where it has no value."""

    value: str | None
    key: int


class KeysetPagination(BasePagination):
    """Pages with a `next` link and no count, which would cost more than the page."""

    def page(
        self,
        kind: type[ColumnSerializer],
        queryset: QuerySet[Any],
        orderings: Sequence[str],
        request: Request,
        reader: Reader,
    ) -> Response:
        """Return a page of a queryset of `select_columns` with the pk as its key; ``orderings`` are columns of it.

        Raises: ValidationError for an invalid parameter or cursor.
        """
        ordering = self._ordering(request, orderings)
        size = self._size(request)
        list_of = _fingerprint(request)
        after = _opened(request.query_params.get("cursor"), list_of)
        found: list[Values] = []
        for part in page_parts(queryset, ordering, after):
            found += part[: size + 1 - len(found)]
            if len(found) > size:
                break
        following = None
        if len(found) > size:
            last = found[size - 1]
            cursor = _signed(Position(_text(last[column_index(kind, ordering.removeprefix("-"))]), last[-1]), list_of)
            following = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        links = [f'<{remove_query_param(request.build_absolute_uri(), "cursor")}>; rel="first"']
        if following:
            links.append(f'<{following}>; rel="next"')
        page = {"next": following, "results": json_rows(kind, found[:size], reader)}
        return Response(page, headers={"Link": ", ".join(links)})

    def _ordering(self, request: Request, orderings: Sequence[str]) -> str:
        ordering = request.query_params.get("ordering", orderings[0])
        if ordering.removeprefix("-") not in orderings or ordering.startswith("--"):
            raise ValidationError(
                {
                    "ordering": _("Use one of these, with - before it for descending order: %(names)s.")
                    % {"names": ", ".join(orderings)}
                }
            )
        return ordering

    def _size(self, request: Request) -> int:
        size = request.query_params.get("page_size", str(DEFAULT_SIZE))
        if not size.isascii() or not size.isdigit() or len(size) > 4 or not 1 <= int(size) <= LARGEST_SIZE:
            raise ValidationError({"page_size": _("Write a number from 1 to %(most)d.") % {"most": LARGEST_SIZE}})
        return int(size)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "The next page; null on the last one. Valid for one day and for this reader only.",
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names = [sign + name for name in view.orderings for sign in ("", "-")]
        return [
            _parameter("cursor", "The position of the page. Use the `next` link unchanged.", {"type": "string"}),
            _parameter(
                "ordering",
                "Rows without a value come last in both directions.",
                {"type": "string", "enum": names, "default": view.orderings[0]},
            ),
            _parameter(
                "page_size",
                "Rows per page.",
                {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE},
            ),
        ]


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def page_parts(queryset: QuerySet[Any], ordering: str, after: Position | None) -> Iterator[QuerySet[Any]]:
    """Yield the rows after a position, in order: those with a value, then those without.

    Raises: ValidationError for a value that the column cannot have.
    """
    column, descending = ordering.removeprefix("-"), ordering.startswith("-")
    field = queryset.model._meta.get_field(column)
    sign = "-" if descending else ""
    if after is None or after.value is not None:
        valued = queryset.filter(**{f"{column}__isnull": False}) if field.null else queryset
        if after is not None:
            # a row value, not an OR: an index finds it without reading the rows before
            beyond = TupleLessThan if descending else TupleGreaterThan
            try:
                value = field.to_python(after.value)
            except DjangoValidationError as error:
                raise _no_cursor() from error
            valued = valued.filter(beyond(Tuple(F(column), F("pk")), (value, after.key)))
        yield valued.order_by(f"{sign}{column}", f"{sign}pk")
    if field.null:
        unvalued = queryset.filter(**{f"{column}__isnull": True})
        if after is not None and after.value is None:
            unvalued = unvalued.filter(**{"pk__lt" if descending else "pk__gt": after.key})
        yield unvalued.order_by(f"{sign}pk")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _fingerprint(request: Request) -> str:
    """Return what identifies the list and the reader of a cursor: every parameter except the position."""
    asked = sorted((name, value) for name, value in request.query_params.items() if name not in ("cursor", "page_size"))
    reader = f"{type(request.user).__name__} {request.user.pk}"
    return sha256(repr((request.path, asked, reader)).encode()).hexdigest()[:16]


def _signed(position: Position, list_of: str) -> str:
    return signing.dumps([list_of, position.value, position.key], salt=SALT)


def _opened(cursor: str | None, list_of: str) -> Position | None:
    if cursor is None:
        return None
    try:
        belongs_to, value, key = signing.loads(cursor, salt=SALT, max_age=LIFE)
    except signing.SignatureExpired:
        raise ValidationError({"cursor": _("This cursor has expired. Start again without it.")}) from None
    except signing.BadSignature:
        raise _no_cursor() from None
    if belongs_to != list_of:
        raise ValidationError(
            {"cursor": _("This cursor belongs to another list or another reader. Start again without it.")}
        )
    return Position(value, key)


def _no_cursor() -> ValidationError:
    return ValidationError({"cursor": _("This cursor is not valid. Use the `next` link unchanged.")})
