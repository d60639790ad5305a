"""Nothing is written that nobody approved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import FakeApi
from tests.unit.cli.harness import Ran, run
from tests.unit.render.plans import a_change, a_guard, a_plan
from vodplan.core.change import Action, Change
from vodplan.core.plan import Plan
from vodplan.planfile.files import write_plan

UPDATE = a_change()
DELETES: list[Change] = [a_change(Action.DELETE, address=f"video/{name}", before={"title": name}) for name in "ab"]

UPDATES_ONLY = a_plan(UPDATE)
WITH_DELETES = a_plan(UPDATE, *DELETES)


def _refused(ran: Ran, fake: FakeApi, said: str, next: str) -> None:
    assert ran.code == 4
    assert fake.applied == []
    assert said in ran.err
    assert ran.err.endswith(f"Next: {next}\n")


def test_apply_empty_plan_calls_and_asks_nothing(fake: FakeApi) -> None:
    """Nothing to do is done at once, also without a terminal."""
    ran = run("apply")

    assert ran.code == 0
    assert fake.applied == []
    assert "No changes:" in ran.out


def test_apply_without_terminal_or_flag_is_refused(fake: FakeApi) -> None:
    """In CI nobody can be asked: the flag must be there. The plan is shown all the same."""
    fake.plan = WITH_DELETES

    ran = run("apply", "manifests/a b.yaml", "--only", "video/*", "--target", "lab")

    _refused(
        ran,
        fake,
        "There is no terminal to ask on",
        "vodplan apply 'manifests/a b.yaml' --only 'video/*' --target lab --allow-deletes 2 --auto-approve",
    )
    assert "1 to update, 2 to delete" in ran.out


def test_apply_auto_approved_updates_are_applied(fake: FakeApi) -> None:
    """No removal, no number."""
    fake.plan = UPDATES_ONLY

    ran = run("apply", "--auto-approve")

    assert ran.code == 0
    assert [told["allow_deletes"] for told in fake.applied] == [0]
    assert ran.out.endswith("Converged: the library reads back as planned.\n")


@pytest.mark.parametrize("flags", [[], ["--allow-deletes", "1"], ["--allow-deletes", "3"], ["--allow-deletes", "0"]])
def test_apply_auto_approved_removals_need_the_exact_number(fake: FakeApi, flags: list[str]) -> None:
    """One more or one less is somebody else's plan."""
    fake.plan = WITH_DELETES

    ran = run("apply", "--auto-approve", *flags)

    _refused(ran, fake, "2", "vodplan apply --allow-deletes 2 --auto-approve")


def test_apply_auto_approved_removals_with_the_number_are_applied(fake: FakeApi) -> None:
    """The number that the plan shows."""
    fake.plan = WITH_DELETES

    assert run("apply", "--auto-approve", "--allow-deletes", "2").code == 0
    assert [told["allow_deletes"] for told in fake.applied] == [2]


@pytest.mark.parametrize("argv", [["--auto-approve"], []])
def test_apply_held_by_a_guard_is_refused_before_anybody_is_asked(fake: FakeApi, argv: list[str]) -> None:
    """No flag and no answer lifts a guard."""
    fake.plan = a_plan(UPDATE, guards=[a_guard()])

    ran = run("apply", *argv, "--allow-deletes", "0", stdin="yes\n")

    _refused(ran, fake, "max_deletes (policy.max_deletes)", "vodplan plan")
    assert "Type yes" not in ran.err


