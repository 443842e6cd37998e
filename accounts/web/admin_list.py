"""The list of a screen of the admin: it looks up only what its own filters offer."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest

CLOSED: Final = frozenset({IS_POPUP_VAR, TO_FIELD_VAR})


def refuse_closed_parameters(request: HttpRequest) -> None:
    """Refuse what turns a screen into a popup or follows another column than the key: no page here asks for it.

    Raises: SuspiciousOperation.
    """
    if asked := CLOSED & {*request.GET, *request.POST}:
        raise SuspiciousOperation(f"No page asks for {', '.join(sorted(asked))}.")


class ScopedChangeList(ChangeList):
    """Refuses every parameter that no filter of ``list_filter`` consumes, whatever column or lookup it names.

    The library would look up any column of the model, by any lookup: a password's hash by regular expression.
    """

    def get_filters(self, request: HttpRequest) -> Any:
        if any("\x00" in value for values in self.get_filters_params().values() for value in values):
            raise DisallowedModelAdminLookup("No filter offers a value with a NUL.")  # PostgreSQL takes none
        found = super().get_filters(request)
        if unconsumed := found[2]:
            raise DisallowedModelAdminLookup(f"No filter looks up {', '.join(sorted(unconsumed))}.")
        return found

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        try:
            return super().get_queryset(request, exclude_parameters)
        except IncorrectLookupParameters as error:
            # the library would send the browser back to the whole list, as if nothing had been asked
            raise DisallowedModelAdminLookup("A filter was given a value that it does not offer.") from error

    def url_for_result(self, result: Any) -> str:
        """Open a record on its own page, where it has one."""
        page: Callable[[], str] | None = getattr(result, "get_absolute_url", None)
        return page() if page else super().url_for_result(result)
