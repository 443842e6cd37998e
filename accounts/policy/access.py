"""What a model declares about itself, so that the policy can tell who may see and edit its records."""

from dataclasses import dataclass
from typing import cast

from django.db.models import Model


@dataclass(frozen=True)
class Via:
    """A lookup that counts only where ``column`` of the same row has ``value``, such as a participant that leads."""

    lookup: str
    column: str
    value: str


Lookup = str | Via


@dataclass(frozen=True)
class Access:
    """Declare who may do what, once beside each model, as ``access``. All but permission names are ORM lookups.

    - ``view``, ``edit``, ``acts``: names in `accounts.policy.permissions`. Without ``edit`` nobody edits it as
      a plain record.
    - ``takes_part``, ``leads``, ``administered``: lookups that end at an Organisation.
    - ``group``: lookup that ends at a WorkingGroup.
    - ``author``: lookup to the Organisation that wrote it.
    - ``side``: lookup of the side it belongs to; with ``own_side`` only that side sees it (people, memberships).
    - ``layer``: the column that says shared, UZ or KR.
    - ``person``: lookup to the User whom the record is about: nobody manages themselves.
    """

    view: str
    edit: str = ""
    acts: tuple[str, ...] = ()
    takes_part: tuple[Lookup, ...] = ()
    leads: tuple[Lookup, ...] = ()
    administered: tuple[Lookup, ...] = ()
    group: str = ""
    author: str = ""
    side: str = ""
    own_side: bool = False
    layer: str = ""
    person: str = ""

    @property
    def permissions(self) -> frozenset[str]:
        """Return every permission that may be asked of this model; any other is denied."""
        return frozenset({self.view, self.edit, *self.acts} - {""})


# of a model that declares nothing: no permission can be asked of it
UNDECLARED = Access(view="")


def access_of(model: type[Model] | Model) -> Access:
    """Return what the model declares, or `UNDECLARED`."""
    return cast(Access, getattr(model, "access", UNDECLARED))
