"""The next command can be copied into a shell as it stands."""

from __future__ import annotations

import datetime
import shlex

import pytest

from tests.unit.render.plans import a_change, a_plan
from vodplan.cli.arguments import parse
from vodplan.cli.options import options_of
from vodplan.commands.nexts import apply_command, plan_command, resume_command
from vodplan.commands.options import ApplyOptions, CommonOptions, PlanOptions
from vodplan.core.change import Action

AWKWARD = ("a b.yaml", "$(rm x)", "it's")


def _parsed(command: str) -> object:
    return options_of(*parse(shlex.split(command)[1:]))


def test_apply_command_parses_to_what_was_meant() -> None:
    """Paths, filters, target and the number of removals come through a shell unharmed."""
    plan = a_plan(a_change(), a_change(Action.DELETE, before={"title": "x"}))
    options = CommonOptions(target="my lab", config="c d.yaml")

    command = apply_command(plan, options, paths=AWKWARD, only=["video/*"], exclude=["image/*"], auto_approve=True)

    assert _parsed(command) == ApplyOptions(
        target="my lab",
        config="c d.yaml",
        paths=AWKWARD,
        only=("video/*",),
        exclude=("image/*",),
        auto_approve=True,
        allow_deletes=1,
    )


def test_apply_command_without_removals_allows_none() -> None:
    """No number where none is needed."""
    assert apply_command(a_plan(a_change()), CommonOptions(), paths=["plan.json"]) == "vodplan apply plan.json"


def test_plan_command_keeps_manifests_and_leaves_plan_files_out() -> None:
    """A plan file is nothing to plan from."""
    assert _parsed(plan_command(PlanOptions(paths=AWKWARD, only=("video/*",), target="lab"))) == PlanOptions(
        paths=AWKWARD, only=("video/*",), target="lab"
    )
    assert plan_command(ApplyOptions(paths=("plan.json",))) == "vodplan plan"


def test_commands_keep_the_revision_and_the_snapshot() -> None:
    """What was planned of a part is applied of the same part; a snapshot is for plans."""
    options = PlanOptions(changed_since="origin/my branch", snapshot="live state.db")

    assert _parsed(plan_command(options)) == options
    assert _parsed(apply_command(a_plan(a_change()), options, changed_since="v1")) == ApplyOptions(changed_since="v1")
    assert _parsed(plan_command(ApplyOptions(changed_since="v1"))) == PlanOptions(changed_since="v1")


@pytest.mark.parametrize("span", ["90s", "30m", "36h", "7d"])
def test_apply_command_keeps_when_to_stop(span: str) -> None:
    """What was said about failures, canaries and age is said again."""
    options = options_of(*parse(["apply", "--max-failures", "0", "--canary", "5", "--max-plan-age", span]))

    command = apply_command(a_plan(a_change()), options, paths=["plan.json"])

    assert command == f"vodplan apply plan.json --max-failures 0 --canary 5 --max-plan-age {span}"


def test_apply_command_with_a_whole_number_of_days_says_days() -> None:
    """The largest unit that fits."""
    options = ApplyOptions(max_plan_age=datetime.timedelta(hours=48))

    assert apply_command(a_plan(), options) == "vodplan apply --max-plan-age 2d"


def test_resume_command_parses_to_what_was_meant() -> None:
    """The run, the target, the project file, and the approval where it was given."""
    options = ApplyOptions(target="my lab", config="c d.yaml")

    command = resume_command("20261121-093012345-x7k2q9", options, auto_approve=True)

    assert _parsed(command) == ApplyOptions(
        target="my lab", config="c d.yaml", resume="20261121-093012345-x7k2q9", auto_approve=True
    )