@pytest.mark.parametrize(
    ("plan", "flags", "typed", "approved"),
    [
        (UPDATES_ONLY, [], "yes\n", True),
        (UPDATES_ONLY, [], " yes \n", True),
        (UPDATES_ONLY, [], "y\n", False),
        (UPDATES_ONLY, [], "YES\n", False),
        (UPDATES_ONLY, [], "\n", False),
        (UPDATES_ONLY, [], "", False),
        (WITH_DELETES, [], "2\n", True),
        (WITH_DELETES, [], "yes\n", False),
        (WITH_DELETES, [], "3\n", False),
        (WITH_DELETES, [], "", False),
        (WITH_DELETES, ["--allow-deletes", "2"], "yes\n", True),
        (WITH_DELETES, ["--allow-deletes", "2"], "2\n", False),
        (WITH_DELETES, ["--allow-deletes", "1"], "yes\n", False),
    ],
)
def test_apply_on_a_terminal_asks_for_yes_or_the_number(
    fake: FakeApi, plan: Plan, flags: list[str], typed: str, approved: bool
) -> None:
    """Removals are approved by their number, everything else by the whole word."""
    fake.plan = plan

    ran = run("apply", *flags, stdin=typed)

    assert ran.code == (0 if approved else 4)
    assert len(fake.applied) == approved
    if approved:
        assert fake.applied[0]["allow_deletes"] == plan.summary.delete
    else:
        assert "Next: vodplan apply" in ran.err


def test_apply_asked_for_json_on_a_terminal_shows_the_plan_on_stderr(fake: FakeApi) -> None:
    """Nobody approves what they cannot see, and stdout stays one document."""
    fake.plan = UPDATES_ONLY

    ran = run("apply", "--format", "json", stdin="yes\n")

    assert ran.code == 0
    assert "~ update  video/" in ran.err
    assert json.loads(ran.out)


def test_apply_refused_with_json_is_one_document(fake: FakeApi) -> None:
    """The refusal is the result; the preview is not on stdout."""
    fake.plan = WITH_DELETES

    ran = run("apply", "--auto-approve", "--format", "json")

    assert json.loads(ran.out)["error"]["next"] == "vodplan apply --allow-deletes 2 --auto-approve"


@pytest.mark.parametrize("name", ["plan.json", "saved"])
def test_apply_plan_file_is_known_by_name_or_content(fake: FakeApi, tmp_path: Path, name: str) -> None:
    """A saved plan is applied as it is, without planning."""
    write_plan(UPDATES_ONLY, tmp_path / name)

    ran = run("apply", name, "--auto-approve", cwd=tmp_path)

    assert ran.code == 0
    assert fake.planned == []
    assert len(fake.applied) == 1


def test_apply_manifest_paths_are_planned(fake: FakeApi, tmp_path: Path) -> None:
    """A folder or a YAML file is no plan, whatever it begins with."""
    (tmp_path / "a.yaml").write_text("{}")

    run("apply", "a.yaml", "--auto-approve", cwd=tmp_path)

    assert len(fake.planned) == 1


@pytest.mark.parametrize("flags", [["--only", "video/*"], ["--exclude", "video/*"], ["other.json"]])
def test_apply_plan_file_with_a_filter_or_company_is_a_usage_error(
    fake: FakeApi, tmp_path: Path, flags: list[str]
) -> None:
    """No flag that shapes a plan may steer what apply does with a saved one."""
    write_plan(UPDATES_ONLY, tmp_path / "plan.json")

    ran = run("apply", "plan.json", "--auto-approve", *flags, cwd=tmp_path)

    assert ran.code == 64
    assert fake.applied == []


def test_apply_changed_plan_file_exits_3(fake: FakeApi, tmp_path: Path) -> None:
    """A plan that somebody edited is not the plan that was reviewed."""
    write_plan(UPDATES_ONLY, tmp_path / "plan.json")
    content = (tmp_path / "plan.json").read_text().replace("The opening match", "Another title")
    (tmp_path / "plan.json").write_text(content)

    ran = run("apply", "plan.json", "--auto-approve", cwd=tmp_path)

    assert ran.code == 3
    assert fake.applied == []
    assert "digest" in ran.err


def test_apply_verbose_lists_what_was_done(fake: FakeApi) -> None:
    """With -v every change has its line."""
    fake.plan = UPDATES_ONLY

    assert "done     update  video/" in run("apply", "--auto-approve", "-v").out
    assert "done     update  video/" not in run("apply", "--auto-approve").out
