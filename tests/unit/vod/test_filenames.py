"""Names that strangers chose become one file in one folder, on every system."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodplan.vod.filenames import LONGEST, OURS, numbered, safe_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("a.mp4", "a.mp4"),
        ("终场 第1集.mp4", "终场 第1集.mp4"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\boot.ini", "_.._boot.ini"),
        ("/etc/shadow", "_etc_shadow"),
        ("a\0b.mp4", "a_b.mp4"),
        ("a\nb\x1b[31m.mp4", "a_b_[31m.mp4"),
        ("a\u202egnp.exe", "a_gnp.exe"),
        ("\ud800a.mp4", "_a.mp4"),
        ('a<b>c:"d|e?f*.mp4', "a_b_c__d_e_f_.mp4"),
        (".hidden", "hidden"),
        (" a.mp4 . ", "a.mp4"),
        ("", "source"),
        (".", "source"),
        ("..", "source"),
        ("///", "source"),
        ("con", "_con"),
        ("NUL.mp4", "_NUL.mp4"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("console.mp4", "console.mp4"),
        ("a.mp4.vodplan-part", "a.mp4_vodplan-part"),
        ("a.VodPlan.json", "a_vodplan.json"),
        ("-rf", "-rf"),
    ],
)
def test_safe_name_of_a_hostile_name_is_harmless(given: str, safe: str) -> None:
    """Nothing leads out of the folder, hides, misleads, is reserved, or is taken for one of vodplan's own files."""
    assert safe_name(given, otherwise="source") == safe


def test_safe_name_of_a_long_name_keeps_its_ending() -> None:
    """It is cut between characters, before the ending; an ending that is itself too long is no ending."""
    assert safe_name("x" * 5000 + ".mp4", otherwise="source") == "x" * (LONGEST - 4) + ".mp4"
    assert safe_name("集" * 100 + ".mp4", otherwise="source") == "集" * ((LONGEST - 4) // 3) + ".mp4"
    assert safe_name("a." + "y" * 5000, otherwise="source") == "a." + "y" * (LONGEST - 2)


@given(st.text(max_size=300))
def test_safe_name_of_anything_is_a_short_name_that_stays_as_it_is(text: str) -> None:
    """Whatever comes: one path component of bounded length, the same when it is made safe again."""
    safe = safe_name(text, otherwise="source")

    assert safe not in ("", ".", "..")
    assert not set(safe) & set('/\\\0<>:"|?*')
    assert not {unicodedata.category(sign) for sign in safe} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(safe.encode()) <= LONGEST
    assert OURS not in safe.lower()
    assert safe_name(safe, otherwise="source") == safe


@pytest.mark.parametrize(
    ("name", "number", "numbered_name"),
    [("a.mp4", 1, "a.mp4"), ("a.mp4", 2, "a-2.mp4"), ("a", 3, "a-3"), ("a.tar.gz", 2, "a.tar-2.gz")],
)
def test_numbered_name_keeps_the_ending(name: str, number: int, numbered_name: str) -> None:
    """The number stands before the ending; the first has none."""
    assert numbered(name, number) == numbered_name
