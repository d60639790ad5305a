"""A large manifest that was edited is parsed where it was edited, and comes out as if it had been read whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.manifests.manifests import VERSION, codes
from tests.unit.manifests.test_cache import cached, entries, project, write
from vodplan.core.policy import Policy
from vodplan.manifests import parts, pieces
from vodplan.manifests.document import Document, read_alone
from vodplan.manifests.findings import Findings
from vodplan.manifests.load import Loaded, load
from vodplan.manifests.pieces import cut

DESCRIPTION = "A recording from the archive, cut to length. " * 6


def entry(number: int, title: str = "Plain") -> str:
    """A video as people write it, of about 340 bytes."""
    return f"  - id: v{number}\n    title: {title}\n    description: {DESCRIPTION}\n    tags: [a, b]\n"


LINES = [entry(number) for number in range(2_000)]


def text(lines: list[str], head: str = VERSION) -> str:
    """A manifest of these entries."""
    return f"{head}videos:\n{''.join(lines)}"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes that were parsed of files in pieces, run by run."""
    sizes: list[int] = []

    def counted(data: bytes, found: Findings, policy: Policy) -> Document | None:
        sizes.append(len(data))
        return read_alone(data, found, policy)

    monkeypatch.setattr(parts, "read_alone", counted)
    return sizes


def fresh(root: Path) -> Loaded:
    """The manifests, parsed whole."""
    return load([], project=project(root))


def edited(place: int, *new: str) -> list[str]:
    """The entries with one of them replaced."""
    return [*LINES[:place], *new, *LINES[place + 1 :]]


@pytest.mark.parametrize(
    ("lines", "head"),
    [
        (edited(0, entry(0, "New")), VERSION),
        (edited(1_000, entry(1_000, "New")), VERSION),
        (edited(1_999, entry(1_999, "New").rstrip()), VERSION),
        (edited(1_000), VERSION),
        (edited(500, entry(5_000), "\n# remark\n", entry(500)), VERSION),
        (LINES, f"# remark\n{VERSION}"),
        (edited(1_000, "  - id: v1000\n"), VERSION),
    ],
    ids=["first", "middle", "last", "removed", "added", "all-moved", "warning"],
)
def test_edit_of_a_large_file_is_parsed_where_it_is(
    tmp_path: Path, parsed: list[int], lines: list[str], head: str
) -> None:
    """One edit leaves most pieces known, wherever they stand now; places are those of today."""
    write(tmp_path, "a.yaml", text(LINES))
    cached(tmp_path)
    whole = sum(parsed)
    parsed.clear()
    write(tmp_path, "a.yaml", text(lines, head))

    again = cached(tmp_path)

    assert again == fresh(tmp_path)
    assert whole > 2_000 * 300
    assert sum(parsed) < whole / 8 or head != VERSION
    parsed.clear()
    assert cached(tmp_path) == again
    assert parsed == []


def test_another_default_parses_every_piece_again(tmp_path: Path, parsed: list[int]) -> None:
    """What decides how an entry is read is part of what its piece is known by."""
    write(tmp_path, "a.yaml", text(LINES, f"{VERSION}defaults: {{video: {{category: Film}}}}\n"))
    cached(tmp_path)
    whole = sum(parsed)
    write(tmp_path, "a.yaml", text(LINES, f"{VERSION}defaults: {{video: {{category: News}}}}\n"))

    again = cached(tmp_path)

    assert again == fresh(tmp_path)
    assert {one.values[3] for one in again.desired.assets} == {"News"}
    assert sum(parsed) > 1.9 * whole


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("  - id: v7\n", "VP144"),
        ("  - id: v5000\n    title: 7\n", "VP121"),
        ('  - id: v5000\n    title: "open\n', "VP110"),
        ("  - id: v5000\n    title: *none\n", "VP113"),
    ],
    ids=["named-twice", "no-text", "open-quote", "alias"],
)
def test_edit_that_is_wrong_is_found_where_it_stands(tmp_path: Path, new: str, code: str) -> None:
    """Every finding is that of the file read whole, also one about an entry of another piece."""
    write(tmp_path, "a.yaml", text(LINES))
    cached(tmp_path)
    write(tmp_path, "a.yaml", text(edited(1_500, new)))

    wrong = cached(tmp_path)

    assert code in codes(wrong.diagnostics)
    assert wrong == fresh(tmp_path)


def test_entry_that_stands_in_two_large_files_is_found(tmp_path: Path) -> None:
    """Pieces are compared with all other files, whichever of them is known."""
    write(tmp_path, "a.yaml", text(LINES))
    cached(tmp_path)
    write(tmp_path, "b.yaml", text([entry(number) for number in range(1_999, 4_000)]))

    both = cached(tmp_path)

    assert codes(both.diagnostics) == ["VP144"]
    assert both == fresh(tmp_path)


