"""The Match language: what parses, what does not and where, and what each field allows."""

import pytest

from tests.unit.emulator.wire import v3
from vodplan.emulator.app import EmulatorApp
from vodplan.emulator.demo import library
from vodplan.emulator.errors import Refusal
from vodplan.emulator.match import Between, Both, Either, OneOf, parse
from vodplan.emulator.records import Video


def test_parse_blank_expression_is_no_condition() -> None:
    """Leaving Match out and leaving it blank is the same."""
    assert parse("  ") is None


def test_parse_and_binds_tighter_than_or_inside_parentheses() -> None:
    """Words in any case, both kinds of quotes."""
    tree = parse("CateId = 5 AND (Status in ('Normal',\"Checking\") OR Title = 'a' and Tags='b')")

    assert tree == Both(
        (
            OneOf("CateId", ("5",), False),
            Either(
                (
                    OneOf("Status", ("Normal", "Checking"), True),
                    Both((OneOf("Title", ("a",), False), OneOf("Tags", ("b",), False))),
                )
            ),
        )
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1,2]", ("1", "2", True, True)),
        ("(1,2)", ("1", "2", False, False)),
        ("[1,2)", ("1", "2", True, False)),
        ("(1,)", ("1", None, False, False)),
        ("[,2]", (None, "2", True, True)),
    ],
)
def test_parse_range_keeps_its_brackets(text: str, expected: tuple[str | None, str | None, bool, bool]) -> None:
    """Square brackets include their end; one end may be left out."""
    low, high, low_included, high_included = expected

    assert parse(f"Size = {text}") == Between(
        field="Size", low=low, high=high, low_included=low_included, high_included=high_included
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Title", "expected = at character 6, found the end"),
        ("Title = ", "expected a value at character 8"),
        ("Title = 'a' Status in ('b')", "expected 'and' at character 13"),
        ("Title = 'a' or Title = 'b'", "an 'or' must stand in parentheses (character 13)"),
        ("(Title = 'a'", "expected ) at character 13"),
        ("Status in 'a'", "expected ( at character 11"),
        ("Status in ('a'", "expected , or ) at character 15"),
        ("Title = 'a", "is not understood"),
        ("Title = \u2018a\u2019", "is not understood"),
        ("Size = (,)", "the range of Size has no end"),
        ("= 'a'", "expected a field name at character 1"),
        ("(" * 60 + "Title = 'a'" + ")" * 60, "nested too deeply"),
    ],
)
def test_parse_error_names_the_place(text: str, place: str) -> None:
    """The message says what was expected where."""
    with pytest.raises(Refusal) as caught:
        parse(text)

    assert (caught.value.code, caught.value.status) == ("ErrorMatchSyntax", 400)
    assert place in caught.value.message


@pytest.mark.parametrize(
    ("kind", "match"),
    [
        ("video", "CateId in (1,2)"),
        ("video", "Size = 5"),
        ("video", "Title = (1,2)"),
        ("video", "CateName = 'Sports'"),
        ("video", "CoverURL = 'x'"),
        ("video", "Nothing = 'x'"),
        ("video", "ImageId = 'x'"),
        ("video", "CreationTime = ('2025','2026')"),
        ("video", "CateId = 'abc'"),
        ("video", "VideoId in (" + ",".join(f"'{n}'" for n in range(101)) + ")"),
        ("audio", "AudioId in ('a','b')"),
        ("image", "ImageId in ('a','b')"),
        ("attached", "MediaId in ('a','b')"),
        ("attached", "BusinessType in ('watermark')"),
    ],
)
def test_search_field_used_as_it_may_not_is_a_syntax_error(app: EmulatorApp, kind: str, match: str) -> None:
    """The field table decides, per kind of media."""
    reply = v3(app, "SearchMedia", {"SearchType": kind, "Match": match})

    assert (reply.status, reply.code) == (400, "ErrorMatchSyntax")


def _found(app: EmulatorApp, match: str, kind: str = "video") -> set[str]:
    ids: set[str] = set()
    page = 1
    while True:
        reply = v3(app, "SearchMedia", {"SearchType": kind, "Match": match, "PageSize": "100", "PageNo": str(page)})
        assert reply.code == "", reply.body
        ids |= {item["MediaId"] for item in reply.json["MediaList"]}
        if page * 100 >= reply.json["Total"]:
            assert len(ids) == reply.json["Total"]
            return ids
        page += 1


def _expected(test: object, kind: str = "video") -> set[str]:
    assert callable(test)
    return {video.id for video in library().videos if video.media_type == kind and test(video)}


def _text(video: Video) -> str:
    return (video.title or "").lower()


@pytest.mark.parametrize(
    ("match", "test"),
    [
        ("Title = 'MATCH'", lambda v: "match" in _text(v)),
        ("Title in ('match','第1集')", lambda v: "match" in _text(v) or "第1集" in _text(v)),
        ("Tags = '数学'", lambda v: "数学" in (v.tags or "")),
        ("Status = 'Blocked'", lambda v: v.status == "Blocked"),
        ("Status in ('Blocked','Checking')", lambda v: v.status in ("Blocked", "Checking")),
        ("(CateId = 1000101 or CateId = 1000102)", lambda v: v.category in (1000101, 1000102)),
        ("Duration = [600,1200)", lambda v: 600 <= v.duration < 1200),
        ("Size = (,5000000)", lambda v: v.size < 5_000_000),
        (
            "CreationTime = ['2024-01-01T00:00:00Z','2024-06-30T23:59:59Z'] and Status = 'Normal'",
            lambda v: 1704067200 <= v.created <= 1719791999 and v.status == "Normal",
        ),
        ("StorageLocation = 'outin-0000.oss-cn-shanghai.aliyuncs.com'", lambda v: True),
        ("StorageLocation = 'elsewhere'", lambda v: False),
        ("Title = '%'", lambda v: "%" in _text(v)),
        ('Title = "singles"', lambda v: "singles" in _text(v)),
    ],
)
def test_search_finds_exactly_what_matches(app: EmulatorApp, match: str, test: object) -> None:
    """Over the whole demo library, against the same condition in Python."""
    assert _found(app, match) == _expected(test)


def test_search_of_the_other_kinds_finds_them(app: EmulatorApp) -> None:
    """Audio, images and auxiliary assets have their own fields."""
    lib = library()

    assert _found(app, "Tags = 'podcast'", "audio") == {v.id for v in lib.videos if v.media_type == "audio"}
    assert _found(app, "CateId = 1000403", "image") == {i.id for i in lib.images if i.category == 1000403}
    assert _found(app, "FileName = 'art-0001'", "image") == {i.id for i in lib.images if "art-0001" in i.file_name}
    assert _found(app, "BusinessType = 'subtitle'", "attached") == {
        a.id for a in lib.attached if a.business_type == "subtitle"
    }
    assert _found(app, "CateId = 2000301", "attached") == {a.id for a in lib.attached if 2000301 in a.categories}
