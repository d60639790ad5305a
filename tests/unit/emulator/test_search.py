"""SearchMedia beyond its filter: fields, sort, the paging cap, the walk by token, the index's lag."""

import json
from collections.abc import Callable

import pytest

from tests.unit.emulator.conftest import MakeApp
from tests.unit.emulator.wire import NOW, v3
from vodplan.emulator.app import EmulatorApp
from vodplan.emulator.demo import library
from vodplan.emulator.demo.tidy import OLD_POSTER, OPENING_MATCH, POSTER
from vodplan.emulator.records import Library, Video

VIDEOS = [video for video in library().videos if video.media_type == "video"]
NEWEST_FIRST = [video.id for video in sorted(VIDEOS, key=lambda v: (v.created, v.id), reverse=True)]


def _many(count: int) -> Library:
    videos = tuple(
        Video(id=f"{n:032x}", title=f"Video {n}", created=1_700_000_000 + n // 3, modified=1_700_000_000 + n)
        for n in range(count)
    )
    return Library(categories=(), videos=videos, images=(), attached=())


def test_search_without_fields_gives_id_type_and_time_only(app: EmulatorApp) -> None:
    """Other fields come only when they are asked for."""
    (item,) = v3(app, "SearchMedia", {"Match": f"VideoId = '{OPENING_MATCH}'"}).json["MediaList"]

    assert item == {
        "MediaId": OPENING_MATCH,
        "MediaType": "video",
        "CreationTime": "2025-02-04T08:00:00Z",
        "Video": {"VideoId": OPENING_MATCH, "CreationTime": "2025-02-04T08:00:00Z"},
    }


def test_search_field_without_a_value_is_absent(app: EmulatorApp) -> None:
    """A field that was asked for and was never set does not come back empty."""
    bare = next(video for video in VIDEOS if not video.description and video.tags)
    params = {"Match": f"VideoId = '{bare.id}'", "Fields": "Title,Description,Tags"}

    (item,) = v3(app, "SearchMedia", params).json["MediaList"]

    assert set(item["Video"]) == {"VideoId", "CreationTime", "Title", "Tags"}


@pytest.mark.parametrize(
    ("sort", "key", "reverse"),
    [
        ("CreationTime:Asc", lambda v: (v.created, v.id), False),
        ("ModificationTime:Desc", lambda v: (v.modified, v.id), True),
        ("ModificationTime:Desc,CreationTime:Desc", lambda v: (v.modified, v.created, v.id), True),
    ],
)
def test_search_sorts_as_asked(
    app: EmulatorApp, sort: str, key: Callable[[Video], tuple[int | str, ...]], reverse: bool
) -> None:
    """One to three fields, each its own way."""
    expected = [video.id for video in sorted(VIDEOS, key=key, reverse=reverse)][:50]

    reply = v3(app, "SearchMedia", {"SortBy": sort, "PageSize": "50"})

    assert [item["MediaId"] for item in reply.json["MediaList"]] == expected


def test_search_walk_by_token_meets_every_record_once(app: EmulatorApp) -> None:
    """Page by page with the last token, the whole library in order."""
    ids: list[str] = []
    token = ""
    for page in range(1, 11):
        params = {"PageNo": str(page), "PageSize": "100", **({"ScrollToken": token} if token else {})}
        reply = v3(app, "SearchMedia", params).json
        ids += [item["MediaId"] for item in reply["MediaList"]]
        token = reply["ScrollToken"]
        assert len(token) == 32

    assert ids == NEWEST_FIRST
    assert v3(app, "SearchMedia", {"PageNo": "11", "PageSize": "100", "ScrollToken": token}).json["MediaList"] == []


def test_search_walk_may_jump_five_pages_of_twenty_and_no_further(app: EmulatorApp) -> None:
    """At most 100 records ahead of where the token stands."""
    token = v3(app, "SearchMedia", {"PageSize": "20"}).json["ScrollToken"]

    sixth = v3(app, "SearchMedia", {"PageSize": "20", "PageNo": "6", "ScrollToken": token})
    seventh = v3(app, "SearchMedia", {"PageSize": "20", "PageNo": "7", "ScrollToken": token})

    assert [item["MediaId"] for item in sixth.json["MediaList"]] == NEWEST_FIRST[100:120]
    assert seventh.code == "InvalidParameter"


def test_search_same_page_again_with_its_token_gives_the_same(app: EmulatorApp) -> None:
    """A lost answer can be asked for again."""
    token = v3(app, "SearchMedia", {"PageSize": "100"}).json["ScrollToken"]
    params = {"PageSize": "100", "PageNo": "2", "ScrollToken": token}

    first, second = (v3(app, "SearchMedia", params).json["MediaList"] for _ in range(2))

    assert first == second
    assert [item["MediaId"] for item in first] == NEWEST_FIRST[100:200]


def test_search_paging_stops_at_5000_and_the_token_goes_on(make_app: MakeApp) -> None:
    """Plain pages reach 5,000 records; a walk reaches the rest, ties in time included."""
    app = make_app(demo=False)
    app.state.db.load(_many(5_250))

    last = v3(app, "SearchMedia", {"PageNo": "50", "PageSize": "100"})
    beyond = v3(app, "SearchMedia", {"PageNo": "51", "PageSize": "100"})
    params = {"PageNo": "51", "PageSize": "100", "ScrollToken": last.json["ScrollToken"]}
    walked = v3(app, "SearchMedia", params)

    assert last.json["Total"] == 5_250
    assert beyond.code == "InvalidParameter"
    assert [item["MediaId"] for item in walked.json["MediaList"]] == [f"{n:032x}" for n in range(249, 149, -1)]


def test_search_images_have_no_token(app: EmulatorApp) -> None:
    """Only video and audio can be walked."""
    reply = v3(app, "SearchMedia", {"SearchType": "image"})

    assert reply.json["Total"] == 200
    assert "ScrollToken" not in reply.json


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"SortBy": "CreationTime:Desc,ModificationTime:Desc", "ScrollToken": "x"}, "SortByExceededMax"),
        ({"SortBy": ",".join(["CreationTime:Desc"] * 4)}, "SortByExceededMax"),
        ({"SortBy": "Title:Desc"}, "InvalidParameter"),
        ({"ScrollToken": "0" * 32}, "InvalidScrollToken.Expired"),
        ({"ScrollToken": "0" * 33}, "InvalidParameter"),
        ({"PageSize": "101"}, "InvalidParameter"),
        ({"PageNo": "0"}, "InvalidParameter"),
        ({"PageNo": "one"}, "InvalidParameter"),
        ({"SearchType": "film"}, "InvalidParameter"),
    ],
)
def test_search_bad_parameter_is_refused(app: EmulatorApp, params: dict[str, str], code: str) -> None:
    """Each with its code."""
    reply = v3(app, "SearchMedia", params)

    assert (reply.status, reply.code) == (400, code)


