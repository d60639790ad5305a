"""What an import makes of a sheet: exactly what a person typed into it, and nothing else."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.unit.manifests.sheets.sheets import (
    PLACES,
    again,
    attached,
    brought,
    csv_of,
    csv_text,
    edits,
    image,
    refused,
    setting,
    text_of,
    told,
    video,
    workbook,
)
from vodplan.core.errors import ConfigError, UsageError
from vodplan.core.live import LiveAsset
from vodplan.manifests.sheets.columns import columns_for

ENTRY = """\
videos:
  # the first one
  - id: v1   # by hand
    title: Opening match
    tags: [sports, final]
    category: News/Sports
"""


def test_import_of_an_untouched_sheet_changes_nothing(tmp_path: Path) -> None:
    """Also where the manifests say something else than the library did: that is for the plan to show."""
    before = ENTRY.replace("Opening match", "Another title")

    done = brought(tmp_path, csv_of(video(), video("v2"), image()), before)

    assert (done.rows, done.edits.files) == (3, ())
    assert text_of(tmp_path) == before


def test_import_of_an_edited_cell_changes_that_line(tmp_path: Path) -> None:
    """Comments and everything else of the file stay."""
    done = brought(tmp_path, csv_of(video(), edit=setting(1, title="Kick-off")), ENTRY)

    assert (done.changed, done.fields, done.added, done.deleted) == (1, 1, 0, 0)
    assert text_of(tmp_path) == ENTRY.replace("Opening match", "Kick-off")
    assert "+    title: Kick-off" in done.edits.changed[0].diff


def test_import_of_a_cell_that_the_manifest_says_already_changes_nothing(tmp_path: Path) -> None:
    """Tags are a set, and the order in which people write them means nothing."""
    edited = csv_of(video(title="Old", tags=("old",)), edit=setting(1, title="Opening match", tags="final , sports,,"))

    done = brought(tmp_path, edited, ENTRY)

    assert done.edits.files == ()


def test_import_of_an_emptied_cell_clears_the_field(tmp_path: Path) -> None:
    """A person took the value out, so the manifest says that it is to be empty."""
    brought(tmp_path, csv_of(video(), edit=setting(1, tags="", category="", cover="")), ENTRY)

    assert '    tags: []\n    category: null\n    cover: ""\n' in text_of(tmp_path)


def test_import_replaces_an_edit_of_tags_by_the_whole_set(tmp_path: Path) -> None:
    """The cell has all tags, so the entry does, too."""
    entry = "videos:\n  - id: v1\n    tags: {add: [x]}\n"

    brought(tmp_path, csv_of(video(), edit=setting(1, tags="a,b")), entry)

    assert text_of(tmp_path) == "videos:\n  - id: v1\n    tags: [a, b]\n"


def test_import_finds_an_entry_by_reference(tmp_path: Path) -> None:
    """Manifests may name a video by the reference of the team's own system; the sheet has both names."""
    entry = "videos:\n  - reference: cms-000001\n    title: Opening match\n"

    brought(tmp_path, csv_of(video(reference="cms-000001"), edit=setting(1, title="Kick-off")), entry)

    assert text_of(tmp_path) == entry.replace("Opening match", "Kick-off")


def test_import_gives_an_entry_a_field_of_its_own_over_the_defaults(tmp_path: Path) -> None:
    """What the row says of one asset is not for the others of the file."""
    text = "defaults:\n  video: {category: News}\nvideos:\n  - id: v1\n    title: A\n  - {id: v2, title: B}\n"

    brought(tmp_path, csv_of(video(), edit=setting(1, category="Film")), text)

    assert text_of(tmp_path) == text.replace("title: A\n", "title: A\n    category: Film\n")


def test_import_of_an_asset_without_entry_adds_one_with_what_was_touched(tmp_path: Path) -> None:
    """In a file of its own, in the order of the sheet; what nobody touched is not taken over."""
    sheet = csv_of(
        video("v2"),
        image(),
        video("v3"),
        edit=edits(setting(1, title="'=x"), setting(2, tags="a, b"), setting(3, category="id:12")),
    )

    done = brought(tmp_path, sheet, ENTRY)

    assert (done.added, done.changed) == (3, 0)
    assert text_of(tmp_path) == ENTRY
    assert text_of(tmp_path, "imported.yaml") == (
        'videos:\n  - id: v2\n    title: "=x"\n  - id: v3\n    category: {id: 12}\n'
        "images:\n  - id: i1\n    tags: [a, b]\n"
    )


