"""Progress: a bar, sparse lines, events."""

from __future__ import annotations

import io

from vodplan.render.progress import BarProgress, StepProgress, event_of, line_of


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _lines(total: int, advances: list[tuple[float, int]]) -> list[str]:
    told: list[str] = []
    clock = _Clock()
    progress = StepProgress(lambda now: told.append(line_of(now)), clock=clock)
    progress.start("reading", total)
    for seconds, count in advances:
        clock.now += seconds
        progress.advance(count)
    progress.finish()
    return [line for line in told if line]


def test_lines_many_small_advances_give_one_line_for_each_tenth() -> None:
    """A thousand videos fill ten lines of a log, not fifty."""
    told = _lines(1000, [(1.0, 20)] * 50)

    assert told[0] == "reading: 100 of 1000 (10 %), 5.0 s, 20/s, 45 s left"
    assert told[-1] == "reading: 1000 of 1000 (100 %), 50 s, 20/s"
    assert len(told) == 10


def test_lines_quick_step_says_nothing() -> None:
    """What is over before anybody waited needs no line; a quick one has at most one a second."""
    assert _lines(4, [(0.01, 1)] * 4) == []
    assert _lines(100, [(0.25, 10)] * 10) == [
        "reading: 40 of 100 (40 %), 1.0 s, 40/s, 1.5 s left",
        "reading: 80 of 100 (80 %), 2.0 s, 40/s, 0.5 s left",
        "reading: 100 of 100 (100 %), 2.5 s, 40/s",
    ]


def test_lines_slow_step_gives_a_sign_of_life_every_ten_seconds() -> None:
    """A step that crawls still says that it is alive."""
    assert _lines(1000, [(6.0, 1)] * 4) == [
        "reading: 2 of 1000 (0 %), 12 s, 0.2/s, 1 h 39 min left",
        "reading: 4 of 1000 (0 %), 24 s, 0.2/s, 1 h 39 min left",
        "reading: 4 of 1000 (0 %), 24 s, 0.2/s",
    ]


def test_lines_unknown_total_counts_up() -> None:
    """Without a total there is no share to show."""
    assert _lines(0, [(1.0, 7)]) == ["reading: 7, 1.0 s, 7.0/s"]


def test_events_tell_the_beginning_and_the_end() -> None:
    """A program learns when a step starts and when it is over."""
    events: list[dict[str, object]] = []
    progress = StepProgress(lambda now: events.append(event_of(now)), clock=_Clock())

    progress.start("applying", 3)
    progress.advance(3)
    progress.finish()

    assert [event["state"] for event in events] == ["started", "finished"]
    assert events[1] == {
        "event": "progress",
        "step": "applying",
        "state": "finished",
        "done": 3,
        "total": 3,
        "seconds": 0.0,
        "rate": None,
        "left": None,
        "throttled": None,
    }


def test_bar_is_drawn_in_place_and_leaves_nothing() -> None:
    """On a terminal the bar stays on one line and is gone at the end, also when a step follows a step."""
    stream = io.StringIO()
    bar = BarProgress(stream, unicode=True, width=80)

    bar.start("reading", 10)
    bar.advance(10)
    bar.start("applying", 2)
    bar.finish()
    bar.finish()

    drawn = stream.getvalue()
    assert "reading" in drawn
    assert "applying" in drawn
    assert "\n" not in drawn
    assert drawn.split("\r")[-2:] == [" " * len(drawn.split("\r")[-2]), ""]


def test_lines_tell_that_the_service_throttles_for_a_while() -> None:
    """Which operation, how fast now, and how fast it might be; ten quiet seconds later nothing of it."""
    told: list[str] = []
    clock = _Clock()
    progress = StepProgress(lambda now: told.append(line_of(now)), clock=clock)
    progress.start("reading", 1000)
    progress.throttled("GetVideoInfos", 62.25, 100.0)
    clock.now += 5
    progress.advance(100)
    clock.now += 6
    progress.advance(100)

    assert told == [
        "",
        "reading: 100 of 1000 (10 %), 5.0 s, 20/s, 45 s left, throttled: GetVideoInfos at 62.2 of 100 calls/s",
        "reading: 200 of 1000 (20 %), 11 s, 18/s, 44 s left",
    ]


def test_events_carry_rate_remaining_time_and_throttling() -> None:
    """As numbers, for whoever draws them."""
    told: list[dict[str, object]] = []
    clock = _Clock()
    progress = StepProgress(lambda now: told.append(event_of(now)), clock=clock)
    progress.start("reading", 1000)
    clock.now += 5
    progress.throttled("GetVideoInfos", 62.25, 100.0)
    progress.advance(100)

    assert (told[0]["rate"], told[0]["left"], told[0]["throttled"]) == (None, None, None)
    assert (told[1]["rate"], told[1]["left"]) == (20.0, 45.0)
    assert told[1]["throttled"] == {"operation": "GetVideoInfos", "rate": 62.2, "of": 100.0}


def test_bar_shows_that_the_service_throttles() -> None:
    """Behind the numbers, and only for a while."""
    stream, clock = io.StringIO(), _Clock()
    bar = BarProgress(stream, unicode=True, width=100, clock=clock)
    bar.start("reading", 10)
    bar.throttled("GetVideoInfos", 50.0, 100.0)
    assert "throttled: GetVideoInfos at 50 of 100 calls/s" in stream.getvalue()

    clock.now += 11
    before = len(stream.getvalue())
    bar.advance(10)
    bar.finish()

    assert "throttled" not in stream.getvalue()[before:].split("\r")[-1]