def test_search_token_ends_after_its_lifetime_and_with_another_query(make_app: MakeApp) -> None:
    """A token belongs to one query and to a few minutes."""
    now = [NOW]
    app = make_app(clock=lambda: now[0], scroll_token_s=300)
    token = v3(app, "SearchMedia", {}).json["ScrollToken"]

    other = v3(app, "SearchMedia", {"ScrollToken": token, "PageNo": "2", "Match": "Title = 'a'"})
    now[0] += 301
    late = v3(app, "SearchMedia", {"ScrollToken": token, "PageNo": "2"}, at=now[0])

    assert other.code == "InvalidScrollToken.Expired"
    assert late.code == "InvalidScrollToken.Expired"


def test_search_index_lags_behind_writes_while_reads_do_not(make_app: MakeApp) -> None:
    """For `index_lag_ms` a search sees what was there before: the old title, and a deleted video."""
    now = [NOW]
    app = make_app(clock=lambda: now[0], index_lag_ms=2_000)
    other = VIDEOS[1].id
    v3(app, "UpdateVideoInfo", {"VideoId": OPENING_MATCH, "Title": "Renamed"})
    v3(app, "DeleteVideo", {"VideoIds": other})
    old = {"Match": "Title = 'Opening match'"}
    gone = {"Match": f"VideoId = '{other}'"}

    assert v3(app, "GetVideoInfo", {"VideoId": OPENING_MATCH}).json["Video"]["Title"] == "Renamed"
    assert v3(app, "SearchMedia", old).json["Total"] == 1
    assert v3(app, "SearchMedia", {"Match": "Title = 'Renamed'"}).json["Total"] == 0
    assert v3(app, "SearchMedia", gone).json["Total"] == 1
    now[0] += 2.1
    assert v3(app, "SearchMedia", old, at=now[0]).json["Total"] == 0
    assert v3(app, "SearchMedia", {"Match": "Title = 'Renamed'"}, at=now[0]).json["Total"] == 1
    assert v3(app, "SearchMedia", gone, at=now[0]).json["Total"] == 0


