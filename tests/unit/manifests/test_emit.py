"""What is written as a manifest is read back to the byte, and reads well."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.manifests.manifests import plain
from vodplan.manifests import emit, limits
from vodplan.manifests.findings import Findings
from vodplan.manifests.source import check

HOSTILE = st.one_of(
    st.text(),
    st.text(alphabet=" \t\n\r:#-?,[]{}&*!|>'\"%@`~<=\\aA1.0é世\u00a0\u3000\u2028\u202e\ufeff\u200b👍"),
    st.sampled_from(
        ["null", "~", "true", "No", "2024", "1e3", ".inf", "12:30", "2026-12-31", "<<", "---", "...", "%YAML"]
    ),
    st.from_regex(r"[-+.0-9eExo:_ ]{1,8}", fullmatch=True),
)


@given(HOSTILE)
def test_any_text_is_read_back_to_the_byte(text: str) -> None:
    """Whatever a stranger put in, as long as the service's limits have it."""
    if limits.text_problem("title", text, max_bytes=None) is not None:
        return
    entry = "".join(["  - id: a1\n", *emit.field("title", text, indent="    ")])
    written = "".join(emit.document([entry], key="videos", schema="../x.json"))

    found = Findings("one.yaml")
    assert check(written.encode(), found) is not None
    assert plain(written) == {"apiVersion": "vodplan/v1", "videos": [{"id": "a1", "title": text}]}
    assert yaml.safe_load(written)["videos"][0]["title"] == text


@given(st.lists(HOSTILE, max_size=5))
def test_any_tags_are_read_back(tags: list[str]) -> None:
    """Within the brackets of a list more characters mean something."""
    kept = [tag for tag in tags if limits.text_problem("tag", tag, max_bytes=None) is None]
    written = "".join(emit.field("tags", tuple(kept), indent=""))

    assert plain(written) == {"tags": kept}
    assert written.count("\n") == 1


@given(HOSTILE)
def test_any_comment_stays_in_its_line(text: str) -> None:
    """A comment quotes what could not be written, and must not become part of the manifest."""
    written = emit.comment(text) + emit.HEAD

    assert check(written.encode(), Findings("one.yaml")) is not None
    assert plain(written) == {"apiVersion": "vodplan/v1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Opening match", "Opening match"),
        ("Cup final: extra time", '"Cup final: extra time"'),
        ("《海龟》第3集,上", "《海龟》第3集,上"),
        ("a:b", "a:b"),
        ("no", '"no"'),
        ("2024", '"2024"'),
        ("12:30", '"12:30"'),
        ("", '""'),
        ("null", '"null"'),
        (" edge", '" edge"'),
        ('say "hi"', 'say "hi"'),
        ("tab\there", '"tab\\there"'),
        ("left\u202eright", '"left\\u202Eright"'),
        ("a\u200bb", '"a\\u200Bb"'),
        ("\u0301x", '"\u0301x"'),
        ("👩\u200d🚒", '"👩\u200d🚒"'),
        ("🏴\U000e0067", '"🏴\\U000E0067"'),
        ("\x85", '"\\x85"'),
    ],
)
def test_scalar_is_plain_where_nobody_can_misread_it(text: str, expected: str) -> None:
    """Ordinary texts have no quotes; what cannot be seen is written as an escape."""
    assert emit.scalar(text) == expected


@pytest.mark.parametrize("text", ["a,b", "a:b", "what?", "[x]", "{x}"])
def test_scalar_within_a_list_is_quoted_for_its_signs(text: str) -> None:
    """They separate or open something there."""
    assert emit.scalar(text, flow=True) == f'"{text}"'


def test_text_of_several_lines_is_a_block() -> None:
    """As people write them; not where blanks at the end of a line would be lost to an editor."""
    assert list(emit.field("description", "one\n\ntwo", indent="  ")) == [
        "  description: |-\n",
        "    one\n",
        "\n",
        "    two\n",
    ]
    assert next(emit.field("description", "one\ntwo\n", indent="")) == "description: |\n"
    assert list(emit.field("description", "one \ntwo", indent="")) == ['description: "one \\ntwo"\n']
    assert list(emit.field("description", "\none", indent="")) == ['description: "\\none"\n']


def test_field_writes_ids_and_nothing() -> None:
    """A category by id, none, and an empty list."""
    assert list(emit.field("category", 12, indent="")) == ["category: {id: 12}\n"]
    assert list(emit.field("category", None, indent="")) == ["category: null\n"]
    assert list(emit.field("tags", (), indent="")) == ["tags: []\n"]


def test_document_without_a_printable_schema_path_has_no_such_line() -> None:
    """A folder's name with a line end in it must not end the comment."""
    assert next(iter(emit.document([], key="videos", schema="a\nb"))) == emit.HEAD
    assert next(iter(emit.document([], key="videos", schema=None))) == emit.HEAD
