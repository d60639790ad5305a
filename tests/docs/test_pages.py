"""The reader of pages reads them as people do."""

from __future__ import annotations

import textwrap

import pytest

from tests.docs import pages

PAGE = textwrap.dedent(
    """\
    # Title

    Before [one](a.md) and ![two](b.png "A picture") and `[no](c.md)`.

    ## 2. The `plan` file

    ```console
    # not a heading
    [no](d.md)
    ```

    ### Part

    ## Part

    <img src="e.svg">
    """
)


def test_sections_headings_in_code_are_not_headings() -> None:
    """A comment in a shell example starts no section."""
    assert [(one.level, one.title) for one in pages.sections(PAGE)] == [
        (1, "Title"),
        (2, "2. The `plan` file"),
        (3, "Part"),
        (2, "Part"),
    ]


def test_section_by_plain_title_includes_what_is_below_it() -> None:
    """A heading's number and code marks are not part of its name, and its parts belong to it."""
    found = pages.section(PAGE, "The plan file")

    assert "# not a heading" in found.text
    assert "### Part" in found.text
    assert "<img" not in found.text
    with pytest.raises(LookupError, match=r"no section is called 'Nothing'; there are: Title, The plan file"):
        pages.section(PAGE, "Nothing")


def test_links_in_code_are_not_links() -> None:
    """Pictures and HTML count, examples do not."""
    assert pages.links(PAGE) == ["a.md", "b.png", "e.svg"]


def test_anchors_follow_the_host_rules() -> None:
    """Lower case, no punctuation, repeated headings numbered."""
    assert pages.anchors(PAGE) == {"title", "2-the-plan-file", "part", "part-1"}


def test_blocks_are_found_by_language() -> None:
    """Only blocks of the language asked for."""
    assert pages.blocks(PAGE, "console") == ["# not a heading\n[no](d.md)\n"]
    assert pages.blocks(PAGE, "yaml") == []
