"""The scripts of docs/emulator.md, as somebody would copy them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vodplan.emulator import RunningEmulator

PAGE = Path(__file__).parents[3] / "docs" / "emulator.md"
SECTION = PAGE.read_text(encoding="utf-8").partition("## From the vendor's SDKs")[2].partition("\n## ")[0]
SCRIPTS = re.findall(r"```python\n(.*?)```", SECTION, flags=re.DOTALL)


@pytest.mark.parametrize("script", SCRIPTS, ids=["new", "old"])
def test_script_of_the_page_reads_the_first_video(script: str, emulator: RunningEmulator) -> None:
    """With the three variables that a start prints, and nothing else."""
    environ = {
        **os.environ,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": emulator.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": emulator.access_key_secret,
        "VODPLAN_ENDPOINT": emulator.url,
    }

    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], env=environ, capture_output=True, text=True, timeout=60
    )

    assert ended.returncode == 0, ended.stderr
    assert "Opening match" in ended.stdout
