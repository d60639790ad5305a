"""Large manifests are read while the library already is: the same plan, no more calls, and errors in the same order."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.helpers import Project, actions, project
from vodplan.api import overlap
from vodplan.emulator import RunningEmulator
from vodplan.emulator.demo import library as demo_library
from vodplan.engine.prefetch import PrefetchReader
from vodplan.manifests import load as loading

pytestmark = pytest.mark.e2e

VIDEOS = [video.id for video in demo_library().videos if video.media_type == "video"]
LONG = "#" * overlap.OVERLAPPED + "\n"
ENTRIES = "videos:\n" + "".join(
    f"  - {{id: {json.dumps(one)}, title: Episode {number}}}\n" for number, one in enumerate(VIDEOS)
)
WRONG = "videos:\n  - {id: later, title: 7}\n"


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """An empty project with the demo library behind it, and no cache."""
    return project(tmp_path, demo_emulator, VODPLAN_CACHE="off")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading that comes to an end only when some of what it told of was read, or reading it had failed."""
    ended = threading.Semaphore(0)
    real_ended, real_load = PrefetchReader._ended, loading.load

    def count(self: PrefetchReader, task: asyncio.Task[None]) -> None:
        real_ended(self, task)
        ended.release()

    def load(*args: Any, **options: Any) -> loading.Loaded:
        loaded = real_load(*args, **options)
        if "tell" in options:
            assert ended.acquire(timeout=10), "nothing was read meanwhile"
        return loaded

    monkeypatch.setattr(PrefetchReader, "_ended", count)
    monkeypatch.setattr(loading, "load", load)


def test_large_manifests_are_planned_alike_with_as_many_calls(
    library: Project, demo_emulator: RunningEmulator, slow: None
) -> None:
    """Every video is read once; the plan is the one of the same manifests when they are small."""
    large = library.manifest(ENTRIES + LONG)

    overlapped = library.call("plan", "--read-by", "ids", "--format", "json")
    calls = Counter(actions(demo_emulator))
    ids = Counter(one for call in demo_emulator.calls() for one in call.ids)
    large.unlink()
    library.manifest(ENTRIES)
    plain = library.call("plan", "--read-by", "ids", "--format", "json")

    assert (overlapped.code, plain.code) == (0, 0)
    assert overlapped.document["summary"]["update"] == len(VIDEOS)
    assert overlapped.document["changes"] == plain.document["changes"]
    assert calls == {"GetVideoInfos": 50}
    assert ids == Counter(VIDEOS)


@pytest.mark.parametrize("refused", [False, True], ids=["library answers", "library refuses"])
def test_wrong_manifest_wins_over_what_the_library_says(
    library: Project, demo_emulator: RunningEmulator, slow: None, refused: bool
) -> None:
    """The same findings and exit code as `validate`, nothing half-printed, also where the keys are wrong."""
    library.manifest(ENTRIES + LONG)
    library.manifest(WRONG, "manifests/b.yaml")
    wrong = {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "not-the-secret"} if refused else {}

    planned = library.call("plan", **wrong)

    validated = library.call("validate")
    assert (planned.code, planned.out) == (validated.code, validated.out) == (3, "")
    assert "manifests/b.yaml:3:24: error[VP121]" in planned.err
    assert planned.err == validated.err
    assert "GetVideoInfos" in actions(demo_emulator)


def test_refused_keys_are_told_when_large_manifests_are_right(library: Project, slow: None) -> None:
    """What a call met that was made beforehand is not lost."""
    library.manifest(ENTRIES + LONG)

    planned = library.call("plan", ALIBABA_CLOUD_ACCESS_KEY_SECRET="not-the-secret")

    assert (planned.code, planned.out) == (
        library.call("doctor", ALIBABA_CLOUD_ACCESS_KEY_SECRET="not-the-secret").code,
        "",
    )
    assert "SignatureDoesNotMatch" in planned.err


def test_unknown_target_is_told_after_what_is_wrong_with_large_manifests(library: Project) -> None:
    """Without a target nothing is read beforehand, and manifests still come first."""
    library.manifest(ENTRIES + LONG)
    assert "nowhere" in library.call("plan", "--target", "nowhere").err
    library.manifest(WRONG, "manifests/b.yaml")

    assert "error[VP121]" in library.call("plan", "--target", "nowhere").err


@pytest.mark.parametrize("flags", [["--only", "video/*"], ["--exclude", "image/*"], ["--snapshot", "live.db"]])
def test_part_of_large_manifests_is_read_when_it_is_known(
    library: Project, demo_emulator: RunningEmulator, flags: list[str]
) -> None:
    """Nothing is read that the plan may not need: wrong manifests make no call."""
    library.manifest(ENTRIES + LONG)
    library.manifest(WRONG, "manifests/b.yaml")

    assert library.call("plan", *flags).code == 3
    assert actions(demo_emulator) == []


def test_interrupted_loading_ends_at_once(library: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C does not wait for the rest of the manifests: the thread that reads them ends where it is."""
    library.manifest(ENTRIES + LONG)
    main = threading.main_thread().ident or 0
    stopped = threading.Event()
    ended: list[str] = []
    real_stop, real_load = PrefetchReader.stop, loading.load

    def stop(self: PrefetchReader) -> None:
        real_stop(self)
        stopped.set()

    def load(*args: Any, tell: Any, **options: Any) -> loading.Loaded:
        def interrupted(assets: Any) -> None:
            signal.pthread_kill(main, signal.SIGINT)
            assert stopped.wait(timeout=60)
            tell(assets)

        try:
            return real_load(*args, tell=interrupted, **options)
        except Exception as error:
            ended.append(type(error).__name__)
            raise

    monkeypatch.setattr(PrefetchReader, "stop", stop)
    monkeypatch.setattr(loading, "load", load)

    planned = library.call("plan")

    assert (planned.code, planned.out) == (130, "")
    assert "Traceback" not in planned.err
    assert ended == ["_Ended"]
