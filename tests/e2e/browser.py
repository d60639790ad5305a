"""A real Chromium without a window, and pages opened in it from files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

REQUIRED = os.environ.get("VODPLAN_REQUIRE_CHROMIUM") == "1"
"""Read when the tests are loaded: each test's environment is cleaned of it."""

DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c63fccff0bf1e0005fe02fe57b7d6a30000000049454e44ae426082"
)
"""A picture: a PNG of one pixel."""


def programs() -> tuple[str, str]:
    """The paths of Chromium and its driver; a test that asks is skipped where they are not, unless they must be."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    why = "no Chromium with its driver on this machine: apt-get install chromium chromium-driver"
    if REQUIRED:
        pytest.fail(why)
    pytest.skip(why)


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser; `driver` is selenium's."""

    driver: webdriver.Chrome

    def open(self, page: Path, *, width: int = 1280, dark: bool = False, scripts: bool = True) -> None:
        """Open a file, and forget what was logged before."""
        self._cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        # What moves is in between for a moment, and would be measured there.
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self._cdp("Emulation.setEmulatedMedia", features=[scheme, still])
        self._cdp("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.driver.get("about:blank")
        self.complaints()
        self.requests()
        self.driver.get(page.as_uri())

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script in the page; what it returns."""
        return self.driver.execute_script(script, *arguments)

    def complaints(self) -> list[str]:
        """What the console said since the last time, errors and warnings."""
        return [str(one["message"]) for one in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def requests(self) -> list[str]:
        """Every address asked for since the last time, `data:` left out."""
        found = []
        for one in self.driver.get_log("performance"):  # type: ignore[no-untyped-call]
            message = json.loads(one["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(str(message["params"]["request"]["url"]))
        return [url for url in found if not url.startswith("data:")]

    def violations(self) -> list[str]:
        """What axe finds wrong for people who do not see, hear or point."""
        self.run(resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then((found) => done([found.passes.length, found.violations.map("
            "(one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ').slice(0, 300)}`)]));"
        )
        passes, wrong = found
        assert passes > 10, "axe has looked at next to nothing"
        return [str(one) for one in wrong]

    def _cdp(self, command: str, **arguments: object) -> None:
        self.driver.execute_cdp_cmd(command, arguments)


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser of its own."""
    browser, driver = programs()
    options = Options()
    options.binary_location = browser
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        # Nothing beyond this machine is looked for.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = Service(driver, log_output=subprocess.DEVNULL)
    running = webdriver.Chrome(options=options, service=service)
    try:
        yield Browser(running)
    finally:
        running.quit()


@contextmanager
def picture_server() -> Iterator[str]:
    """A server on loopback that answers everything with one picture; its address."""

    class Pictures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "image/png")
            self.send_header("content-length", str(len(DOT)))
            self.end_headers()
            self.wfile.write(DOT)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pictures) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
