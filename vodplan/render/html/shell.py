"""Addresses as arguments of a command line that people copy."""

from __future__ import annotations

import re
import shlex

from vodplan.render.escape import terminal

_USUAL = re.compile(r"[A-Za-z0-9_/.:-]+")
_GLOB = re.compile(r"([*?[])")


def pattern(address: str) -> str:
    """The glob of `--only` and `--exclude` that fits this address and no other."""
    return _GLOB.sub(r"[\1]", address)


def word(text: str) -> str:
    """One word of a POSIX shell; of bash, zsh and ksh where the text has characters that must not reach a terminal."""
    if _USUAL.fullmatch(text):
        return text
    if terminal(text) == text:
        return shlex.quote(text)
    return f"$'{''.join(_escaped(character) for character in text)}'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if terminal(character) == character:
        return character
    # Bytes, not code points: every shell that knows $'…' means the same by them, in any locale.
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogatepass"))
