"""Canonical JSON and fingerprints."""

from __future__ import annotations

import hashlib

import pytest

from vodplan.core.values import UNSET, canonical_json, fingerprint


def test_canonical_json_of_equal_values_is_one_text() -> None:
    """Keys are sorted by code point, no blanks stand between, and only what JSON demands is escaped."""
    expected = '{"A":[1,2.5,true,null],"a":"é新\\n\\"/","é":{}}'.encode()

    assert canonical_json({"é": {}, "a": 'é新\n"/', "A": [1, 2.5, True, None]}) == expected


def test_canonical_json_of_a_lone_surrogate_is_valid_utf8() -> None:
    """Half a character cannot be written as UTF-8, so it stays an escape."""
    assert canonical_json({"t": "\ud800é"}) == b'{"t":"\\ud800\\u00e9"}'


def test_canonical_json_of_a_number_that_is_none_is_refused() -> None:
    """JSON has no NaN; a file with one could not be read by others."""
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json({"size": float("nan")})


def test_fingerprint_is_the_sha256_of_the_canonical_text() -> None:
    """Anybody can compute it again."""
    assert fingerprint({"b": 1, "a": "新"}) == hashlib.sha256('{"a":"新","b":1}'.encode()).hexdigest()


def test_unset_shows_itself_by_name() -> None:
    """A field that is left out is told apart from None when it is printed."""
    assert repr(UNSET) == "UNSET"
