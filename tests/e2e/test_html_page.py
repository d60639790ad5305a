"""The review page in a real browser: it works, it is for everybody, and it stays closed and quick."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.e2e.browser import Browser, browsing, picture_server
from tests.e2e.helpers import project
from tests.unit.render import plans
from tests.unit.render.html.corpus import HOSTILE
from vodplan.core.change import Action, Change
from vodplan.core.pictures import Pictures
from vodplan.core.values import Json
from vodplan.emulator import RunningEmulator
from vodplan.emulator.demo.picks import identifier
from vodplan.emulator.demo.tidy import EXPIRED_LICENCE, OLD_POSTER, OPENING_MATCH
from vodplan.render.html.plan import plan_page

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with browsing() as started:
        yield started


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    """Where covers come from."""
    with picture_server() as address:
        yield address


CATEGORIES = ("News/Sports", "News/World", "Music/Live")


def removal(number: int, pictures: str, *, key: str = "") -> Change:
    """A video to delete; every third is of one category, the larger the later."""
    facts: dict[str, Json] = {
        "title": f"Film {number}",
        "category": CATEGORIES[number % 3],
        "cover": f"{pictures}/{number}.png",
        "size": 1_000_000 * (number + 1),
        "duration": 60.0 + number,
        "created": f"20{10 + number % 15}-05-06T07:08:09Z",
        "tags": ["old", f"t{number % 7}"],
    }
    return plans.a_change(
        Action.DELETE,
        address=f"video/{key or f'{number:032x}'}",
        before=facts,
        facts=facts,
        reason="Licence ended" if number % 2 else "Superseded",
        bytes_freed=1_000_000 * (number + 1),
        line=number + 1,
    )


def write(folder: Path, *changes: Change) -> Path:
    """The page of a plan of these changes, as a file."""
    path = folder / "plan.html"
    path.write_text(plan_page(plans.a_plan(*changes), next="vodplan apply plan.json"), encoding="utf-8")
    return path


def titles(browser: Browser) -> list[str]:
    """The titles that can be seen, in their order."""
    found: list[str] = browser.run("return [...document.querySelectorAll('.item .name')].map((one) => one.textContent)")
    return found


def choose(browser: Browser, name: str, label: str) -> None:
    """Choose an option of a filter by the beginning of its label."""
    browser.run(
        "const select = document.querySelector(`select[data-name=${arguments[0]}]`);"
        "select.value = [...select.options].find((one) => one.label.startsWith(arguments[1])).value;"
        "select.dispatchEvent(new Event('change'));",
        name,
        label,
    )


def status(browser: Browser) -> str:
    """How many are shown, as it is told to everybody."""
    return str(browser.run("return document.querySelector('[data-status]').textContent"))


def test_page_asks_for_its_pictures_and_for_nothing_else(browser: Browser, pictures: str, tmp_path: Path) -> None:
    """From a file, with its own policy: no error, no request but for what can be seen."""
    page = write(tmp_path, *(removal(number, pictures) for number in range(5)), plans.a_change())

    browser.open(page)
    browser.driver.implicitly_wait(5)
    browser.driver.find_element("css selector", ".item img")
    shown = browser.driver.execute_async_script(
        "const done = arguments[0]; Promise.all([...document.images].map((one) => one.decode())).then(() => done("
        "[...document.images].map((one) => one.naturalWidth)), (why) => done(String(why)));"
    )

    assert shown == [1] * 5
    asked = browser.requests()
    assert page.as_uri() in asked
    assert set(asked) - {page.as_uri()} == {f"{pictures}/{number}.png" for number in range(5)}
    assert browser.complaints() == []


def test_page_hostile_plan_is_text_and_nothing_else(browser: Browser, tmp_path: Path) -> None:
    """Nothing that strangers typed runs, loads, or makes an element, in any of the views."""
    changes = []
    for number, text in enumerate(HOSTILE):
        facts: dict[str, Json] = {"title": text, "cover": text, "category": text, "tags": [text], "description": text}
        address = f"video/ref:{text}"
        changes.append(
            plans.a_change(Action.DELETE, address=address, before=facts, facts=facts, reason=text, file=text)
        )
        after: dict[str, Json] = {"title": f"{text}x", "cover": text, "tags": [f"{text}y"], "category": f"{text}z"}
        changes.append(
            plans.a_change(address=f"{address}{number}", before=facts, after=after, facts=facts, reason=text)
        )
    browser.open(write(tmp_path, *changes))

    for tab, layout in (("all", "wall"), ("gone", "rows"), ("all", "rows")):
        browser.run(
            "document.querySelector(`[data-tab=${arguments[0]}]`).click();"
            "document.querySelector(`[data-layout=${arguments[1]}]`).click();",
            tab,
            layout,
        )
    browser.run("dispatchEvent(new Event('beforeprint'))")

    assert browser.run("return document.querySelectorAll('.item').length") == len(changes)
    found = browser.run("return [...new Set([...document.querySelectorAll('.feed *')].map((one) => one.localName))]")
    assert set(found) <= {
        "article",
        "div",
        "span",
        "bdi",
        "h3",
        "p",
        "code",
        "dl",
        "dt",
        "dd",
        "del",
        "ins",
        "button",
        "figure",
        "figcaption",
    }
    assert browser.run("return document.scripts.length") == 3
    assert browser.complaints() == []
    assert len(browser.requests()) == 1


def test_page_filters_search_and_sort_narrow_the_wall(browser: Browser, pictures: str, tmp_path: Path) -> None:
    """Each filter leaves what it says, a category with everything below it, and the number is told."""
    browser.open(write(tmp_path, *(removal(number, pictures) for number in range(12)), plans.a_change()))
    assert status(browser) == "12 removals, 78.0 MB freed at least"

    choose(browser, "category", "News/World")
    assert titles(browser) == ["Film 1", "Film 4", "Film 7", "Film 10"]
    choose(browser, "why", "Superseded")
    choose(browser, "sort", "largest")
    assert titles(browser) == ["Film 10", "Film 4"]
    assert status(browser) == "2 of 12 removals, 16.0 MB freed at least"

    search = browser.driver.find_element("css selector", "[data-search]")
    search.send_keys("T4 news.yaml")
    browser.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert titles(browser) == ["Film 4"]

    browser.run("document.querySelector('[data-search]').value = 'nothing like it';"
                "document.querySelector('[data-search]').dispatchEvent(new Event('input'))")  # fmt: skip
    browser.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert titles(browser) == []
    browser.run("document.querySelector('[data-reset]').click()")
    assert len(titles(browser)) == 12
    assert browser.complaints() == []


def test_review_ticks_become_arguments_that_a_shell_reads(browser: Browser, pictures: str, tmp_path: Path) -> None:
    """What is kept is excluded, what is OK is the only thing left, and both survive quotes and globs."""
    keys = ["ref:it's $HOME [1]*", "ref:plain", "ref:a\u202eb\nc", "ref:新闻"]
    changes = [removal(number, pictures, key=key) for number, key in enumerate(keys)]
    page = write(tmp_path, *changes, plans.a_change())
    browser.open(page)

    for title, state in (("Film 0", "keep"), ("Film 1", "ok"), ("Film 2", "keep"), ("Film 3", "ok"), ("Film 3", "ok")):
        browser.run(
            "[...document.querySelectorAll('.item')].find((one) => one.querySelector('.name').textContent === arguments[0])"
            ".querySelector(`[data-review=${arguments[1]}]`).click()",
            title,
            state,
        )
    told = browser.run("return document.querySelector('[data-review-count]').textContent")
    assert told == "3 of 4 removals reviewed: 1 OK, 2 to keep"
    browser.run("document.querySelector('[data-review-open]').click()")
    exclude, only = browser.run("return [...document.querySelectorAll('.sheet textarea')].map((one) => one.value)")

    said = subprocess.run(["bash", "-c", f"printf '%s\\0' {exclude} {only}"], capture_output=True, check=True).stdout
    assert said.decode("utf-8").split("\0")[:-1] == [
        "--exclude", "video/ref:it's $HOME [[]1][*]",
        "--exclude", "video/ref:a\u202eb\nc",
        "--only", "video/ref:plain",
    ]  # fmt: skip

    browser.open(page)
    told = browser.run("return document.querySelector('[data-review-count]').textContent")
    assert told == "3 of 4 removals reviewed: 1 OK, 2 to keep"
    browser.run("document.querySelector('[data-review-clear]').click()")
    assert browser.run("return Object.keys(localStorage).filter((one) => one.startsWith('vodplan:review'))") == []


def test_page_keyboard_alone_reviews_and_opens(browser: Browser, pictures: str, tmp_path: Path) -> None:
    """Every change can be reached, reviewed and opened without pointing."""
    browser.open(write(tmp_path, *(removal(number, pictures) for number in range(200)), plans.a_change()))
    focused = "return document.activeElement.querySelector('.name')?.textContent"

    browser.run("document.querySelector('.item').focus()")
    for key in (Keys.PAGE_DOWN, Keys.PAGE_DOWN, "k"):
        browser.driver.switch_to.active_element.send_keys(key)
    assert browser.run(focused) == "Film 2"
    assert browser.run("return document.activeElement.dataset.state") == "keep"
    assert browser.run("return document.activeElement.getAttribute('aria-posinset')") == "3"
    assert browser.run("return document.activeElement.getAttribute('aria-setsize')") == "200"

    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.run("return document.querySelector('dialog').open")
    assert browser.run("return document.querySelector('[data-sheet-name]').textContent") == "Film 2"
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert browser.run(focused) == "Film 2"
    browser.driver.switch_to.active_element.send_keys("/")
    assert browser.run("return document.activeElement.type") == "search"


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False), (390, True)])
def test_page_is_accessible(browser: Browser, tmp_path: Path, width: int, dark: bool) -> None:
    """axe finds nothing wrong: names, roles, contrast, headings, landmarks; with the wall, the rows and a sheet open."""
    page = tmp_path / "plan.html"
    page.write_text(plan_page(plans.full_plan(), next="vodplan apply", pictures=Pictures(found={})), encoding="utf-8")
    browser.open(page, width=width, dark=dark)
    browser.run(
        "document.querySelectorAll('.item .ok')[0].click(); document.querySelectorAll('.item .keep')[1].click()"
    )
    assert browser.violations() == []
    browser.run(
        "document.querySelector('[data-tab=all]').click(); document.querySelector('[data-filters-button]').click()"
    )
    assert browser.violations() == []
    browser.run("document.querySelector('[data-review-open]').click()")
    assert browser.violations() == []
    assert browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_page_of_twenty_thousand_changes_draws_what_can_be_seen(browser: Browser, tmp_path: Path) -> None:
    """Wherever one scrolls, the page holds a screen's worth of elements, and its end is the plan's end."""
    facts: dict[str, Json] = {"title": "x", "category": "News", "created": "2019-05-06T07:08:09Z"}
    changes = [
        plans.a_change(Action.DELETE, address=f"video/{number:032x}", before=facts, facts={**facts, "title": f"Film {number}"}, line=number)
        if number % 2
        else plans.a_change(address=f"video/{number:032x}", facts=facts, line=number)
        for number in range(20_000)
    ]  # fmt: skip
    page = write(tmp_path, *changes)
    assert page.stat().st_size < 15_000_000
    browser.open(page)

    most = 0
    for tab in ("gone", "all"):
        browser.run("document.querySelector(`[data-tab=${arguments[0]}]`).click()", tab)
        for share in (0, 0.3, 0.31, 0.9, 1, 1, 1):
            browser.run("scrollTo(0, document.documentElement.scrollHeight * arguments[0])", share)
            browser.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
            most = max(most, browser.run("return document.querySelectorAll('*').length"))
        last = browser.run("return [...document.querySelectorAll('.item')].at(-1).getAttribute('aria-posinset')")
        assert last == ("10000" if tab == "gone" else "20000")
    assert most < 2_000
    assert browser.complaints() == []


def test_page_printed_lists_every_change(browser: Browser, pictures: str, tmp_path: Path) -> None:
    """Paper has no scroll bar: all of the plan, or what the filters leave; afterwards the wall is back."""
    changes = [*(removal(number, pictures) for number in range(150)), plans.a_change(facts={"title": "Updated"})]
    browser.open(write(tmp_path, *changes))
    before = titles(browser)

    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert len(titles(browser)) == 151
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert titles(browser) == before

    choose(browser, "category", "Music/Live")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert len(titles(browser)) == 50
    browser.run("dispatchEvent(new Event('afterprint'))")


def test_page_theme_button_overrules_the_system(browser: Browser, tmp_path: Path) -> None:
    """Light and dark follow the system until somebody says otherwise."""
    page = write(tmp_path, plans.a_change())
    color = "return getComputedStyle(document.body).backgroundColor"
    browser.open(page, dark=True)
    dark = browser.run(color)
    browser.open(page)
    light = browser.run(color)
    assert dark != light

    for _ in range(2):
        browser.run("document.querySelector('[data-theme-button]').click()")
    assert browser.run(color) == dark
    browser.run("document.querySelector('[data-theme-button]').click()")
    assert browser.run(color) == light


def test_page_without_scripts_still_lists_the_changes(browser: Browser, tmp_path: Path) -> None:
    """A browser that runs nothing shows the numbers and the changes."""
    browser.open(write(tmp_path, plans.a_change(facts={"title": "Opening match"})), scripts=False)

    text = browser.driver.find_element("tag name", "main").text
    browser.open(write(tmp_path), scripts=True)

    assert "Scripts are off" in text
    assert "Opening match" in text


def test_page_of_the_command_is_what_the_browser_shows(
    browser: Browser, demo_emulator: RunningEmulator, tmp_path: Path
) -> None:
    """`plan --output html=` through the installed command, on the emulator: the page has the plan's digest and changes."""
    work = project(tmp_path, demo_emulator)
    work.manifest(f"videos:\n  - {{id: {identifier('bulk', 0)}, title: Renamed <by> test}}\n")
    ended = work.run("plan", "--format", "json", "--output", "html=plan.html")
    assert ended.code == 0, ended.err

    browser.open(tmp_path / "plan.html")

    digest = browser.run("return JSON.parse(document.getElementById('data').textContent).digest")
    assert digest == json.loads(ended.out)["digest"]
    assert "Renamed <by> test" in browser.driver.find_element("tag name", "ins").text