def test_read_lag_shows_the_old_value_for_a_while(make_app: MakeApp) -> None:
    """Eventual consistency of reads by id, a deleted video included."""
    now = [NOW]
    app = make_app(clock=lambda: now[0], read_lag_ms=500)
    v3(app, "UpdateVideoInfo", {"VideoId": OPENING_MATCH, "Title": "Renamed"})
    v3(app, "DeleteVideo", {"VideoIds": VIDEOS[1].id})

    early = v3(app, "GetVideoInfos", {"VideoIds": f"{OPENING_MATCH},{VIDEOS[1].id}"}).json
    now[0] += 0.6
    late = v3(app, "GetVideoInfos", {"VideoIds": f"{OPENING_MATCH},{VIDEOS[1].id}"}, at=now[0]).json

    assert [video["Title"] for video in early["VideoList"]] == ["Opening match", VIDEOS[1].title]
    assert [video["Title"] for video in late["VideoList"]] == ["Renamed"]
    assert late["NonExistVideoIds"] == [VIDEOS[1].id]


def test_lags_cover_images_and_the_category_tree(make_app: MakeApp) -> None:
    """Eventual consistency is not a matter of videos alone."""
    now = [NOW]
    app = make_app(clock=lambda: now[0], read_lag_ms=500, index_lag_ms=500)
    content = json.dumps([{"ImageId": POSTER, "Title": "Renamed"}])
    v3(app, "UpdateImageInfos", {"UpdateContent": content})
    v3(app, "DeleteImage", {"DeleteImageType": "ImageId", "ImageIds": OLD_POSTER})
    made = v3(app, "AddCategory", {"CateName": "New", "ParentId": "1000900"}).json["Category"]["CateId"]

    def seen() -> tuple[object, ...]:
        infos = v3(app, "GetImageInfos", {"ImageIds": f"{POSTER},{OLD_POSTER}"}, at=now[0]).json["ImageInfo"]
        found = [
            v3(app, "SearchMedia", {"SearchType": "image", "Match": match}, at=now[0]).json["Total"]
            for match in ("Title = 'Renamed'", f"ImageId = '{OLD_POSTER}'")
        ]
        tree = v3(app, "GetCategories", {"CateId": "1000900"}, at=now[0]).json["SubCategories"]["Category"]
        inside = v3(app, "GetCategories", {"CateId": str(made)}, at=now[0]).code
        return infos[0]["Title"], len(infos), *found, [child["CateName"] for child in tree], inside

    assert seen() == ("Glass Mountain poster", 2, 0, 1, [], "InvalidCateId.NotFound")
    now[0] += 0.6
    assert seen() == ("Renamed", 1, 1, 0, ["New"], "")


def test_get_video_list_stops_at_5000(make_app: MakeApp) -> None:
    """Its own cap has its own code."""
    app = make_app(demo=False)
    app.state.db.load(_many(5_001))

    assert v3(app, "GetVideoList", {"PageNo": "50", "PageSize": "100"}).json["Total"] == 5_001
    assert v3(app, "GetVideoList", {"PageNo": "51", "PageSize": "100"}).code == "VideoListExceededMax"
