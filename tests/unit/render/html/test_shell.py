"""Addresses that are copied into a command line."""

from __future__ import annotations

import fnmatch
import subprocess

import pytest

from tests.unit.render.html.corpus import HIDDEN, HOSTILE
from vodplan.render.html.shell import pattern, word

ADDRESSES = [
    "video/00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5",
    "image/url:http://img.example.com/a.png?x=[1]&y=*",
    'category/News/It\'s $HOME `id` "x" \\ !',
    "category/新闻/体育",
    *(f"video/ref:{text[:200]}" for text in HOSTILE if "\x00" not in text and "\ud800" not in text),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_word_any_address_is_one_argument_of_bash(address: str) -> None:
    """What bash hands to the program is the glob, to the byte."""
    wanted = pattern(address)

    done = subprocess.run(["bash", "-c", f"printf %s {word(wanted)}"], capture_output=True, check=True)

    assert done.stdout.decode("utf-8") == wanted


@pytest.mark.parametrize("address", ADDRESSES)
def test_word_any_address_has_nothing_that_a_terminal_obeys(address: str) -> None:
    """Pasting it cannot run, hide or reorder anything."""
    assert not set(word(pattern(address))) & (HIDDEN | {"\n", "\t"})


def test_word_lone_surrogate_is_written_as_bytes() -> None:
    """Even what is no text has a form that can be pasted."""
    assert word("a\ud800") == r"$'a\355\240\200'"


@pytest.mark.parametrize("address", ADDRESSES)
def test_pattern_fits_its_address_and_not_what_a_glob_would(address: str) -> None:
    """A `*` in an address is a star, not everything."""
    assert fnmatch.fnmatchcase(address, pattern(address))
    for sign in "*?[":
        if sign in address:
            assert not fnmatch.fnmatchcase(address.replace(sign, "zz"), pattern(address))


def test_word_usual_address_stays_as_it_is() -> None:
    """Most need no quotes, and are easier to read without."""
    assert word(pattern(ADDRESSES[0])) == ADDRESSES[0]
