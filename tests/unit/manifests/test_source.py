"""The bytes of a file: read within bounds, checked, placed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vodplan.manifests import source
from vodplan.manifests.findings import Findings


def read(path: Path) -> tuple[bytes | None, list[str]]:
    """The bytes of a file, and the codes and places of what is wrong with it."""
    found = Findings("one.yaml")
    data = source.read(path, found)
    places = [f"{one.code}@{one.span.line}:{one.span.column}" for one in found.diagnostics() if one.span]
    return data, places


def test_file_of_just_64_mib_is_read(tmp_path: Path) -> None:
    """The bound is the contract's, to the byte."""
    path = tmp_path / "one.yaml"
    with path.open("wb") as file:
        file.write(b"#" * source.MAX_BYTES)

    data, places = read(path)

    assert data is not None
    assert len(data) == source.MAX_BYTES
    assert places == []


def test_file_of_one_byte_more_is_refused(tmp_path: Path) -> None:
    """A larger file is not even looked into."""
    path = tmp_path / "one.yaml"
    with path.open("wb") as file:
        file.truncate(source.MAX_BYTES + 1)

    assert read(path) == (None, ["VP105@1:1"])


def test_missing_file_is_told(tmp_path: Path) -> None:
    """A file that vanished after it was listed has a finding, not a traceback."""
    assert read(tmp_path / "one.yaml") == (None, ["VP101@1:1"])


def test_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """Opening a pipe would wait for somebody to write into it."""
    path = tmp_path / "one.yaml"
    os.mkfifo(path)

    assert read(path) == (None, ["VP101@1:1"])


def test_folder_is_refused(tmp_path: Path) -> None:
    """A folder is no file, whatever its name."""
    assert read(tmp_path) == (None, ["VP101@1:1"])


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_unreadable_file_is_told(tmp_path: Path) -> None:
    """A file that may not be read, or whose reading fails, has a finding; root may read all, so it gets the latter."""
    path = tmp_path / "one.yaml"
    path.write_text("x", encoding="utf-8")
    path.chmod(0)
    if os.geteuid() == 0:
        path = Path("/proc/self/mem")
        if not path.exists():
            pytest.skip("root may read every file, and there is no /proc")

    assert read(path) == (None, ["VP101@1:1"])


def test_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    """Editors on Windows write one; columns do not count it."""
    path = tmp_path / "one.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: b")

    assert read(path) == (b"a: b", [])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_unicode_encodings_are_named(encoding: str, tmp_path: Path) -> None:
    """UTF-16 and UTF-32 are told apart from mere bad bytes, with and without a byte order mark."""
    path = tmp_path / "one.yaml"
    path.write_bytes("a: b\n".encode(encoding))

    assert read(path) == (None, ["VP106@1:1"])


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("a: b\n标题: ".encode() + b"\xff", "VP106@2:5"),
        (b"a\r\nb\rc\n\xc3(", "VP106@4:1"),
        (b"a: \xed\xa0\x80", "VP106@1:4"),
        (b"a: \xc3", "VP106@1:4"),
        (b"a\n  \x7fb", "VP107@2:3"),
        ("a: \u0085b".encode(), "VP107@1:4"),
        ("标: \ufeff".encode(), "VP107@1:4"),
        ("a\n标: \u2028\x00".encode(), "VP107@2:4"),
        ("标: \x00\u2028".encode(), "VP107@1:4"),
    ],
)
def test_bad_byte_has_its_place(data: bytes, place: str, tmp_path: Path) -> None:
    """Lines end with LF, CRLF or CR; columns count characters; the first bad one counts."""
    path = tmp_path / "one.yaml"
    path.write_bytes(data)

    assert read(path) == (None, [place])


def test_bad_byte_after_the_first_piece_has_its_place(tmp_path: Path) -> None:
    """Files are decoded piece by piece; a character across two pieces is none the worse."""
    path = tmp_path / "one.yaml"
    piece = 1024 * 1024
    path.write_bytes(b"#" * (piece - 1) + "标".encode() + b"\n\xff")

    assert read(path) == (None, ["VP106@2:1"])


def test_tabs_line_ends_and_wide_characters_are_fine(tmp_path: Path) -> None:
    """What people write is not mistaken for control characters."""
    path = tmp_path / "one.yaml"
    text = "a:\tb\r\n\u00a0\u3000标题🎬\u200d\n".encode()
    path.write_bytes(text)

    assert read(path) == (text, [])