def test_more_warnings_than_are_shown_are_counted_over_the_whole_file(tmp_path: Path) -> None:
    """A hundred are told of a file, not of each piece."""
    write(tmp_path, "a.yaml", text([*LINES, *(f"  - id: w{number}\n" for number in range(120))]))

    assert cached(tmp_path) == cached(tmp_path) == fresh(tmp_path)
    assert codes(cached(tmp_path).diagnostics)[-1] == "VP199"


def test_file_with_anchors_is_read_whole(tmp_path: Path) -> None:
    """An alias means what stands elsewhere, and the bounds on aliases are those of the file."""
    lines = edited(10, entry(10).replace("[a, b]", "&t [x]"))
    lines[11] = entry(11).replace("[a, b]", "*t")
    write(tmp_path, "a.yaml", text(lines))

    assert cached(tmp_path) == cached(tmp_path) == fresh(tmp_path)
    assert cut(text(lines).encode()) is not None
    assert parts.read_parts(text(lines).encode(), "a.yaml", Policy(), {}, None) is None


@pytest.mark.parametrize(
    "damage", [b"", b'{"pieces":[]}\n', b'{"pieces":[["zz",1,1]]}\nx', b'{"pieces":[["00",0,9]]}\nx']
)
def test_pieces_of_another_form_are_not_used(damage: bytes) -> None:
    """Whatever stands where pieces are looked for, a file is read from what it holds."""
    data = text(LINES).encode()
    right = parts.read_parts(data, "a.yaml", Policy(), {}, None)
    assert right is not None
    names = parts.known(right.kept)
    assert len(names) > 20

    again = parts.read_parts(data, "a.yaml", Policy(), {**parts.known(damage), **dict.fromkeys(names, damage)}, None)

    assert again == right


def test_hint_that_leads_nowhere_costs_time_only(tmp_path: Path) -> None:
    """Where the last content of a file was kept is forgotten without harm."""
    write(tmp_path, "a.yaml", text(LINES))
    cached(tmp_path)
    largest = max(entries(tmp_path), key=lambda path: path.stat().st_size)
    largest.unlink()
    write(tmp_path, "a.yaml", text(edited(1, entry(1, "New"))))

    assert cached(tmp_path) == fresh(tmp_path)


@pytest.mark.parametrize(
    "manifest",
    [
        "videos:\n  - id: v1\nvideos:\n  - id: v2\n",
        "videos: |\n  - id: v1\n",
        "videos: [{id: v1}]\n",
        "videos:\n  - id: v1\n---\n",
        "videos:\n  - id: v1\n...\n",
        '"videos":\n  - id: v1\n',
        "%YAML 1.2\n---\nvideos:\n  - id: v1\n",
        "videos:\n  - id: v1\rimages:\n",
        "rules: []\nvideos:\n  - id: v1\n",
        'defaults: {video: {description: "\nvideos:\n  - id: v1\ndefaults: x"}}\n',
        "defaults: {video: {title: &a One}}\nvideos:\n  - id: v1\n",
        f"# {'x' * 20_000}\nvideos:\n  - id: v1\n",
        "",
    ],
)
def test_unusual_layout_is_not_cut(manifest: str) -> None:
    """Only what is certain to mean the same in pieces is cut."""
    assert cut(f"{VERSION}{manifest}".encode()) is None
    assert cut(f"{VERSION}videos:\n  - id: v1\n".encode()) is not None


def test_section_within_a_default_is_not_cut_out() -> None:
    """What remains without it would be right by itself, and mean something else."""
    assert cut(b'defaults: {video: {description: "\nvideos:\n  - id: v1\napiVersion: x"}}\n') is None


def test_cut_within_a_text_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of a text that looks like an entry is no entry, and nothing is kept under its bytes."""
    monkeypatch.setattr(pieces, "LEAST_PIECE", 1)
    monkeypatch.setattr(pieces, "_ONE_IN", 1)
    lines = ["  - id: v1\n", '    description: "\n', "  - id: v2\n", '    "\n', "  - id: v3\n"]
    broken, whole = (text(some).encode() for some in (lines, [lines[0], *lines[2:3], *lines[4:]]))

    divided = cut(broken)

    assert divided is not None
    assert [piece.line for piece in divided.pieces] == [2, 4, 6]
    assert parts.read_parts(broken, "a.yaml", Policy(), {}, None) is None
    assert parts.read_parts(whole, "a.yaml", Policy(), {}, None) is not None