def test_import_adds_to_the_file_that_is_named(tmp_path: Path) -> None:
    """Behind the entries that are there."""
    done = brought(tmp_path, csv_of(video("v2"), edit=setting(1, title="New")), ENTRY, into="manifests/a.yaml")

    assert done.added == 1
    assert text_of(tmp_path) == f"{ENTRY}  - id: v2\n    title: New\n"


def test_import_into_a_folder_without_manifests_begins_them(tmp_path: Path) -> None:
    """The sheet may be where the manifests come from."""
    brought(tmp_path, csv_of(video(), edit=setting(1, title="New")))
    assert text_of(tmp_path, "imported.yaml") == "videos:\n  - id: v1\n    title: New\n"

    (tmp_path / "manifests/imported.yaml").unlink()
    (tmp_path / "manifests").rmdir()
    again(tmp_path, tmp_path / "library.csv")
    assert text_of(tmp_path, "imported.yaml") == "videos:\n  - id: v1\n    title: New\n"


@pytest.mark.parametrize("into", ["elsewhere.yaml", "manifests/x.txt", "manifests/.hidden.yaml"])
def test_import_into_a_file_that_no_plan_reads_is_refused(tmp_path: Path, into: str) -> None:
    """The entries would be there and never mean anything."""
    with pytest.raises(UsageError, match="no file that vodplan reads manifests from"):
        brought(tmp_path, csv_of(video("v2"), edit=setting(1, title="New")), ENTRY, into=into)


def test_import_with_rows_taken_out_leaves_their_entries(tmp_path: Path) -> None:
    """A row that is not there is not asked about; deletions are asked for."""

    def without(table: list[list[str]]) -> None:
        del table[1]

    done = brought(tmp_path, csv_of(video(), video("v2"), edit=without), ENTRY)

    assert done.edits.files == ()


def test_import_with_columns_taken_out_leaves_their_fields(tmp_path: Path) -> None:
    """An export of some fields is an import of some fields."""
    columns = columns_for({"title"}, {"video"})

    done = brought(tmp_path, csv_of(video(), edit=setting(1, title="New"), columns=columns), ENTRY)

    assert done.fields == 1
    assert text_of(tmp_path) == ENTRY.replace("Opening match", "New")


def test_import_of_a_deletion_says_so_in_the_entry(tmp_path: Path) -> None:
    """State, reason and day; the fields go, since an entry either describes or deletes. Comments of the file stay."""
    edited = csv_of(video(), edit=setting(1, delete="Yes", reason="Licence ended", after="2026-12-31"))

    done = brought(tmp_path, edited, ENTRY)

    assert (done.deleted, done.changed) == (1, 0)
    assert text_of(tmp_path) == (
        "videos:\n  # the first one\n  - id: v1   # by hand\n    state: absent\n    reason: Licence ended\n"
        "    after: 2026-12-31\n"
    )
    assert again(tmp_path, tmp_path / "library.csv").edits.files == ()


def test_import_of_a_deletion_takes_everything_else_out_of_the_entry(tmp_path: Path) -> None:
    """Also what removes a part of the asset; fields that the defaults of the file have are no obstacle."""
    text = (
        "defaults:\n  video: {category: News}\nvideos:\n  - id: v1\n    category: Film\n    source: absent\n"
        "    force: true\n    reason: Old\n  - {id: v2, title: B}\n"
    )

    brought(tmp_path, csv_of(video(), edit=setting(1, delete="yes", reason="Gone")), text)

    assert text_of(tmp_path) == (
        "defaults:\n  video: {category: News}\nvideos:\n  - id: v1\n    state: absent\n    reason: Gone\n"
        "  - {id: v2, title: B}\n"
    )


def test_import_of_a_deletion_without_entry_adds_one(tmp_path: Path) -> None:
    """The one way to delete is an entry that says so."""
    sheet = csv_of(
        video("v2"),
        image(),
        edit=edits(setting(1, delete="yes", reason="Old: very"), setting(2, delete="yes", after="2026-12-31")),
    )

    done = brought(tmp_path, sheet, ENTRY)

    assert (done.deleted, done.added) == (2, 0)
    assert text_of(tmp_path, "imported.yaml") == (
        'videos:\n  - id: v2\n    state: absent\n    reason: "Old: very"\n'
        "images:\n  - id: i1\n    state: absent\n    after: 2026-12-31\n"
    )


LOGO = """\
attached:
  # the one of spring
  - id: m1
    title: Logo   # by hand
    categories: [Stickers, Stickers/Seasons]
"""


