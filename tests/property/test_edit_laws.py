"""Laws of editing manifests: what was asked for changes, and not a byte beside it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from vodplan.manifests.edit import At, ClearField, Edit, RemoveField, SetField, Unsafe, edit

TEXTS = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12),
    st.text(alphabet=" \t\n:#-?,[]{}&*!|>'\"%@`~\\aAno01.é世👍", max_size=12),
    st.sampled_from(
        ["null", "No", "2024", "12:30", "a: b", "x #y", "two\nlines", "end\n", "《海龟》第3集,上", "word " * 30]
    ),
)
TAGS = st.lists(TEXTS.map(str.strip).filter(bool), max_size=4, unique=True)
FIELDS = ("title", "description", "tags", "category", "cover")


@dataclass(frozen=True)
class Written:
    """A manifest, and where its entries begin."""

    text: str
    places: tuple[At, ...]


@st.composite
def manifests(draw: st.DrawFn) -> Written:
    """A manifest as people leave them: comments anywhere, quotes of each sort, blocks, brackets, odd indentation."""
    numbers = iter(range(10_000))

    def remark(before: str) -> str:
        return f"{before}# remark {next(numbers)}" if draw(st.booleans()) else ""

    dash, gap, step = draw(st.sampled_from([("", " ", 2), ("  ", " ", 2), ("    ", "   ", 4)]))
    lines = ["# head", "apiVersion: vodplan/v1" + remark("  "), "videos:" + remark(" ")]
    places = []
    inner = dash + " " + " " * len(gap)
    for number in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            lines.append(draw(st.sampled_from(["", f"{dash}# about {number}", f"# far left {number}"])))
        places.append(At(len(lines) + 1, len(inner) + 1))
        if draw(st.integers(0, 4)) == 0:
            lines.append(f"{dash}-{gap}{{id: id{number}, title: 'a, b', tags: [ x,y ]}}{remark('  ')}")
            continue
        lines.append(f"{dash}-{gap}id: id{number}{remark('   ')}")
        for name in FIELDS:
            if draw(st.booleans()):
                lines += [inner + line for line in _field(draw, name, step, remark)]
                if draw(st.integers(0, 3)) == 0:
                    lines.append(f"{inner}# after {name} {number}")
    ends = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return Written(ends.join(lines) + draw(st.sampled_from([ends, "", ends * 2])), tuple(places))


def _field(draw: st.DrawFn, name: str, step: int, remark: Any) -> list[str]:
    blanks = " " * step
    if name == "tags":
        block = [
            "tags:" + remark("  "),
            f"{blanks}- one{remark(' ')}",
            f'{blanks}- "two"',
            f"{blanks}- 'three'{remark('  ')}",
        ]
        return list(draw(st.sampled_from([["tags: [one, two]" + remark("  ")], ["tags: []"], ["tags:"], block])))
    if name == "category":
        return list(draw(st.sampled_from([["category: A/B" + remark(" ")], ["category: {id: 12}"], ["category: ~"]])))
    forms = [
        [f"{name}: plain text{remark('   ')}"],
        [f"{name}:   'single'{remark(' ')}"],
        [f'{name}: "double \\" quote"'],
        [f"{name}: |{remark(' ')}", f"{blanks}block", "", f"{blanks}text"],
        [f"{name}: >-", f"{blanks}folded", f"{blanks}text"],
        [f"{name}: over", f"{blanks}two lines{remark('  ')}"],
        [f"{name}:{remark('  ')}"],
    ]
    return list(draw(st.sampled_from(forms)))


@st.composite
def changes(draw: st.DrawFn, count: int) -> list[tuple[int, str, object]]:
    """Entry, field and its new value; `...` takes the field out."""
    asked = {}
    for _ in range(draw(st.integers(1, 6))):
        name = draw(st.sampled_from(FIELDS))
        value: object = draw(TAGS if name == "tags" else TEXTS)
        asked[draw(st.integers(0, count - 1)), name] = draw(st.sampled_from([value, value, value, ...]))
    return [(place, name, value) for (place, name), value in asked.items()]


def loaded(text: str) -> Any:
    """What ruamel, which did not place anything, reads."""
    return YAML(typ="safe", pure=True).load(text)


def as_edit(at: At, name: str, value: Any) -> Edit:
    """One change as the writer takes it."""
    return RemoveField(at=at, path=(name,)) if value is ... else SetField(at=at, path=(name,), value=value)


@given(st.data())
def test_edit_of_any_manifest_changes_what_was_asked_and_nothing_else(data: st.DataObject) -> None:
    """Another reader than the writer's finds the values asked for, and everything else as it was."""
    manifest = data.draw(manifests())
    asked = data.draw(changes(len(manifest.places)))
    edits = [as_edit(manifest.places[place], name, value) for place, name, value in asked]
    try:
        after = edit(manifest.text.encode(), edits).content.decode()
    except Unsafe:
        return
    expected = loaded(manifest.text)
    for place, name, value in asked:
        if value is ...:
            expected["videos"][place].pop(name, None)
        else:
            expected["videos"][place][name] = value
    got = loaded(after)
    for one, other in zip(expected["videos"], got["videos"], strict=True):
        assert sorted(one.get("tags") or []) == sorted(other.get("tags") or [])
        assert {**one, "tags": 0} == {**other, "tags": 0}
    _require_other_lines(manifest, after, asked)


def _require_other_lines(manifest: Written, after: str, asked: list[tuple[int, str, object]]) -> None:
    """Entries that nobody asked about keep every byte, and no comment goes but with a line that goes."""
    before = manifest.text.splitlines(keepends=True)
    touched = {place for place, _, _ in asked}
    starts = [at.line - 1 for at in manifest.places] + [len(before)]
    # What stands between two entries belongs to the one before.
    for tag, i1, i2, _, _ in difflib.SequenceMatcher(
        None, before, after.splitlines(keepends=True), False
    ).get_opcodes():
        if tag == "equal":
            continue
        changed = {
            max((n for n, start in enumerate(starts) if start <= line), default=-1)
            for line in range(i1, max(i2, i1 + 1))
        }
        # An insertion stands in front of the line that difflib names.
        assert changed <= touched | {place + 1 for place in touched}
    if all(value is not ... and name != "tags" for _, name, value in asked):
        assert re.findall(r"# (?:remark|about|far left|after|head).*", after) == re.findall(
            r"# (?:remark|about|far left|after|head).*", manifest.text
        )


@given(st.data())
def test_edit_made_again_changes_nothing(data: st.DataObject) -> None:
    """A value that is there is not written once more, in whatever style it stands there."""
    manifest = data.draw(manifests())
    place = data.draw(st.integers(0, len(manifest.places) - 1))
    name = data.draw(st.sampled_from(FIELDS))
    value = data.draw(TAGS if name == "tags" else TEXTS)
    change = SetField(at=manifest.places[place], path=(name,), value=value)
    try:
        once = edit(manifest.text.encode(), [change]).content
    except Unsafe:
        return

    assert edit(once, [change]).content == once


@given(st.data())
def test_edit_of_one_field_is_hardly_ever_refused(data: st.DataObject) -> None:
    """Refusing would be the easy way to be right: a text in the place of a text always goes."""
    manifest = data.draw(manifests())
    at = data.draw(st.sampled_from(manifest.places))
    name = data.draw(st.sampled_from(["title", "description", "cover"]))

    edit(manifest.text.encode(), [SetField(at=at, path=(name,), value=data.draw(TEXTS))])
    edit(manifest.text.encode(), [ClearField(at=at, field=name)])
