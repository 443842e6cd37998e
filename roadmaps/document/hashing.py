"""The signed document as JSON, and its hash."""

import re
from typing import Any, Final

from common.canonical import sha256_hex
from common.errors import InvalidValue
from common.text import Text
from roadmaps.document.content import RoadMapContent, json_value
from roadmaps.document.read import read_content

FORMAT: Final = "road-map/v1"

_REFERENCE: Final = re.compile(r"RM-[0-9]{2,}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


def document(road_map: str, base: str | None, content: RoadMapContent, reason: Text | None) -> dict[str, Any]:
    """Return what is signed, as JSON.

    ``road_map`` is the reference (RM-07), ``base`` the hash of the version that is changed, or None.
    Raises: InvalidValue, where any of it could not be read back as it is.
    """
    if not _REFERENCE.fullmatch(road_map):
        raise InvalidValue("content.reference", reference=road_map)
    if base is not None and not _HASH.fullmatch(base):
        raise InvalidValue("content.base_hash")
    written = content.to_json()
    if read_content(written) != content:
        raise InvalidValue("content.not_readable_back")
    return {"format": FORMAT, "road_map": road_map, "base": base, "content": written, "reason": json_value(reason)}


def content_hash(road_map: str, base: str | None, content: RoadMapContent, reason: Text | None) -> str:
    """Return the SHA-256 of the document's canonical JSON, 64 lowercase hex digits: what both sides sign."""
    return sha256_hex(document(road_map, base, content, reason))
