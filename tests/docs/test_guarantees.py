"""docs/guarantees.md names tests that exist, and says of each promise what the contract says."""

from __future__ import annotations

import re

from tests.docs import pages


def test_guarantees_name_tests_that_exist() -> None:
    """A promise that leans on a test which was renamed or removed leans on nothing."""
    text = pages.page("docs/guarantees.md")
    entries = re.findall(r"^- `(tests/\S+\.py)`:\s((?:.|\n  )+)", text, flags=re.MULTILINE)
    named = {(path, test) for path, rest in entries for test in re.findall(r"`(test_\w+)`", rest)}

    missing = [
        f"{path}::{test}"
        for path, test in sorted(named)
        if not re.search(rf"^(async )?def {test}\(", pages.page(path), flags=re.MULTILINE)
    ]

    assert not missing
    assert len(named) == len(re.findall(r"`test_\w+`", text))


def test_guarantees_have_every_promise_of_the_contract() -> None:
    """Each number has its section, and says "Not yet" where, and only where, the contract does."""
    promises = re.split(
        r"^(\d+)\. ", pages.section(pages.page("docs/contract.md"), "What apply promises").text, flags=re.M
    )
    contract = {number: "**Not yet**" in text for number, text in zip(promises[1::2], promises[2::2], strict=True)}

    told = {
        one.title.partition(".")[0]: "**Not yet" in one.text
        for one in pages.sections(pages.page("docs/guarantees.md"))
        if re.match(r"\d+\. ", one.title)
    }

    assert told == contract


def test_guarantees_say_of_each_promise_where_it_ends() -> None:
    """A promise without its limit would be read as a larger one."""
    numbered = [one for one in pages.sections(pages.page("docs/guarantees.md")) if re.match(r"\d+\. ", one.title)]

    assert [one.title for one in numbered if "**It ends here:**" not in one.text] == []
    assert len(numbered) == 8
