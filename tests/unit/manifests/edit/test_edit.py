"""What the writer is asked and answers beyond its golden cases."""

from __future__ import annotations

import pytest

from vodplan.core.values import TagEdit
from vodplan.manifests.edit import AddEntry, At, ClearField, Edit, RemoveField, SetField, Unsafe, edit
from vodplan.manifests.edit.model import written

ONE = b"apiVersion: vodplan/v1\nvideos:\n  - id: a1\n    title: One\n"


def test_edit_without_edits_is_the_same_bytes() -> None:
    """Whatever they are: nothing is read."""
    assert edit(b"\xff\x00 no manifest", []).content == b"\xff\x00 no manifest"


def test_edit_tells_where_new_entries_begin_in_the_order_of_the_edits() -> None:
    """Whoever adds an entry can edit it next."""
    edits: list[Edit] = [
        AddEntry(section="images", values={"id": "i1"}),
        AddEntry(section="videos", values={"id": "b2", "title": "Two"}),
        AddEntry(section="images", values={"id": "i2"}),
    ]
    result = edit(ONE, edits)

    assert result.added == (At(8, 5), At(5, 5), At(9, 5))
    again = edit(result.content, [ClearField(at=result.added[0], field="tags")])
    assert b"  - id: i1\n    tags: []\n" in again.content


def test_edit_of_a_list_that_manifests_do_not_have_is_refused() -> None:
    """A misspelt list would be an unknown key of the manifest."""
    with pytest.raises(Unsafe, match="no list video"):
        edit(ONE, [AddEntry(section="video", values={"id": "a"})])


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"- a\n", b"just text\n"])
def test_edit_of_what_is_no_manifest_is_refused(content: bytes) -> None:
    """There is nothing in it that an edit could be about."""
    with pytest.raises(Unsafe):
        edit(content, [AddEntry(section="videos", values={"id": "a"})])


def test_set_and_removed_fields_of_one_entry_go_together() -> None:
    """What is put beside a line that goes, stays."""
    edits: list[Edit] = [
        SetField(at=At(3, 5), path=("state",), value="absent"),
        RemoveField(at=At(3, 5), path=("title",)),
        SetField(at=At(3, 5), path=("reason",), value="Licence: ended"),
    ]

    assert edit(ONE, edits).content == (
        b'apiVersion: vodplan/v1\nvideos:\n  - id: a1\n    state: absent\n    reason: "Licence: ended"\n'
    )


def test_field_that_is_not_there_is_removed_by_doing_nothing() -> None:
    """An edit asks for what shall be, not for a change."""
    assert edit(ONE, [RemoveField(at=At(3, 5), path=("tags", "add"))]).content == ONE


def test_text_with_hidden_characters_is_written_as_escapes() -> None:
    """What turns a line around in an editor must be seen in review."""
    content = edit(ONE, [SetField(at=At(3, 5), path=("title",), value="left\u202eright\x07")]).content

    assert b'title: "left\\u202Eright\\x07"' in content


def test_values_of_fields_are_written_as_manifests_have_them() -> None:
    """Categories by id are a mapping, edits of tags have only the parts they need."""
    assert written(12) == {"id": 12}
    assert written(("a", "b")) == ["a", "b"]
    assert written(TagEdit(("a",), ())) == {"add": ["a"]}
    assert written(None) is None
    assert written("x") == "x"
