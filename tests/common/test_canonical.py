"""Canonical JSON has one form for each value."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.canonical import canonical, sha256_hex

plain = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(plain)
def test_canonical_json_reads_back_as_the_value(value: object) -> None:
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), plain))
def test_the_order_of_keys_does_not_change_the_hash(value: dict[str, object]) -> None:
    assert sha256_hex(dict(reversed(value.items()))) == sha256_hex(value)


def test_the_bytes_are_those_of_the_standard() -> None:
    # keys by UTF-16 code units: U+1F600 (a surrogate pair, D83D) before U+FB33, as in RFC 8785, 3.2.3
    assert canonical({"\ufb33": 1, "\U0001f600": [True, None, 'a"\n']}) == (
        '{"\U0001f600":[true,null,"a\\"\\n"],"\ufb33":1}'.encode()
    )
    assert sha256_hex({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), 2**53, -(2**53), date(2025, 6, 30), Decimal(1), {1: "a"}, b"", {"a", "b"}, "\ud800"]
)
def test_a_value_without_an_exact_form_is_refused_at_any_depth(value: object) -> None:
    for wrapped in (value, [value], {"key": (value,)}):
        with pytest.raises(ValueError, match="."):
            canonical(wrapped)