def test_page_with_embedded_pictures_loads_nothing_and_shows_them(
    browser: Browser, demo_emulator: RunningEmulator, tmp_path: Path
) -> None:
    """Covers behind signed addresses, which a page could not show tomorrow, are in it."""
    work = project(tmp_path, demo_emulator)
    work.manifest(
        f"videos:\n  - {{id: {OPENING_MATCH}, title: Renamed}}\n"
        f"  - {{id: {EXPIRED_LICENCE}, state: absent, reason: Licence ended}}\n"
        f"images:\n  - {{id: {OLD_POSTER}, state: absent}}\n"
    )
    planned = work.run("plan", "--out", "plan.json", "--output", "html=plan.html", "--embed-pictures")
    shown = work.run("show", "plan.json", "--format", "html", "--embed-pictures")
    assert (planned.code, shown.code) == (0, 0), planned.err + shown.err
    assert "auth_key" not in shown.out

    browser.open(tmp_path / "plan.html")
    browser.run("document.querySelector('[data-tab=all]').click()")
    sizes = browser.driver.execute_async_script(
        "const done = arguments[0]; Promise.all([...document.images].map((one) => one.decode())).then(() => done("
        "[...document.images].map((one) => one.naturalWidth)), (why) => done(String(why)));"
    )

    assert len(sizes) == 3
    assert all(0 < size <= 640 for size in sizes)
    assert browser.requests() == [(tmp_path / "plan.html").as_uri()]
    assert browser.complaints() == []


def test_embedded_pictures_without_a_page_are_a_usage_error(tmp_path: Path) -> None:
    """Nothing is fetched that nobody would see."""
    ended = project(tmp_path).run("plan", "--embed-pictures")

    assert ended.code == 64
    assert "no output is one" in ended.err
