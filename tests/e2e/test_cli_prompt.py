"""Approval at a real terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.e2e.cli import at_terminal, vodplan
from tests.e2e.test_cli_journey import DELETION
from vodplan.render.width import cells

pytestmark = pytest.mark.e2e

SGR = re.compile(r"\x1b\[[0-9;]*m")

CHINESE = """\
apiVersion: vodplan/v1
videos:
  - {id: a8f4558f98b0cc0046ddf03943c79fb1, title: 一元二次方程的解法, tags: {add: [精品]}}
  - {id: d2e15f22b6512dfd7ae98a8b2da4cb03, description: "第一课:提取公因式与公式法,附练习题和参考答案,以及一段很长的说明文字来检查换行"}
  - {id: d2e15f22b6512dfd7ae98a8b2da4cb04, title: ⚽ 不存在}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A started repository whose manifests delete one video."""
    vodplan("init", cwd=tmp_path)
    (tmp_path / "manifests" / "example.yaml").write_text(DELETION, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (b"1\n", 0, "Converged: the library reads back as planned."),
        (b"yes\n", 4, "Not approved: the answer was not 1. Nothing was written."),
        (b"\x04", 4, "Not approved: the answer was not 1. Nothing was written."),
        (b"\x03", 130, "Interrupted."),
    ],
    ids=["number", "yes", "ctrl-d", "ctrl-c"],
)
def test_prompt_for_a_removal_wants_the_number(project: Path, typed: bytes, code: int, said: str) -> None:
    """The exact number carries it out; another answer, the end of input and Ctrl-C write nothing."""
    prompt = "Type the number of removals to apply: "

    session = at_terminal(["apply"], cwd=project, answers={prompt: typed})

    left = json.loads(vodplan("plan", "--format", "json", cwd=project).stdout)["summary"]["delete"]
    assert session.code == code
    assert said in SGR.sub("", session.shown)
    assert "Traceback" not in session.shown
    assert left == (0 if code == 0 else 1)


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_plan_on_a_terminal_lines_up_with_chinese_titles(tmp_path: Path, columns: int) -> None:
    """In color, no line is wider than the terminal, and file:line ends in one column."""
    vodplan("init", cwd=tmp_path)
    (tmp_path / "manifests" / "example.yaml").write_text(CHINESE, encoding="utf-8")

    session = at_terminal(["plan"], cwd=tmp_path, answers={}, columns=columns)

    result = session.shown.rpartition("\r")[2]
    lines = SGR.sub("", result).splitlines()
    assert session.code == 0
    assert "\x1b[" in result
    assert [line for line in lines if cells(line) > columns] == []
    assert {cells(line) for line in lines if re.search(r"\.yaml:\d+$", line)} == {min(columns, 132)}


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_plan_on_a_terminal_without_color_has_no_escape(project: Path, environ: dict[str, str]) -> None:
    """NO_COLOR and a dumb terminal are respected."""
    session = at_terminal(
        ["plan", "-v"] if "NO_COLOR" in environ else ["plan"], cwd=project, answers={}, environ=environ
    )

    assert session.code == 0
    assert "\x1b" not in session.shown
