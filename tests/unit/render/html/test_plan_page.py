"""A plan as a page: complete, closed to the world, and unmoved by what strangers typed."""

from __future__ import annotations

import base64
import dataclasses
import hashlib

import pytest

from tests.unit.render import plans
from tests.unit.render.html.corpus import HIDDEN, HOSTILE, Seen, read
from vodplan.core.change import Action
from vodplan.core.diagnostics import SourceRef
from vodplan.core.pictures import Picture, Pictures
from vodplan.core.plan import NotConverging, Plan, Reading
from vodplan.core.report import Verdict
from vodplan.core.values import Json
from vodplan.render.html.plan import plan_page
from vodplan.render.html.records import ACTIONS


def hostile_plan(text: str) -> Plan:
    """A plan with a stranger's text wherever one can stand."""
    facts: dict[str, Json] = {
        "title": text, "description": text, "tags": [text, "x"], "category": text, "cover": text, "status": text,
        "created": text, "storage_class": text, "url": text, "urls": [text], "reference": text, text: text,
    }  # fmt: skip
    address = f"video/ref:{text}"
    return plans.a_plan(
        plans.a_change(
            address=address,
            before={"title": text, "tags": [text], "cover": text, "description": "", text: text},
            after={
                "title": f"{text}!",
                "tags": [f"{text}2"],
                "cover": f"https://x/ {text}",
                "description": text,
                text: None,
            },
            facts=facts,
            file=f"{text}.yaml",
            reason=text,
        ),
        dataclasses.replace(
            plans.a_change(Action.DELETE, address=address, before=facts, facts=facts, reason=text, file=text), rule=text
        ),
        plans.a_change(
            Action.DELETE_STREAMS,
            address=address,
            before={"streams": [{"job": text, "definition": text, "format": text, "size": 10**30}]},
            facts=facts,
            bytes_freed=10**30,
        ),
        guards=[
            dataclasses.replace(
                plans.a_guard(address), guard=text, number=text, threshold=text, setting=text, message=text
            )
        ],
        scheduled=[dataclasses.replace(plans.a_scheduled(), reason=text)],
        target=text,
    )


def hash_of(text: str) -> str:
    """The source expression of an inline element."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_page_policy_allows_its_own_style_and_scripts_and_nothing_else() -> None:
    """The hashes are those of what stands in the page, so the page works, and nothing that is added to it does."""
    page = read(plan_page(plans.full_plan(), next="vodplan apply"))

    policy = page.policy
    scripts = [one.text for one in page.all("script") if "type" not in one.attributes]
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["style-src"] == hash_of(page.one("style").text)
    assert policy["script-src"].split() == [hash_of(text) for text in scripts]
    assert not any("unsafe" in sources for sources in policy.values())


def test_page_loads_nothing_but_pictures() -> None:
    """One file: no element of it asks for another."""
    page = read(plan_page(plans.full_plan()))

    assert not page.all("link")
    assert not page.all("iframe")
    assert not any("style" in one.attributes for one in page.elements)
    assert not any(
        name in one.attributes for one in page.elements for name in ("src", "srcset", "action", "background")
    )
    assert {one.attributes.get("href", "#")[0] for one in page.elements} == {"#"}
    assert not any(name.startswith("on") for one in page.elements for name in one.attributes)


def test_page_policy_names_the_servers_of_the_pictures() -> None:
    """Pictures may come from where the plan's covers are, and from nowhere else."""
    page = read(plan_page(plans.full_plan()))

    assert page.policy["img-src"] == "http://x https://img.example.com"
    assert read(plan_page(plans.a_plan())).policy["img-src"] == "'none'"


