"""Canonical JSON (RFC 8785): the bytes that are hashed, signed and sealed."""

from hashlib import sha256

import rfc8785

from common.errors import InvalidValue


def canonical(value: object) -> bytes:
    """Return the canonical JSON of a value, as UTF-8.

    - Accepts None, bool, str, int up to 2^53 - 1, list, tuple, and dict with string keys.
    - Refuses everything else, also float: RFC 8785 writes every number as an IEEE 754 double, which holds neither a
      larger integer nor an exact decimal fraction. Amounts, dates and identifiers are written as strings.

    Raises: ValueError; InvalidValue for a float.
    """
    _refuse_floats(value)
    return rfc8785.dumps(value)  # type: ignore[arg-type]  # the library refuses other types


def sha256_hex(value: object) -> str:
    """Return SHA-256 over the canonical JSON as 64 lowercase hex digits. Raises: as `canonical`."""
    return sha256(canonical(value)).hexdigest()


def _refuse_floats(value: object) -> None:
    match value:
        case float():
            raise InvalidValue("json.float", value=value)
        case dict():
            _refuse_floats(list(value.values()))
        case list() | tuple():
            for item in value:
                _refuse_floats(item)
