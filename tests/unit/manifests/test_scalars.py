"""What plain scalars mean: the core schema of YAML 1.2, and nothing of 1.1."""

from __future__ import annotations

import math

import pytest

from vodplan.manifests.nodes import Scalar
from vodplan.manifests.scalars import ScalarType, plain_type, type_of, value_of


class Mark:
    """A place nobody looks at."""

    line = 0
    column = 0


def plain(text: str) -> Scalar:
    """A scalar without quotes."""
    return Scalar(text, True, Mark(), Mark())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, ScalarType.NULL) for text in ("", "~", "null", "Null", "NULL")),
        *((text, ScalarType.BOOL) for text in ("true", "True", "TRUE", "false", "False", "FALSE")),
        *((text, ScalarType.INT) for text in ("0", "12", "-3", "+4", "007", "0o17", "0x1F")),
        *((text, ScalarType.FLOAT) for text in ("1.5", ".5", "1.", "-1e3", "12e4", "+.inf", ".NaN", "1E-2")),
        *(
            (text, ScalarType.TEXT)
            for text in ("no", "No", "yes", "on", "off", "y", "n", "nULL", "tRUE", "2026-12-31", "12:30", "1_000")
        ),
        *(
            (text, ScalarType.TEXT)
            for text in ("0b1", "0o8", "0xg", "1e", "-", "+", ".", "..", "-.nan", "1.2.3", "12a")
        ),
    ],
)
def test_plain_scalar_has_the_type_of_the_core_schema(text: str, expected: ScalarType) -> None:
    """`no`, dates and sexagesimals are text; only what the core schema lists is anything else."""
    assert plain_type(text) is expected


def test_quoted_scalar_is_always_text() -> None:
    """Quotes make text of anything."""
    node = Scalar("2024", False, Mark(), Mark())

    assert type_of(node) is ScalarType.TEXT
    assert value_of(node) == "2024"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("~", None),
        ("TRUE", True),
        ("false", False),
        ("-12", -12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("-.inf", -math.inf),
        (".Inf", math.inf),
        ("no", "no"),
    ],
)
def test_plain_scalar_has_its_value(text: str, expected: object) -> None:
    """Every type is converted as the core schema says."""
    found = value_of(plain(text))

    assert (found, type(found)) == (expected, type(expected))


def test_not_a_number_is_one() -> None:
    """`.nan` is a float, and unequal to itself."""
    found = value_of(plain(".nan"))

    assert isinstance(found, float)
    assert math.isnan(found)


def test_number_of_many_digits_is_infinite() -> None:
    """Converting a text of millions of digits would take hours."""
    assert value_of(plain("9" * 1_000_000)) == math.inf
