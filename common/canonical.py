"""Canonical JSON (RFC 8785): the one form of the bytes that are hashed, signed and sealed."""

from hashlib import sha256

import rfc8785

from common.errors import InvalidValue


def canonical(value: object) -> bytes:
    """The canonical JSON of a value, as UTF-8.

    - Taken are None, booleans, strings, whole numbers up to 2^53 - 1, lists, tuples, and objects with string keys.
    - All else is refused, floats too: RFC 8785 writes every number as an IEEE 754 double, which keeps neither a larger
      integer nor a decimal fraction. Amounts, dates and identifiers travel as strings that their owner has written.

    Raises: ValueError, for a float InvalidValue.
    """
    _refuse_floats(value)
    return rfc8785.dumps(value)  # type: ignore[arg-type]  # it refuses what it does not know


def sha256_hex(value: object) -> str:
    """SHA-256 over the canonical JSON, as 64 lowercase hex digits. Raises as `canonical` does."""
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
