"""Large libraries: N videos, in bulk, for benchmarks; the same on every machine.

Rows are plain tuples in the order of their ids, and the indexes are made once at the end: a million in about a minute.
"""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from . import schema
from .database import Database, Value
from .records import ROOT, Category, Library

DAY = 86_400
_START = 1_500_000_000
_SHELVES = 40
_SUBJECTS = ("harbour", "mountain", "market", "library", "orchard", "tramway", "kitchen", "observatory", "工厂", "海岸")
_FORMS = ("Report", "Lesson", "Trailer", "Interview", "Concert", "纪录片", "Tutorial", "Match")


def make(path: Path | str, videos: int) -> int:
    """Fill an empty library with videos; how many were made.

    raises: NotAnEmulatorDatabase; ValueError when the library holds something already.
    """
    db = Database(path)
    try:
        if not db.is_empty():
            raise ValueError(f"{db.path} holds a library already; make another with --db")
        with db.transaction():
            db.load(_shelves())
            for statement in schema.DROP_INDEXES.split(";"):
                db.write(statement)
            db.insert("videos", _rows(videos))
            for statement in schema.INDEXES.split(";"):
                db.write(statement)
        db.tidy()
    finally:
        db.close()
    return videos


def _shelves() -> Library:
    nodes = tuple(
        Category(id=5_000_001 + n, name=f"Shelf {n + 1:02d}", parent=ROOT, level=0, created=_START)
        for n in range(_SHELVES)
    )
    return Library(categories=nodes, videos=(), images=(), attached=())


def _rows(count: int) -> Iterator[tuple[Value, ...]]:
    """Rows of `videos` in the order of their ids, which are spread evenly so that none clusters."""
    spacing = (1 << 64) // max(1, count)
    for place in range(count):
        digest = blake2b(place.to_bytes(8, "big"), digest_size=8).digest()
        video_id = f"{place * spacing:016x}{digest.hex()}"
        a, b, c, d = digest[0], digest[1], digest[2], digest[3]
        created = _START + (a << 16 | b << 8 | c) * 17 % (3_000 * DAY)
        duration = 30.0 + (b << 4) + c / 4
        subject = _SUBJECTS[a % len(_SUBJECTS)]
        size = int(duration * 625_000)
        streams = ",".join(
            f'{{"job_id":"{digest.hex()}{place:015x}{rung}","definition":"{name}","format":"mp4",'
            f'"width":{width},"height":{height},"bitrate":{rate},"size":{int(duration * rate * 125)}}}'
            for rung, (name, width, height, rate) in enumerate((("LD", 640, 360, 450), ("HD", 1280, 720, 1800)))
        )
        yield (
            video_id,
            None,
            "video",
            f"{_FORMS[d % len(_FORMS)]} {place + 1:07d}: {subject}",
            None if d % 7 == 0 else f"Made for a benchmark, number {place + 1}",
            f"{subject},made",
            5_000_001 + c % _SHELVES,
            f"/media/cover/{video_id}.svg",
            "Normal" if d else "Blocked",
            duration,
            size,
            created,
            created + 600,
            "app-1000000",
            "Standard",
            None,
            f'{{"file_name":"made-{place + 1}.mp4","size":{size},"width":1280,"height":720,"bitrate":5000,"fps":25,'
            f'"md5":"{digest.hex()}{digest.hex()}","served":false}}',
            f"[{streams}]",
            '{"CoverSnapshot":[1,2,3]}',
        )