def test_import_of_an_attached_medium_changes_what_was_edited(tmp_path: Path) -> None:
    """Untouched it changes no byte, edited that field alone; what has no entry gets one."""
    sheet = (attached(), attached("m2", categories=(22,)))
    assert brought(tmp_path, csv_of(*sheet), LOGO).edits.files == ()

    edit = edits(setting(1, categories="id:22 , Stickers,"), setting(2, tags="", title="Old logo"))
    done = brought(tmp_path, csv_of(*sheet, edit=edit), LOGO)

    assert (done.changed, done.fields, done.added) == (1, 1, 1)
    assert text_of(tmp_path) == LOGO.replace("[Stickers, Stickers/Seasons]", "[Stickers, {id: 22}]")
    assert text_of(tmp_path, "imported.yaml") == "attached:\n  - id: m2\n    title: Old logo\n    tags: []\n"


def test_import_of_emptied_or_reordered_categories_means_what_it_says(tmp_path: Path) -> None:
    """They are a set; an empty cell takes the medium out of all of them."""
    turned = csv_of(attached(categories=()), edit=setting(1, categories="Stickers/Seasons,Stickers"))
    assert brought(tmp_path, turned, LOGO).edits.files == ()

    brought(tmp_path, csv_of(attached(), edit=setting(1, categories="")), LOGO)

    assert text_of(tmp_path) == LOGO.replace("[Stickers, Stickers/Seasons]", "[]")


def test_import_of_an_attached_medium_that_goes_says_so_in_its_entry(tmp_path: Path) -> None:
    """As for every other kind; the entry keeps its comments and loses its fields."""
    done = brought(tmp_path, csv_of(attached(), edit=setting(1, delete="yes", reason="Old")), LOGO)

    assert done.deleted == 1
    assert "  # the one of spring\n  - id: m1\n    state: absent\n    reason: Old\n" in text_of(tmp_path)


@pytest.mark.parametrize(
    ("asset", "column", "value", "says"),
    [
        (attached(), "category", "News", "No attached medium has the field category; there are title, description,"),
        (attached(), "cover", "https://img.example.com/a.jpg", "No attached medium has the field cover"),
        (image(), "cover", "https://img.example.com/a.jpg", "No image has the field cover"),
        (image(), "categories", "Stickers", "No image has the field categories"),
        (video(), "categories", "Stickers", "No video has the field categories"),
    ],
)
def test_import_of_a_value_that_the_kind_has_not_is_refused_at_its_place(
    tmp_path: Path, asset: LiveAsset, column: str, value: str, says: str
) -> None:
    """It would mean nothing, and was typed for a reason."""
    found = refused(tmp_path, csv_of(video("v0"), asset, edit=setting(2, **{column: value})), ENTRY)

    assert told(found) == [("VP167", 3, PLACES[column] + 1)]
    assert says in found[0].detail


@pytest.mark.parametrize(
    ("value", "code"),
    [("a,b,c,d,e,f", "VP127"), ("a/b/c/d", "VP132"), ("Stickers, id:0", "VP122"), ("Stickers, /x", "VP132")],
)
def test_import_of_categories_that_cannot_be_is_refused_at_their_place(tmp_path: Path, value: str, code: str) -> None:
    """Too many, or a path that is none."""
    found = refused(tmp_path, csv_of(attached(), edit=setting(1, categories=value)), LOGO)

    assert told(found) == [(code, 2, PLACES["categories"] + 1)]


def test_import_of_a_sheet_from_before_a_kind_came_knows_what_was_touched(tmp_path: Path) -> None:
    """Its stamps have fewer fields; a column that was not exported asks only for what stands in it."""

    def older(table: list[list[str]]) -> None:
        for row in table:
            row[PLACES["exported"]] = row[PLACES["exported"]].rpartition(".")[0] or row[PLACES["exported"]]

    assert brought(tmp_path, csv_of(video(), edit=older), ENTRY).edits.files == ()
    assert brought(tmp_path, csv_of(attached(categories=()), edit=older), LOGO).edits.files == ()

    done = brought(tmp_path, csv_of(video(), edit=edits(older, setting(1, title="Kick-off"))), ENTRY)

    assert (done.changed, done.fields) == (1, 1)


