"""Plans, reports and diagnostics for tests of views."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from vodplan.core.address import Address
from vodplan.core.change import Action, Change
from vodplan.core.diagnostics import SourceRef
from vodplan.core.plan import Cost, GuardRefusal, Missing, Plan, Scheduled, Summary, Target
from vodplan.core.planfile import seal
from vodplan.core.report import ApplyReport, Outcome, Unconverged, Verdict
from vodplan.core.values import Json

VIDEO = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
OTHER = "11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"


def a_change(
    action: Action = Action.UPDATE,
    *,
    address: str = f"video/{VIDEO}",
    before: Mapping[str, Json] | None = None,
    after: Mapping[str, Json] | None = None,
    facts: Mapping[str, Json] | None = None,
    params: Mapping[str, Json] | None = None,
    file: str = "manifests/news.yaml",
    line: int = 12,
    reason: str | None = None,
    certain: bool = True,
    bytes_freed: int | None = None,
) -> Change:
    """A change; an update of a title unless told otherwise."""
    if before is None and after is None and action is Action.UPDATE:
        before, after = {"title": "Opening match"}, {"title": "The opening match"}
    return Change(
        address=Address.parse(address),
        id=VIDEO,
        action=action,
        before=before,
        after=after,
        fingerprint="f" * 64,
        source=SourceRef(file, line),
        params=params or {},
        facts=facts or {},
        reason=reason,
        certain=certain,
        bytes_freed=bytes_freed,
    )


def a_plan(
    *changes: Change,
    guards: Sequence[GuardRefusal] = (),
    scheduled: Sequence[Scheduled] = (),
    missing: Sequence[Missing] = (),
    unchanged: int = 12,
    target: str = "production",
) -> Plan:
    """A sealed plan of these changes."""
    actions = [change.action for change in changes]
    return seal(
        Plan(
            target=Target(name=target, region="cn-shanghai", endpoint="vod.cn-shanghai.aliyuncs.com"),
            created_at="2026-01-02T03:04:05Z",
            vodplan_version="0.1.0",
            manifests_digest="a" * 64,
            changes=tuple(changes),
            guards=tuple(guards),
            scheduled=tuple(scheduled),
            missing=tuple(missing),
            summary=Summary(
                create=actions.count(Action.CREATE),
                rename=actions.count(Action.RENAME),
                update=actions.count(Action.UPDATE),
                delete=sum(action.removes for action in actions),
                unchanged=unchanged,
                missing=len(missing),
                scheduled=len(scheduled),
            ),
            managed={"video": 40, "image": 2},
            cost=Cost(
                calls={"GetVideoInfos": 2, "UpdateVideoInfos": 1} if changes else {},
                seconds=0.4 if changes else 0.0,
                bytes_freed=sum(change.bytes_freed or 0 for change in changes),
            ),
        )
    )


def every_change() -> tuple[Change, ...]:
    """One change of every action, with titles in several scripts."""
    return (
        a_change(Action.CREATE, address="category/News/Football", after={"path": "News/Football"}, line=5),
        a_change(
            Action.RENAME,
            address="category/新闻/足球",
            before={"path": "新闻/Soccer"},
            after={"path": "新闻/足球"},
            line=8,
        ),
        a_change(
            before={
                "title": "开幕比赛",
                "description": "First game of the season, from kick-off to the whistle, with every goal and both interviews "
                "that followed it in the tunnel below the stand",
                "tags": ["sports", "old", "two words"],
                "category": None,
                "cover": "",
            },
            after={
                "title": "开幕比赛 ⚽ 精彩集锦",
                "description": "First match of the season, from kick-off to the whistle, with every goal and both talks "
                "that followed it in the tunnel below the stand",
                "tags": ["sports", "final"],
                "category": "News/Sports",
                "cover": "https://img.example.com/covers/2026/opening-match-of-the-season-in-the-new-stadium.jpg",
            },
            facts={"title": "开幕比赛", "size": 5},
        ),
        a_change(
            address="video/ref:cms-000123",
            before={"description": "Rights ended", "category": "News"},
            after={"description": "", "category": {"id": 7}},
            facts={"title": "Cup final: extra time"},
            line=30,
        ),
        a_change(
            Action.DELETE_STREAMS,
            before={
                "streams": [
                    {
                        "job": "912aaf96faa2525d8cf0d7e1207a7785",
                        "definition": "LD",
                        "format": "mp4",
                        "size": 12_625_312,
                    },
                    {"job": "20459af6ae203da2c2f7992bb73f2a30", "definition": "SD", "format": "m3u8", "size": None},
                ]
            },
            facts={"title": "Every rendition there is"},
            bytes_freed=12_625_312,
            line=41,
        ),
        a_change(
            Action.DELETE_SOURCE,
            before={"source": "present", "size": 4_000_000_000},
            facts={"title": "Archive: harbour fog, 4K master"},
            params={"force": True},
            bytes_freed=4_000_000_000,
            certain=False,
            line=50,
        ),
        a_change(
            Action.DELETE,
            address=f"video/{OTHER}",
            before={
                "title": "Licensed concert 2019 (rights until 2025)",
                "description": "Rights ended",
                "tags": ["music", "licensed"],
                "category": "Music/Live",
                "cover": "http://x/y.png",
                "size": 1_234_567_890,
                "duration": 3725.4,
                "status": "Normal",
                "created": "2019-05-06T07:08:09Z",
            },
            reason="Licence ended",
            bytes_freed=1_234_567_890,
            line=60,
        ),
        a_change(Action.DELETE, address="category/Old", before={"path": "Old"}, line=70),
    )


def a_guard(*addresses: str) -> GuardRefusal:
    """The guard on the number of removals."""
    return GuardRefusal(
        guard="max_deletes",
        number="12",
        threshold="10",
        setting="policy.max_deletes",
        message="The plan removes 12 things; policy.max_deletes allows 10.",
        addresses=addresses,
    )


def a_scheduled() -> Scheduled:
    """A removal that waits for the end of 2026."""
    return Scheduled(
        address=Address("video", OTHER),
        action=Action.DELETE,
        after=datetime.date(2026, 12, 31),
        source=SourceRef("manifests/film.yaml", 3),
        reason="Licence ends",
    )


def a_missing() -> Missing:
    """An entry without an asset."""
    return Missing(address=Address("video", "ref:cms-000999"), source=SourceRef("manifests/news.yaml", 44))


def full_plan() -> Plan:
    """A plan with everything that a plan can have."""
    return a_plan(*every_change(), guards=[a_guard(f"video/{OTHER}")], scheduled=[a_scheduled()], missing=[a_missing()])


def a_report(plan: Plan, *verdicts: Verdict, unconverged: Sequence[Unconverged] | None = ()) -> ApplyReport:
    """A report with these verdicts for the changes in order, `done` for the rest."""
    ends = (*verdicts, *[Verdict.DONE] * (len(plan.changes) - len(verdicts)))
    said = {
        Verdict.REFUSED: ("InvalidParameter", "The title is too long."),
        Verdict.HELD: ("", "An update before it failed."),
        Verdict.UNKNOWN: ("", "No answer came."),
    }
    return ApplyReport(
        run="",
        plan_digest=plan.digest,
        outcomes=tuple(
            Outcome(
                change=place,
                address=change.address,
                action=change.action,
                verdict=verdict,
                code=said.get(verdict, ("", ""))[0],
                detail=said.get(verdict, ("", ""))[1],
                request_id="4B5D" if verdict is Verdict.REFUSED else "",
            )
            for place, (change, verdict) in enumerate(zip(plan.changes, ends, strict=True))
        ),
        unconverged=None if unconverged is None else tuple(unconverged),
        verify_error="The service is down." if unconverged is None else "",
    )