@pytest.mark.parametrize("text", HOSTILE)
def test_page_hostile_text_changes_no_element(text: str) -> None:
    """The elements, their order and their attributes' names are those of a harmless plan; only texts differ."""

    def shape(found: Seen) -> list[tuple[str, frozenset[str]]]:
        return [
            (one.tag, frozenset(one.attributes))
            for one in found.elements
            if one.attributes.get("class") != "hid"
            and one.tag not in ("bdi", "del", "ins", "span")
            and one.attributes != {}
        ]

    page = plan_page(hostile_plan(text), next=text)
    found = read(page)

    page.encode("utf-8")
    assert shape(found) == shape(read(plan_page(hostile_plan("harm less"), next="harm less")))
    assert len(found.all("script")) == 3
    assert not set(page) & HIDDEN


@pytest.mark.parametrize("text", HOSTILE)
def test_page_hostile_text_stays_inside_the_data(text: str) -> None:
    """The data ends where it should, and its texts are the plan's."""
    found = read(plan_page(hostile_plan(text)))

    block = found.one("script", id="data").text
    assert "<" not in block
    assert [one["a"] for one in found.data["changes"]] == [
        ACTIONS.index(action) for action in (Action.UPDATE, Action.DELETE, Action.DELETE_STREAMS)
    ]
    assert all("p" not in one for one in found.data["changes"])


def test_page_every_part_of_a_plan_is_told() -> None:
    """Numbers, calls, time, bytes, guards, schedule, what is missing and does not converge, digests and the command."""
    stuck = NotConverging(
        address=plans.a_missing().address,
        field="title",
        wanted="New",
        live="Old",
        source=SourceRef("manifests/a.yaml", 9),
    )
    plan = dataclasses.replace(plans.full_plan(), unconverged=(stuck,))

    page = plan_page(plan, next="vodplan apply plan.json --allow-deletes 4")

    for text in (
        "Held: apply will refuse this plan", "The plan removes 12 things", "policy.max_deletes",
        "2026-12-31", "video/ref:cms-000999", "manifests/news.yaml:44", "Does not converge", "manifests/a.yaml:9",
        plan.digest, plan.manifests_digest, "GetVideoInfos", "vodplan apply plan.json --allow-deletes 4",
        "2026-01-02T03:04:05Z", "0.4 s", "5.2 GB",
    ):  # fmt: skip
        assert text in page, text


def test_page_without_changes_says_that_there_is_nothing_to_do() -> None:
    """An empty plan is good news, and has no list."""
    page = plan_page(plans.a_plan())

    assert "There is nothing to do" in page
    assert "data-feed" not in read(page).one("main").attributes
    assert not [one for one in read(page).elements if "data-feed" in one.attributes]


def test_page_without_scripts_lists_the_first_changes() -> None:
    """Where scripts are off the changes are there all the same, up to a number that a browser takes."""
    many = [plans.a_change(line=number, facts={"title": f"Title {number}"}) for number in range(600)]

    page = plan_page(plans.a_plan(*many))
    plain = page.partition("<noscript>")[2].partition("</noscript>")[0]

    assert plain.count('<strong class="act') == 500
    assert "Title 499<" in plain
    assert "Title 500<" not in plain
    assert "The first 500 of 600 changes are listed" in plain


def test_page_data_differences_are_woven_from_both_values() -> None:
    """The pieces join to the old and to the new text."""
    change = plans.a_change(before={"title": "Opening match"}, after={"title": "Opening game"})

    (record,) = read(plan_page(plans.a_plan(change))).data["changes"]

    ((name, form, pieces),) = record["e"]
    assert (name, form) == ("title", "w")
    pairs = list(zip(pieces[::2], pieces[1::2], strict=True))
    assert "".join(text for mark, text in pairs if mark in (0, 1)) == "Opening match"
    assert "".join(text for mark, text in pairs if mark in (0, 2)) == "Opening game"


def test_page_data_shared_texts_are_held_once() -> None:
    """Twenty thousand changes fit into a page because their categories, tags, files and reasons are few."""
    facts: dict[str, Json] = {"category": "News/Sports", "tags": ["a", "b"], "created": "2019-01-01T00:00:00Z"}
    removals = [
        plans.a_change(Action.DELETE, before=facts, facts=facts, reason="Licence ended", line=n) for n in range(50)
    ]

    data = read(plan_page(plans.a_plan(*removals))).data

    assert data["categories"] == ["News/Sports"]
    assert data["tags"] == ["a", "b"]
    assert data["whys"] == ["Licence ended"]
    assert {(one["c"], tuple(one["g"]), one["w"]) for one in data["changes"]} == {(0, (0, 1), 0)}