def test_import_with_a_column_that_was_not_exported_clears_nothing(tmp_path: Path) -> None:
    """Somebody added it to fill in some cells, and nobody emptied the others."""

    def wider(table: list[list[str]]) -> None:
        for row, cell in zip(table, ("tags", "", "new"), strict=True):
            row.append(cell)

    sheet = csv_of(video(), video("v2"), edit=wider, columns=columns_for({"title"}, {"video"}))

    done = brought(tmp_path, sheet, f"{ENTRY}  - id: v2\n    tags: [old]\n")

    assert done.fields == 1
    assert text_of(tmp_path) == f"{ENTRY}  - id: v2\n    tags: [new]\n"


def test_import_of_a_sheet_made_by_hand_takes_what_is_filled_in(tmp_path: Path) -> None:
    """Without the column of what was exported, a cell that has something asks for it and an empty one for nothing."""
    sheet = csv_text(
        [["ID", "Kind", "title", "tags"], ["v1", "Video", "", "a"], ["v9", "video", "New", ""], ["", "", "", ""]]
    )

    done = brought(tmp_path, sheet, ENTRY)

    assert (done.rows, done.fields, done.added) == (2, 1, 1)
    assert text_of(tmp_path) == ENTRY.replace("[sports, final]", "[a]")
    assert text_of(tmp_path, "imported.yaml") == "videos:\n  - id: v9\n    title: New\n"


def test_import_of_a_row_added_by_hand_takes_what_is_filled_in(tmp_path: Path) -> None:
    """A row without a stamp is one that a person wrote, in whatever sheet."""

    def more(table: list[list[str]]) -> None:
        row = [""] * len(table[0])
        row[PLACES["kind"]], row[PLACES["id"]], row[PLACES["title"]] = "video", "v9", "New"
        table.append(row)

    done = brought(tmp_path, csv_of(video(), edit=more), ENTRY)

    assert (done.rows, done.added, done.changed) == (2, 1, 0)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_import_reads_the_separators_of_other_countries(tmp_path: Path, separator: str) -> None:
    """A spreadsheet saves CSV with what its country uses."""
    sheet = csv_text([["kind", "id", "title"], ["video", "v1", "a, b; c"]], separator=separator)

    brought(tmp_path, sheet, ENTRY)

    assert "title: a, b; c" in text_of(tmp_path)


def test_import_of_a_new_entry_takes_over_what_the_policy_requires(tmp_path: Path) -> None:
    """An entry without it would not be valid; the cell has it, touched or not."""
    policy = "policy: {require: {video: [title, category]}}\n"

    brought(tmp_path, csv_of(video("v2"), edit=setting(1, tags="x")), project=policy)

    assert text_of(tmp_path, "imported.yaml") == (
        "videos:\n  - id: v2\n    title: Opening match\n    tags: [x]\n    category: News/Sports\n"
    )


def test_import_of_a_new_entry_without_what_the_policy_requires_is_refused(tmp_path: Path) -> None:
    """At the cell that is empty, or that holds what no manifest can say; also where an entry would lose it."""
    policy = "policy: {require: {video: [title, category]}}\n"
    sheet = csv_of(
        video("v2", title="é" * 70, category=None),
        video("v1"),
        edit=edits(setting(1, tags="x"), setting(2, title="")),
    )

    found = refused(tmp_path, sheet, ENTRY, project=policy)

    assert told(found) == [
        ("VP124", 2, PLACES["title"] + 1),
        ("VP150", 2, PLACES["category"] + 1),
        ("VP150", 3, PLACES["title"] + 1),
    ]


def test_import_without_writing_says_what_would_be(tmp_path: Path) -> None:
    """Nothing on the disk is touched."""
    done = brought(
        tmp_path,
        csv_of(
            video(),
            video("v2"),
            edit=edits(setting(1, title="New"), setting(2, title="New")),
        ),
        ENTRY,
        write=False,
    )

    assert [one.file for one in done.edits.changed] == ["manifests/a.yaml", "manifests/imported.yaml"]
    assert not done.edits.written
    assert text_of(tmp_path) == ENTRY
    assert not (tmp_path / "manifests/imported.yaml").exists()


