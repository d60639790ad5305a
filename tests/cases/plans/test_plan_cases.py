"""Golden cases: a library and what is wanted of it → the plan, the calls that carry it out, and the outcomes.

A case is a folder with `live.json` and `desired.json`, which a person writes, and `plan.json` and `calls.json`, which
`pytest tests/cases/plans --update-cases` writes for review. `desired.json` has the members of a manifest; an entry's line is
its place in its list, from 1.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import build
from tests.fakes import Library, apply_of, plan_of
from vodplan.core.desired import DesiredAsset, DesiredCategory, DesiredState, StreamRemoval
from vodplan.core.live import LiveAsset, Parts, Stream
from vodplan.core.plan import Plan
from vodplan.core.planfile import document
from vodplan.core.values import UNSET, FieldValue, TagEdit
from vodplan.registry import KINDS

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/live.json"))


@pytest.mark.parametrize("case", CASES)
def test_plan_case(case: str, update_cases: bool) -> None:
    """The plan, the calls and the outcomes are those that were reviewed."""
    folder = HERE / case
    live, wanted = _read(folder / "live.json"), desired(_read(folder / "desired.json"))
    library = library_of(live)

    plan = plan_of(wanted, library)
    planning = dict(sorted(library.calls("read").items()))
    results = {"plan.json": document(plan), "calls.json": {"planning": planning, **carried_out(plan, wanted, library)}}

    if update_cases:
        for name, value in results.items():
            (folder / name).write_text(_text(value), encoding="utf-8")
    for name, value in results.items():
        assert _text(value) == (folder / name).read_text(encoding="utf-8")


def carried_out(plan: Plan, wanted: DesiredState, library: Library) -> dict[str, Any]:
    """What applying the plan sends and comes to, and what the next plan would do; a guarded plan is left alone."""
    if plan.guards:
        return {"guards": [guard.guard for guard in plan.guards]}
    report = apply_of(plan, library)
    return {
        "writes": [
            {
                "operation": call.operation,
                "items": [{"id": one.id, "fields": dict(one.fields), "params": dict(one.params)} for one in call.items],
            }
            for call in library.sent
        ],
        "outcomes": {
            f"{one.action} {one.address}": " ".join(filter(None, (one.verdict, one.code))) for one in report.outcomes
        },
        "converged": report.converged,
        "next_plan": [change.name for change in plan_of(wanted, library).changes],
    }


def library_of(live: Mapping[str, Any]) -> Library:
    """The library that `live.json` describes."""
    tree = build.tree(live.get("categories", {}))
    assets: list[LiveAsset] = []
    references: dict[str, str] = {}
    urls: dict[str, str] = {}
    parts: dict[str, Parts] = {}
    for one in live.get("videos", []):
        place = tree.find(one["category"])[0] if one.get("category") else None
        texts = {name: one[name] for name in ("title", "description", "tags", "cover", "facts") if name in one}
        assets.append(build.live_video(one["id"], category=place, **texts))
        references[one["id"]] = one.get("reference", "")
        streams = [Stream(**stream) for stream in one.get("streams", [])]
        parts[one["id"]] = build.parts(*streams, source=one.get("source", True), size=one.get("source_size"))
    for one in live.get("images", []):
        place = tree.find(one["category"])[0] if one.get("category") else None
        texts = {name: one[name] for name in ("title", "description", "tags", "facts") if name in one}
        assets.append(build.live_image(one["id"], category=place, **texts))
        urls[one["id"]] = one.get("url", "")
    snapshots = {
        (video, kind): count for video, kinds in live.get("snapshots", {}).items() for kind, count in kinds.items()
    }
    library = Library(
        *assets,
        categories=build.categories(live.get("categories", {})),
        references=references,
        urls=urls,
        parts=parts,
        snapshots=snapshots,
        newline=live.get("adds_newline", False),
    )
    library.doubtful_urls.update(live.get("doubtful_urls", []))
    for asset_id, code in live.get("refuses", {}).items():
        library.refuse(asset_id, code)
    for asset_id in live.get("refuses_whole_call_with", []):
        library.refuse_whole(asset_id)
    return library


def desired(manifest: Mapping[str, Any]) -> DesiredState:
    """The desired state that `desired.json` describes."""
    return build.desired(*_categories(manifest), *_assets("video", manifest), *_assets("image", manifest))


def _categories(manifest: Mapping[str, Any]) -> Iterator[DesiredCategory]:
    for line, entry in enumerate(manifest.get("categories", []), 1):
        yield build.category(
            entry["path"],
            renamed_from=entry.get("renamed_from"),
            absent=entry.get("state") == "absent",
            reason=entry.get("reason"),
            after=_day(entry),
            line=line,
            file="manifests/categories.yaml",
        )


def _assets(kind: str, manifest: Mapping[str, Any]) -> Iterator[DesiredAsset]:
    for line, entry in enumerate(manifest.get(KINDS[kind].plural, []), 1):
        absent = entry.get("state") == "absent"
        for key in _keys(entry):
            yield DesiredAsset(
                kind=kind,
                key=key,
                values=() if absent else tuple(_value(entry, field.name) for field in KINDS[kind].fields),
                source=build.at(line, f"manifests/{KINDS[kind].plural}.yaml"),
                absent=absent,
                source_absent=entry.get("source") == "absent",
                source_force=entry.get("force", False),
                streams=_streams(entry.get("streams")),
                reason=entry.get("reason"),
                after=_day(entry),
            )


def _keys(entry: Mapping[str, Any]) -> list[str]:
    if "video" in entry:
        return [f"video:{entry['video']}:{one}" for one in entry["types"]]
    for name, prefix in (("id", ""), ("reference", "ref:"), ("url", "url:")):
        if name in entry:
            return [prefix + entry[name]]
    raise KeyError(f"the entry {entry} has no key")


def _value(entry: Mapping[str, Any], name: str) -> FieldValue:
    value = entry.get(name, UNSET)
    if isinstance(value, dict):
        if name == "category":
            return int(value["id"])
        return TagEdit(tuple(value.get("add", ())), tuple(value.get("remove", ())))
    if isinstance(value, list):
        return tuple(value)
    return value  # type: ignore[no-any-return]  # JSON that a person wrote for this test


def _streams(entry: Mapping[str, Any] | None) -> StreamRemoval | None:
    if entry is None:
        return None
    if "absent" in entry:
        return StreamRemoval(jobs=tuple(entry["absent"]))
    kept = {name: tuple(entry["keep"][name]) if name in entry["keep"] else None for name in ("definitions", "formats")}
    return StreamRemoval(keep_definitions=kept["definitions"], keep_formats=kept["formats"])


def _day(entry: Mapping[str, Any]) -> datetime.date | None:
    return datetime.date.fromisoformat(entry["after"]) if "after" in entry else None


def _read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
