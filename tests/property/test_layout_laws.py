"""Laws of the canonical layout: it says what was said, comments included, and has nothing to say about itself."""

from __future__ import annotations

import contextlib
import re

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.property.test_edit_laws import FIELDS, TAGS, TEXTS, manifests
from vodplan.manifests.edit import SetField, Unsafe, edit
from vodplan.manifests.edit.layout import formatted

_COMMENT = re.compile(r"# (?:remark|about|far left|after|head).*")


@st.composite
def files(draw: st.DrawFn) -> str:
    """A manifest as people leave them, with whatever texts strangers gave it, and sections behind it."""
    manifest = draw(manifests())
    text = manifest.text
    name = draw(st.sampled_from(FIELDS))
    value = draw(TAGS if name == "tags" else TEXTS)
    with contextlib.suppress(Unsafe):
        text = edit(text.encode(), [SetField(at=manifest.places[0], path=(name,), value=value)]).content.decode()
    if text.endswith("\n"):
        text += draw(
            st.sampled_from(
                [
                    "",
                    "images: [{id: a, tags: [x,\n   y]}]\n",
                    "# about 9\nimages:\n- &a {id: a}\n-   id: b\n    tags: &t\n    - x # remark 9\n  # after 9\n",
                    "\n\n\ncategories: # remark 9\n\n  - {path: A,   renamed_from: B}\n  - path: [a,\n      b] # remark 9\n...\n# after\n",
                    "images: [\n  {id: a,   # remark 8\n   title: 'x'},\n  # about 8\n  {id: b}\n  # after 8\n]\n",
                    "images:\n  - - a\n    -   b # remark 8\n  -\n    - c\n",
                    "rules: {a: , b: [], c: {}}\n",
                ]
            )
        )
    return text


@given(files())
def test_layout_of_any_manifest_says_the_same_and_is_its_own_layout(text: str) -> None:
    """Another reader finds the same values; every comment is there, in order; a second time changes nothing."""
    once = formatted(text.encode())

    load = YAML(typ="safe", pure=True).load
    assert load(once.decode()) == load(text)
    assert list(load(once.decode())) == list(load(text))
    assert [one.rstrip() for one in _COMMENT.findall(text)] == _COMMENT.findall(once.decode())
    assert formatted(once) == once
    assert once.endswith(b"\n")
    assert b"\r" not in once