BAD = [
    ("title", "é" * 65, "VP124"),
    ("title", "\x01", "VP126"),
    ("tags", "a," * 20 + ",".join("bcdefghijklmnopq"), "VP127"),
    ("tags", "x" * 33, "VP124"),
    ("tags", "a，b", "VP128"),
    ("tags", "sport", "VP151"),
    ("category", "a/b/c/d", "VP132"),
    ("category", "id:0", "VP122"),
    ("category", "id:99999999999999999999", "VP122"),
    ("cover", "img.example.com/a.jpg", "VP131"),
    ("title", "=SUM(A1:A3)", "VP165"),
    ("title", "#NAME?", "VP165"),
    ("delete", "no", "VP167"),
    ("reason", "Old", "VP142"),
    ("after", "2026-12-31", "VP142"),
    ("after", "31.12.2026", "VP133"),
    ("kind", "movie", "VP163"),
    ("id", "1.23E+30", "VP163"),
    ("id", "v 1", "VP163"),
    ("id", "", "VP163"),
    ("id", "v2", "VP166"),
    ("exported", "v1.x", "VP166"),
]


@pytest.mark.parametrize(("column", "value", "code"), BAD)
def test_import_of_a_cell_that_cannot_be_used_is_refused_at_its_place(
    tmp_path: Path, column: str, value: str, code: str
) -> None:
    """Sheet, row and column; nothing is written."""
    vocabulary = "policy: {tags: {vocabulary: [sports, final, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q]}}\n"

    found = refused(tmp_path, csv_of(video(), edit=setting(1, **{column: value})), ENTRY, project=vocabulary)

    assert told(found) == [(code, 2, PLACES[column] + 1)]
    assert found[0].span is not None
    assert found[0].span.file == "library.csv"


def test_import_tells_of_everything_that_is_wrong(tmp_path: Path) -> None:
    """All rows, all cells, in one run."""
    sheet = csv_of(
        video(),
        video("v2"),
        image(),
        video("v1"),
        edit=edits(
            setting(1, title="x" * 200, tags="，"),
            setting(2, delete="yes", title="Edited"),
            setting(3, cover="https://img.example.com/a.jpg"),
        ),
    )

    found = refused(tmp_path, sheet, ENTRY)

    assert told(found) == [
        ("VP124", 2, 3),
        ("VP128", 2, 5),
        ("VP141", 3, 9),
        ("VP167", 4, 7),
        ("VP164", 5, 2),
    ]
    assert "A2" not in found[0].detail
    assert found[0].detail.startswith("C2: title has 200 bytes")
    assert "row 2 already" in found[4].detail


def test_import_tells_every_wrong_cell(tmp_path: Path) -> None:
    """Whoever mends a sheet wants to mend it once."""
    many = [video(f"v{number}") for number in range(150)]

    def spoil(table: list[list[str]]) -> None:
        for row in table[1:]:
            row[PLACES["delete"]] = "x"

    found = refused(tmp_path, csv_of(*many, edit=spoil), ENTRY)

    assert [one.code for one in found] == ["VP167"] * 150


@pytest.mark.parametrize(
    ("header", "code", "column"),
    [
        (["kind", "id", "titel"], "VP161", 3),
        (["kind", "id", "title", "Title"], "VP162", 4),
        (["kind", "title"], "VP162", 1),
        (["kind", "id", "exported"], "VP162", 1),
        (["reference", "title"], "VP162", 1),
    ],
)
def test_import_of_a_sheet_with_wrong_columns_is_refused(
    tmp_path: Path, header: list[str], code: str, column: int
) -> None:
    """A column that nobody knows would otherwise be a change that never happens."""
    found = refused(tmp_path, csv_text([header, ["video", "v1", "x", "x"][: len(header)]]), ENTRY)

    assert told(found) == [(code, 1, column)]


def test_import_of_a_value_without_a_column_is_refused(tmp_path: Path) -> None:
    """It was typed for a reason, and would mean nothing."""
    found = refused(tmp_path, csv_text([["kind", "id", ""], ["video", "v1", "note"]]), ENTRY)

    assert told(found) == [("VP161", 2, 3)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("kind,id,title\nvideo,v1,\u5f00\u573a\n".encode("gbk"), "CSV UTF-8"),
        (b'kind,id\nvideo,"v1\n', "as CSV"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old format"),
    ],
)
def test_import_of_a_file_that_is_no_sheet_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """With what helps."""
    found = refused(tmp_path, content, ENTRY)

    assert [one.code for one in found] == ["VP160"]
    assert says in found[0].detail


def test_import_of_an_empty_file_or_none_is_refused(tmp_path: Path) -> None:
    """An empty file has no columns; a file that is not there is no sheet."""
    assert told(refused(tmp_path, b"", ENTRY)) == [("VP162", 1, 1)]
    with pytest.raises(ConfigError, match="There is no file"):
        again(tmp_path, tmp_path / "other.csv")