def test_page_data_held_changes_name_their_guards() -> None:
    """The list can be narrowed to what a guard holds."""
    data = read(plan_page(plans.full_plan())).data

    assert [one["n"] for one in data["changes"] if one.get("h") == [0]] == [f"video/{plans.OTHER}"]
    assert data["guards"] == ["max_deletes"]


def test_page_charts_add_up_to_what_the_plan_frees() -> None:
    """Both tables have every removal of an asset once."""
    page = plan_page(plans.full_plan())

    for title in ("By category", "By age"):
        table = page.partition(f"<caption>{title}</caption>")[2].partition("</table>")[0]
        numbers = [int(part.partition("<")[0]) for part in table.split('<td class="right">')[2::2]]
        assert sum(numbers) == 3


def test_page_embedded_pictures_need_no_network() -> None:
    """With copies in the page no link is opened, neither of covers that change."""
    picture = "data:image/png;base64,iVBORw0KGgo="
    copies = Pictures(
        found={f"video/{plans.VIDEO}": Picture(media="image/png", content=b"\x89PNG\r\n\x1a\n")},
        failed=1,
        large=2,
        beyond=3,
    )
    plan = plans.a_plan(
        plans.a_change(
            before={"cover": "https://a.example/old.jpg"},
            after={"cover": "https://a.example/new.jpg"},
            facts={"cover": "https://a.example/old.jpg"},
        ),
        plans.a_change(Action.DELETE, address=f"video/{plans.OTHER}", before={"cover": "https://a.example/x.jpg"}),
    )

    text = plan_page(plan, pictures=copies)
    page = read(text)

    first, second = page.data["changes"]
    assert page.policy["img-src"] == "data:"
    assert first["p"] == picture
    assert first["e"][0][4:] == [picture, ""]
    assert "p" not in second
    for told in ("1 small copy of pictures", "1 could not be had", "2 were too large", "3 are beyond"):
        assert told in text


def test_report_verdicts_are_counted_and_listed() -> None:
    """The page of an apply says what became of what is not simply done."""
    from vodplan.render.html import HtmlView
    from vodplan.render.results import Applied

    plan = plans.full_plan()
    report = plans.a_report(plan, Verdict.DONE, Verdict.REFUSED)

    (page,) = HtmlView().show(Applied(plan=plan, report=report, document=b"", next="vodplan plan"))

    assert "InvalidParameter: The title is too long." in page
    assert "vodplan plan" in page
    assert read(page).policy["img-src"] == "'none'"


def test_page_says_where_the_live_values_came_from() -> None:
    """Values of a snapshot are not those of the library as it is now, and a reader has to know."""
    reading = Reading(
        why="The index was walked.",
        assets=20,
        by_search=12,
        by_id=8,
        snapshot="2026-01-01T00:00:00Z",
        since="origin/main",
    )

    page = plan_page(dataclasses.replace(plans.full_plan(), reading=reading))

    assert "The index was walked. 8 assets read by id, 12 by search, of 20." in page
    assert "a snapshot of 2026-01-01T00:00:00Z" in page
    assert "changed since origin/main" in page
    assert "Live values" not in plan_page(plans.full_plan())


def test_page_signed_links_say_until_when_they_hold() -> None:
    """A cover that a manifest names with its signature stops showing, and the page says when the first one does."""
    covers = [f"https://a.example/{n}.jpg?auth_key={1893456000 + n * 86400}-0-0-x" for n in (1, 0)]
    changes = [plans.a_change(before={"cover": ""}, after={"cover": cover}, line=n) for n, cover in enumerate(covers)]

    assert "hold until 2030-01-01 00:00 UTC" in plan_page(plans.a_plan(*changes))
    assert "which do not end" in plan_page(plans.full_plan())
