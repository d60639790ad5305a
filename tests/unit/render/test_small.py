"""The results of a few lines."""

from __future__ import annotations

from vodplan.render.canvas import Canvas
from vodplan.render.results import CheckShown, Data, Examined, Listing, Result, Script, Started, Toured, Validated
from vodplan.render.text import TextView


def _text(result: Result) -> str:
    return "".join(TextView(Canvas(width=60)).show(result))


def test_validated_counts_entries_of_each_kind() -> None:
    """How many entries of which kind were understood."""
    assert _text(Validated(files=["a.yaml", "b.yaml"], entries={"video": 12, "image": 1})) == (
        "OK: 13 entries in 2 files, no errors.\n  12 videos\n   1 image\n"
    )


def test_examined_checks_line_up_and_failures_have_a_next_step() -> None:
    """One line a check; what failed or is unknown says what to do."""
    checks = [
        CheckShown(name="clock", ok=True, detail="as the service's", next="never shown"),
        CheckShown(name="DeleteVideo", ok=False, detail="not allowed", next="grant vod:DeleteVideo"),
        CheckShown(name="writes", ok=None, detail="not tried because none of them is sure to change nothing at all"),
    ]

    assert _text(Examined(target="lab", checks=checks)) == (
        "Target lab\n"
        "  ok       clock        as the service's\n"
        "  FAILED   DeleteVideo  not allowed\n"
        "                        Next: grant vod:DeleteVideo\n"
        "  unknown  writes       not tried because none of them is\n"
        "                        sure to change nothing at all\n"
    )


def test_started_lists_what_was_written_and_what_was_there() -> None:
    """Nothing is overwritten, and it says so."""
    assert _text(Started(folder="media", written=["vodplan.yaml"], kept=[".gitignore"])) == (
        "wrote  vodplan.yaml\nkept   .gitignore (it was there)\nNext: cd media && vodplan validate && vodplan plan\n"
    )


def test_listing_names_line_up() -> None:
    """Names, then what they are."""
    assert _text(Listing(member="schemas", heading="Schemas", names={"plan": "a plan", "manifest": "a manifest"})) == (
        "Schemas\n  plan      a plan\n  manifest  a manifest\n"
    )


def test_data_and_script_are_themselves() -> None:
    """What is made for programs is not dressed up."""
    assert _text(Data(document={"a": 1})) == '{\n  "a": 1\n}\n'
    assert _text(Script(name="bash", text="complete -F x\n")) == "complete -F x\n"


def test_toured_failed_step_shows_its_command() -> None:
    """What was promised and kept, and what to type to see the rest."""
    assert _text(Toured(steps=[("vodplan plan", "planned", True), ("vodplan apply", "applied", False)])) == (
        "\nok      planned\nFAILED  applied\n        vodplan apply\n"
    )


def test_examined_sentence_as_next_step_is_wrapped_and_command_is_not() -> None:
    """A command is copied whole; a sentence has to fit the terminal."""
    sentence = "See docs/credentials.md for the rights that an apply with deletions needs of an account."
    command = "vodplan plan --config some/where/else/vodplan.yaml --target production --out plan.json"

    told = _text(Examined(target="lab", checks=[CheckShown(name="a", ok=False, detail="no", next=sentence)]))
    copied = _text(Examined(target="lab", checks=[CheckShown(name="a", ok=False, detail="no", next=command)]))

    assert max(len(line) for line in told.splitlines()) <= 60
    assert f"Next: {command}\n" in copied