def test_import_reads_utf_16(tmp_path: Path) -> None:
    """What Excel calls Unicode text: UTF-16 with tabs."""
    brought(tmp_path, "kind\tid\ttitle\r\nvideo\tv1\t\u5f00\u573a\r\n".encode("utf-16"), ENTRY)

    assert "title: \u5f00\u573a\n" in text_of(tmp_path)


def test_import_over_an_entry_that_deletes_is_refused(tmp_path: Path) -> None:
    """The two contradict each other, and a spreadsheet is not where a deletion is taken back."""
    found = refused(tmp_path, csv_of(video(), edit=setting(1, title="New")), "videos:\n  - {id: v1, state: absent}\n")

    assert told(found) == [("VP141", 2, 3)]
    assert "manifests/a.yaml:3" in found[0].detail


def test_import_of_rows_sorted_apart_from_their_stamps_is_refused(tmp_path: Path) -> None:
    """Titles of other assets would be written otherwise."""

    def swap(table: list[list[str]]) -> None:
        table[1][-1], table[2][-1] = table[2][-1], table[1][-1]

    found = refused(tmp_path, csv_of(video(), video("v2", title="B"), edit=swap), ENTRY)

    assert told(found) == [("VP166", 2, 2), ("VP166", 3, 2)]


def test_import_of_what_cannot_be_edited_safely_writes_nothing(tmp_path: Path) -> None:
    """Where an entry shares its value with others, all files stay as they are."""
    files = {
        "a.yaml": ENTRY.replace("v1", "v0"),
        "b.yaml": "videos:\n  - id: v1\n    tags: &t [a]\n  - id: v2\n    tags: *t\n",
    }
    sheet = csv_of(
        video("v0"),
        video("v1"),
        edit=edits(setting(1, title="New"), setting(2, tags="b")),
    )

    found = refused(tmp_path, sheet, files)

    assert told(found) == [("VP168", 3, 1)]
    assert "manifests/b.yaml:4:11" in found[0].detail


def test_import_never_writes_over_what_was_changed_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody saved the file while the sheet was read."""
    from vodplan.manifests.sheets import patches

    sheet = csv_of(video(), edit=setting(1, title="New"))
    edits_of = patches.edits_of

    def meanwhile(wish: object) -> object:
        (tmp_path / "manifests/a.yaml").write_text("apiVersion: vodplan/v1\nvideos: []\n")
        return edits_of(wish)  # type: ignore[arg-type]

    monkeypatch.setattr(patches, "edits_of", meanwhile)

    with pytest.raises(ConfigError, match="Nothing was written"):
        brought(tmp_path, sheet, ENTRY)
    assert text_of(tmp_path) == "videos: []\n"


def test_import_of_a_workbook_takes_dates_and_whole_numbers(tmp_path: Path) -> None:
    """A day is a day, a number without a fraction is what was typed; everything else that is no text is refused."""
    import openpyxl

    brought(tmp_path, csv_of(video()), ENTRY)
    path = workbook(tmp_path / "l.xlsx", video(), video("v2"), video("v3"))
    book = openpyxl.load_workbook(path)
    sheet = book["assets"]
    sheet["C2"] = 2024
    sheet["I3"], sheet["J3"] = "yes", datetime.datetime(2026, 12, 31)
    book.save(path)

    done = again(tmp_path, path)

    assert (done.fields, done.deleted) == (1, 1)
    assert 'title: "2024"' in text_of(tmp_path)
    assert text_of(tmp_path, "imported.yaml").endswith("state: absent\n    after: 2026-12-31\n")


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("C2", 1.5, "VP167"),
        ("C2", True, "VP167"),
        ("C2", datetime.datetime(2026, 1, 1), "VP167"),
        ("C2", "=A1", "VP165"),
        ("B2", 1.23e30, "VP163"),
        ("B2", 123, "VP163"),
        ("J2", 5.5, "VP167"),
    ],
)
def test_import_of_a_workbook_with_what_is_no_text_is_refused(
    tmp_path: Path, cell: str, value: object, code: str
) -> None:
    """What Excel made of a text is told at its cell."""
    import openpyxl

    from vodplan.core.errors import ManifestError

    brought(tmp_path, csv_of(video()), ENTRY)
    path = workbook(tmp_path / "l.xlsx", video())
    book = openpyxl.load_workbook(path)
    book["assets"][cell].value = value
    book.save(path)

    with pytest.raises(ManifestError) as raised:
        again(tmp_path, path)

    assert told(raised.value.diagnostics) == [(code, 2, "ABCDEFGHIJ".index(cell[0]) + 1)]
