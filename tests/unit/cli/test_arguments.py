"""The command line is read strictly, and what it refuses it explains."""

from __future__ import annotations

import pytest

from vodplan.cli.arguments import build_parser, parse
from vodplan.cli.options import options_of
from vodplan.cli.table import COMMANDS, COMMANDS_TO_COME
from vodplan.commands.options import ApplyOptions, PlanOptions
from vodplan.core.errors import UsageError


def _refusal(line: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        parse(line.split())
    return caught.value


@pytest.mark.parametrize(
    ("line", "said", "next"),
    [
        ("plna", 'There is no command "plna". Did you mean "plan"?', "vodplan --help"),
        ("xyzzy", 'There is no command "xyzzy".', "vodplan --help"),
        ("", "A command is missing.", "vodplan --help"),
        ("plan --ony x", 'There is no flag "--ony". Did you mean "--only"?', "vodplan plan --help"),
        ("plan --onl x", 'There is no flag "--onl". Did you mean "--only"?', "vodplan plan --help"),
        ("apply --allow-delete=3", 'There is no flag "--allow-delete". Did you mean "--allow-deletes"?', ""),
        ("emulator --prot 1", 'There is no flag "--prot". Did you mean "--port"?', "vodplan emulator --help"),
        ("show", "The following arguments are required: PLANFILE.", "vodplan show --help"),
        ("show a.json b.json", '"b.json" is one argument too many.', "vodplan show --help"),
        (
            "plan --format jsn",
            '--format: there is no format "jsn"; there are text, json, html, markdown, github, gitlab, sarif and csv; did you mean "json"?',
            "",
        ),
        (
            "plan --format markdwon",
            '--format: there is no format "markdwon"; there are text, json, html, markdown, github, gitlab, sarif and csv; did you mean "markdown"?',
            "",
        ),
        ("plan --output plan.json", '--output: "plan.json" is not FORMAT=PATH, such as json=plan.json.', ""),
        (
            "plan --output gitlap=x",
            '--output: there is no format "gitlap"; there are text, json, html, markdown, github, gitlab, sarif and csv; did you mean "gitlab"?',
            "",
        ),
        ("plan --out", "--out: expected one argument.", "vodplan plan --help"),
        ("plan --changed-since", "--changed-since: expected one argument.", "vodplan plan --help"),
        ("apply --snapshot x", 'There is no flag "--snapshot".', "vodplan apply --help"),
        ("apply --max-failures x", '--max-failures: "x" is not a number, such as 3.', "vodplan apply --help"),
        ("apply --canary 0", '--canary: "0" is not a number of 1 or more, such as 3.', "vodplan apply --help"),
        ("apply --max-plan-age 3", '--max-plan-age: "3" is not a duration, such as 30m, 24h or 7d.', ""),
        ("apply --max-plan-age 1y", '--max-plan-age: "1y" is not a duration, such as 30m, 24h or 7d.', ""),
        ("apply --max-plan-age ٣h", '--max-plan-age: "٣h" is not a duration, such as 30m, 24h or 7d.', ""),
        ("apply --resume", "--resume: expected one argument.", "vodplan apply --help"),
        ("apply --allow-deletes -1", '--allow-deletes: "-1" is not a number of removals, such as 3.', ""),
        ("apply --allow-deletes ٣", '--allow-deletes: "٣" is not a number of removals, such as 3.', ""),
        ("plan --log-format xml", '--log-format: there is no log format "xml"; there are text and json.', ""),
        ("completion fish", "SHELL: there is no completion", ""),
        ("--target x plan", "--target stands before the command; flags stand behind it", "vodplan --help"),
    ],
)
def test_parse_what_cannot_be_understood_is_refused_with_a_guess(line: str, said: str, next: str) -> None:
    """An unknown command, flag or value names itself, and the one that was probably meant."""
    error = _refusal(line)

    assert error.exit_code == 64
    assert error.message.startswith(said)
    assert error.next.startswith(next or "vodplan")


def test_parse_command_to_come_says_so_and_names_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command of the contract that is not there yet is refused honestly, with whatever it was given."""
    monkeypatch.setitem(COMMANDS_TO_COME, "transcode", ("make streams", "vodplan init"))

    error = _refusal("transcode --anything x")

    assert "vodplan transcode (make streams) is not in this version" in error.message
    assert error.next == "vodplan init"


@pytest.mark.parametrize("line", ["--help", "--version", "-h", *[f"{name} --help" for name in COMMANDS]])
def test_parse_help_leaves_with_zero(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Help and version are printed on stdout."""
    with pytest.raises(SystemExit) as left:
        parse(line.split())

    assert left.value.code == 0
    assert "vodplan" in capsys.readouterr().out


def test_help_names_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is hidden, the commands to come included."""
    with pytest.raises(SystemExit):
        parse(["--help"])

    shown = capsys.readouterr().out
    for name in [*COMMANDS, *COMMANDS_TO_COME]:
        assert f"\n  {name} " in shown
    for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 64, 70, 130):
        assert f"  {code} " in shown


def test_options_flags_between_paths_are_understood() -> None:
    """Flags may stand anywhere behind the command, and repeat where that makes sense."""
    name, arguments = parse(
        [
            "plan",
            "a.yaml",
            "--only",
            "video/*",
            "--out",
            "p.json",
            "b.yaml",
            "--only",
            "image/*",
            "--output",
            "json=x",
            "--no-color",
            "-vv",
        ]
    )

    assert options_of(name, arguments) == PlanOptions(
        paths=("a.yaml", "b.yaml"),
        only=("video/*", "image/*"),
        out="p.json",
        output=(("json", "x"),),
        color=False,
        verbose=2,
    )


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("24h", 86_400), ("7d", 604_800), ("0s", 0)])
def test_options_durations_have_a_unit(text: str, seconds: int) -> None:
    """Seconds, minutes, hours and days."""
    options = options_of(*parse(["apply", "--max-plan-age", text]))

    assert isinstance(options, ApplyOptions)
    assert options.max_plan_age is not None
    assert options.max_plan_age.total_seconds() == seconds


def test_options_defaults_are_those_of_the_record() -> None:
    """A command line without flags is the record without arguments."""
    assert options_of(*parse(["apply"])) == ApplyOptions()


def test_build_parser_has_every_command_with_its_flags() -> None:
    """The completion scripts are made from it."""
    shown = build_parser().format_help()

    assert all(name in shown for name in [*COMMANDS, *COMMANDS_TO_COME])
