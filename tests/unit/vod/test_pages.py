"""The pages about credentials and the service say what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

from vodplan.kinds.operations import OPERATIONS
from vodplan.vod.failures import Trouble
from vodplan.vod.retry import RULES

DOCS = Path(__file__).parents[3] / "docs"

UNPLANNED = {"GetVideoInfo", "GetVideoList", "GetImageInfo"}
"""Operations that have a typed function and that no command calls."""

ROWS = {
    "throttled": Trouble.THROTTLED,
    "busy": Trouble.BUSY,
    "answer lost": Trouble.LOST,
    "not sent": Trouble.NOT_SENT,
    "answer is not whole": Trouble.INVALID,
    "nonce used": Trouble.NONCE,
    "clock": Trouble.CLOCK,
    "token expired": Trouble.TOKEN,
    "anything else": Trouble.REFUSED,
}


def rows(page: str) -> list[list[str]]:
    """Every row of every table of a page, as cells."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def test_credentials_page_has_the_least_policies() -> None:
    """Planning may change nothing, applying without deletes may delete nothing, and nothing that is called is left out."""
    text = (DOCS / "credentials.md").read_text(encoding="utf-8")
    policies = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    plan, change, delete = (
        {action.removeprefix("vod:") for action in policy["Statement"][0]["Action"]} for policy in policies
    )

    writes = {name for name, spec in OPERATIONS.items() if spec.writes}
    deletes = {name for name in writes if name.startswith("Delete")}
    assert plan == OPERATIONS.keys() - writes - UNPLANNED
    assert change == plan | (writes - deletes)
    assert delete == change | deletes


def test_service_page_has_the_rates_that_are_kept() -> None:
    """A rate that the page and the code state differently would be wrong in one of them."""
    stated = {row[0]: float(row[1]) for row in rows("service.md") if row[0] in OPERATIONS}

    assert stated == {name: spec.rate for name, spec in OPERATIONS.items() if name not in UNPLANNED}


def test_service_page_has_the_retry_table() -> None:
    """Tries, and whether a write may have been done."""
    stated = {ROWS[row[0]]: (int(row[2]), row[3] == "yes") for row in rows("service.md") if row[0] in ROWS}

    once = {Trouble.KEY, Trouble.FORBIDDEN, Trouble.NOT_FOUND}
    assert stated == {trouble: (rule.tries, rule.doubtful) for trouble, rule in RULES.items() if trouble not in once}
    assert all(RULES[trouble].tries == 1 for trouble in once)
