"""A benchmark whose command fails or answers wrongly stops; it is never a figure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.answers import planned, printed, validated
from benchmarks.bench import REPOSITORY, environ_of
from benchmarks.library import retitle, write_settings
from benchmarks.processes import Case, WrongAnswer, quietly, run, take_turns
from benchmarks.scenarios.planning import command
from benchmarks.service import serving


def _python(code: str, **more: object) -> Case:
    return Case(name="case", command=[sys.executable, "-c", code], **more)  # type: ignore[arg-type]  # any field


def test_run_that_fails_stops_with_what_was_said() -> None:
    """Its time would be that of a failure."""
    with pytest.raises(WrongAnswer, match=r"exit code 3(.|\n)*went wrong"):
        run(_python("import sys; sys.exit(print('went wrong', file=sys.stderr) or 3)"))


def test_run_of_a_command_that_does_not_exist_stops() -> None:
    """A missing program is no fast program."""
    with pytest.raises(WrongAnswer, match="exit code 127"):
        run(Case(name="case", command=["/there/is/none"]))


def test_run_whose_answer_is_wrong_stops() -> None:
    """Checked after every run, with what stands on stdout."""
    with pytest.raises(WrongAnswer, match="unchanged"):
        run(_python('print(\'{"summary": {"unchanged": 9}}\')', check=planned(update=0, unchanged=10)))


def test_run_counts_the_cpu_of_children_and_their_memory() -> None:
    """Several processes are no way to look cheaper."""
    burn = "s = bytearray(80_000_000); sum(range(3_000_000))"
    alone = run(_python("pass"))
    usage = run(_python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}], check=True)"))

    assert usage.cpu > alone.cpu
    assert usage.peak > 80_000_000 > alone.peak


def test_run_sampled_adds_up_what_is_held_at_once() -> None:
    """Two processes of 60 MB hold 120, though the larger of them holds 60."""
    hold = "import os; s = bytearray(os.urandom(1)) * 60_000_000; sum(range(6_000_000))"
    code = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {hold!r}]); {hold}; sys.exit(p.wait())"
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("what processes share is known on Linux only")

    assert run(_python(code), sample=True).peak > 115_000_000


def test_take_turns_runs_every_case_in_every_round(tmp_path: Path) -> None:
    """One after the other, a warm round first, so that no case has the quiet minutes for itself."""
    log = tmp_path / "log"
    cases = [
        Case(name=name, command=[sys.executable, "-c", f"open({str(log)!r}, 'a').write({name!r})"]) for name in "ab"
    ]

    found = take_turns(cases, 2)

    assert log.read_text() == "ababab"
    assert {name: len(usages) for name, usages in found.items()} == {"a": 2, "b": 2}


@pytest.mark.parametrize(
    "text",
    [
        '{"summary": {"update": 1, "unchanged": 99, "missing": 1}}',
        '{"summary": {"update": 2, "unchanged": 98}}',
        '{"error": {"message": "x"}}',
        "",
    ],
)
def test_planned_refuses_any_other_summary(tmp_path: Path, text: str) -> None:
    """One change too many or one video missing, and the plan is not the one that was to be measured."""
    out = tmp_path / "out"
    out.write_text(text)

    with pytest.raises(WrongAnswer):
        planned(update=1, unchanged=99)(out)


def test_planned_accepts_the_summary_of_a_large_plan(tmp_path: Path) -> None:
    """Only the end of the document is read."""
    out = tmp_path / "out"
    out.write_text('{"changes": ["' + "x" * 200_000 + '"], "summary": {"delete": 0, "unchanged": 99, "update": 1}}\n')

    planned(update=1, unchanged=99)(out)


@pytest.mark.parametrize("entries", [{"video": 9}, {}, {"image": 10}])
def test_validated_refuses_another_number(tmp_path: Path, entries: dict[str, int]) -> None:
    """Files that were not read are not fast."""
    import json

    out = tmp_path / "out"
    out.write_text(json.dumps({"files": [], "entries": entries, "diagnostics": []}))

    with pytest.raises(WrongAnswer):
        validated(10)(out)


def test_printed_adds_up_and_refuses_silence(tmp_path: Path) -> None:
    """octoDNS tells a sum for each zone."""
    out = tmp_path / "out"
    out.write_text("Updates=3\nUpdates=4\n")

    printed(r"Updates=(\d+)", 7)(out)
    with pytest.raises(WrongAnswer):
        printed(r"Updates=(\d+)", 8)(out)
    with pytest.raises(WrongAnswer):
        printed(r"Creates=(\d+)", 0)(out)


def test_library_entries_say_what_the_emulator_holds(tmp_path: Path) -> None:
    """A plan of the project with nothing changed has to be empty, and entries are as long as the page says."""
    quietly([sys.executable, "-m", "benchmarks.library", str(tmp_path), "1000"], cwd=REPOSITORY)

    manifests = {name: sorted((tmp_path / name / "manifests").iterdir()) for name in ("many/0", "many/1", "one/0")}
    size = sum(file.stat().st_size for file in manifests["many/0"])
    changed = sum(file.read_text(encoding="utf-8").count(" (changed)") for file in manifests["many/1"])
    assert {name: len(files) for name, files in manifests.items()} == {"many/0": 100, "many/1": 100, "one/0": 1}
    assert 280 < size / 1_000 < 300
    assert changed == 10
    with serving(tmp_path / "library.db", quotas=False) as service:
        write_settings(tmp_path / "many/0", quotas=False)
        case = Case(
            name="plan",
            command=command(tmp_path / "many/0"),
            environ=environ_of(tmp_path / "many/0", service.environ),
            check=planned(update=0, unchanged=1_000),
        )
        run(case)

        assert service.ask()["GetVideoInfos"] == {"ok": 50}
        assert service.ask() == {}


def test_retitle_changes_so_many_titles_and_nothing_else(tmp_path: Path) -> None:
    """The commit and the manifests differ in exactly what the plan has to find."""
    manifest = tmp_path / "videos.yaml"
    manifest.write_text("videos:\n" + "".join(f'  - id: "{n}"\n    title: "T{n}"\n' for n in range(3)))

    retitle(manifest, 2, " (edited)")

    assert manifest.read_text() == (
        'videos:\n  - id: "0"\n    title: "T0 (edited)"\n  - id: "1"\n    title: "T1 (edited)"\n'
        '  - id: "2"\n    title: "T2"\n'
    )
