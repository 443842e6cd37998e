"""The uids of rows that are loaded from the programme."""

from typing import Final
from uuid import UUID, uuid5

from roadmaps.document.fields import RowKind

# uuid5(NAMESPACE_URL, "urn:uzbekistan-korea:road-maps"); never changed: another would give every row a new identity
NAMESPACE: Final = UUID("eb13d719-e66e-5d62-8833-90f76ee5f552")


def identity(kind: RowKind | str, key: str) -> UUID:
    """Return the uid of a loaded row, the same for the same key: an area's code, a decision's code."""
    return uuid5(NAMESPACE, f"{kind}:{key}")
