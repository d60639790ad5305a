"""The vendor's own examples of media management, all of them, against the emulator, with both SDKs.

source: page "Media management" of the Python SDK guide: one test for each of its examples.
"""

import json
from datetime import UTC, datetime

from tests.contract.sdk.clients import Caller
from vodplan.emulator import RunningEmulator
from vodplan.emulator.demo import library
from vodplan.emulator.demo.tidy import BANNER, MANY_STREAMS, OPENING_MATCH, POSTER, SOURCE_SERVED, SOURCE_TO_DROP

NOBODY = "deadbeefdeadbeefdeadbeefdeadbeef"
SECOND = library().videos[1].id


def test_search_for_media_by_status_and_time_gives_the_matching_page(call: Caller) -> None:
    """The example's Match, double quotes and an open time range included, finds what the library holds."""
    start, end = "2024-10-01T08:00:00Z", "2025-12-25T08:00:00Z"
    low, high = (datetime.fromisoformat(text).timestamp() for text in (start, end))
    expected = sorted(
        (
            (video.created, video.id)
            for video in library().videos
            if video.media_type == "video" and video.status in ("Normal", "Checking") and low < video.created < high
        ),
        reverse=True,
    )

    answer = call(
        "SearchMedia",
        {
            "Fields": "Title,CoverURL,Status",
            "Match": f'Status in ("Normal","Checking") and CreationTime = ("{start}","{end}")',
            "PageNo": "1",
            "PageSize": "10",
            "SearchType": "video",
            "SortBy": "CreationTime:Desc",
        },
    )

    assert answer.code == ""
    assert answer.at("Total") == len(expected)
    media = answer.body["MediaList"]
    assert [item["MediaId"] for item in media] == [video_id for _, video_id in expected[:10]]
    assert all(set(item["Video"]) <= {"VideoId", "CreationTime", "Title", "CoverURL", "Status"} for item in media)


def test_query_a_video_gives_its_details(call: Caller) -> None:
    """GetVideoInfo answers with one object."""
    answer = call("GetVideoInfo", {"VideoId": OPENING_MATCH})

    assert answer.at("Video.Title") == "Opening match"
    assert answer.at("Video.CateName") == "Sports"
    assert answer.at("Video.Snapshots.Snapshot.#") == 3


def test_query_videos_lists_the_unknown_id(call: Caller) -> None:
    """GetVideoInfos gives a bare list and names the missing."""
    answer = call("GetVideoInfos", {"VideoIds": f"{OPENING_MATCH},{NOBODY}"})

    assert [video["VideoId"] for video in answer.body["VideoList"]] == [OPENING_MATCH]
    assert answer.body["NonExistVideoIds"] == [NOBODY]


def test_modify_a_video_is_read_back(call: Caller) -> None:
    """UpdateVideoInfo changes what it names and leaves the category alone."""
    values = {
        "Title": "New Title",
        "Description": "New Description",
        "CoverURL": "http://192.168.0.0/16/tps/TB1qnJ1PVXXXXXCXXXXXXXXXXXX-700-700.png",
        "Tags": "tag1,tag2",
    }

    answer = call("UpdateVideoInfo", {"VideoId": OPENING_MATCH, **values})

    assert set(answer.body) == {"RequestId"}
    video = call("GetVideoInfo", {"VideoId": OPENING_MATCH}).body["Video"]
    assert {name: video[name] for name in values} == values
    assert video["CateName"] == "Sports"


def test_modify_videos_changes_both_and_lists_the_unknown(call: Caller) -> None:
    """UpdateVideoInfos takes its items as JSON text."""
    content = [
        {"VideoId": OPENING_MATCH, "Title": "New Sample Title1", "Tags": "NewTag1,NewTag2"},
        {"VideoId": SECOND, "Title": "New Sample Title2", "Tags": "NewTag3,NewTag4"},
        {"VideoId": NOBODY, "Title": "Nobody"},
    ]

    answer = call("UpdateVideoInfos", {"UpdateContent": json.dumps(content)})

    assert answer.body["NonExistVideoIds"] == [NOBODY]
    videos = call("GetVideoInfos", {"VideoIds": f"{OPENING_MATCH},{SECOND}"}).body["VideoList"]
    assert [(video["Title"], video["Tags"]) for video in videos] == [
        ("New Sample Title1", "NewTag1,NewTag2"),
        ("New Sample Title2", "NewTag3,NewTag4"),
    ]


def test_delete_videos_removes_them_for_good(call: Caller) -> None:
    """DeleteVideo takes several ids; a second call finds nothing."""
    answer = call("DeleteVideo", {"VideoIds": f"{OPENING_MATCH},{SECOND}"})

    assert set(answer.body) == {"RequestId"}
    again = call("DeleteVideo", {"VideoIds": f"{OPENING_MATCH},{SECOND}"})
    assert again.body["NonExistVideoIds"] == [OPENING_MATCH, SECOND]
    assert call("GetVideoInfo", {"VideoId": OPENING_MATCH}).code == "InvalidVideo.NotFound"


def test_query_source_file_gives_its_address(call: Caller) -> None:
    """GetMezzanineInfo with a validity of five hours."""
    answer = call("GetMezzanineInfo", {"VideoId": OPENING_MATCH, "AuthTimeout": str(3600 * 5)})

    assert answer.at("Mezzanine.FileName") == "tidy-0001.mp4"
    assert "auth_key=" in str(answer.at("Mezzanine.FileURL"))


def test_query_videos_by_filter_gives_a_wrapped_page(call: Caller) -> None:
    """GetVideoList by the time of creation, in UTC."""
    start, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC)
    expected = sum(start.timestamp() <= video.created <= end.timestamp() for video in library().videos)

    answer = call(
        "GetVideoList",
        {"StartTime": "2025-01-01T00:00:00Z", "EndTime": "2025-03-01T00:00:00Z", "PageNo": "1", "PageSize": "20"},
    )

    assert answer.at("Total") == expected
    assert answer.at("VideoList.Video.#") == min(20, expected)


def test_delete_a_stream_leaves_the_others(call: Caller) -> None:
    """DeleteStream by the job ids that GetPlayInfo gives."""
    streams = call("GetPlayInfo", {"VideoId": MANY_STREAMS}).body["PlayInfoList"]["PlayInfo"]
    doomed = [stream["JobId"] for stream in streams[:2]]

    answer = call("DeleteStream", {"VideoId": MANY_STREAMS, "JobIds": ",".join(doomed)})

    assert set(answer.body) == {"RequestId"}
    left = call("GetPlayInfo", {"VideoId": MANY_STREAMS}).body["PlayInfoList"]["PlayInfo"]
    assert [stream["JobId"] for stream in left] == [stream["JobId"] for stream in streams[2:]]


def test_delete_source_files_keeps_the_one_that_is_played(call: Caller) -> None:
    """DeleteMezzanines lists what it could not remove; the record and the streams stay."""
    answer = call("DeleteMezzanines", {"VideoIds": f"{SOURCE_TO_DROP},{SOURCE_SERVED},{NOBODY}"})

    assert answer.body["NonExistVideoIds"] == [NOBODY]
    assert answer.body["UnRemoveableVideoIds"] == [SOURCE_SERVED]
    assert call("GetMezzanineInfo", {"VideoId": SOURCE_TO_DROP}).at("Mezzanine.Status") == "Deleted"
    assert call("GetPlayInfo", {"VideoId": SOURCE_TO_DROP}).code == ""


def test_modify_images_wraps_the_unknown(call: Caller) -> None:
    """UpdateImageInfos is the one operation whose list of unknown ids is wrapped."""
    content = [
        {"ImageId": POSTER, "Title": "New Sample Title1", "Tags": "NewTag1,NewTag2"},
        {"ImageId": NOBODY, "Title": "New Sample Title2", "Tags": "NewTag3,NewTag4"},
    ]

    answer = call("UpdateImageInfos", {"UpdateContent": json.dumps(content)})

    assert answer.body["NonExistImageIds"]["ImageId"] == [NOBODY]
    assert call("GetImageInfo", {"ImageId": POSTER}).at("ImageInfo.Tags") == "NewTag1,NewTag2"


def test_query_an_image_gives_one_object(call: Caller) -> None:
    """GetImageInfo with a validity of one day."""
    answer = call("GetImageInfo", {"ImageId": POSTER, "AuthTimeout": str(3600 * 24)})

    assert answer.at("ImageInfo.Title") == "Glass Mountain poster"
    assert answer.at("ImageInfo.Mezzanine.Width") == 640


def test_query_images_gives_a_bare_list_under_the_same_name(call: Caller) -> None:
    """GetImageInfos: the page that comes with the examples."""
    answer = call("GetImageInfos", {"ImageIds": f"{POSTER},{NOBODY}", "AuthTimeout": "3600", "OutputType": "cdn"})

    assert [image["ImageId"] for image in answer.body["ImageInfo"]] == [POSTER]
    assert answer.body["NonExistImageIds"] == [NOBODY]


def test_delete_image_by_address_removes_that_image(call: Caller) -> None:
    """DeleteImage by the URL that was read, signature and all."""
    url = str(call("GetImageInfo", {"ImageId": POSTER}).at("ImageInfo.URL"))

    answer = call("DeleteImage", {"DeleteImageType": "ImageURL", "ImageURLs": url})

    assert set(answer.body) == {"RequestId"}
    assert call("GetImageInfo", {"ImageId": POSTER}).code == "NoSuchResource"


def test_delete_image_by_a_foreign_address_finds_nothing(call: Caller) -> None:
    """The address of the example itself belongs to no image of the library."""
    answer = call("DeleteImage", {"DeleteImageType": "ImageURL", "ImageURLs": "http://192.168.0.0/16/cover.jpg"})

    assert (answer.status, answer.code) == (404, "NoSuchResource")


def test_delete_image_by_id_removes_them_all(call: Caller) -> None:
    """DeleteImage by several ids."""
    answer = call("DeleteImage", {"DeleteImageType": "ImageId", "ImageIds": f"{POSTER},{BANNER}"})

    assert set(answer.body) == {"RequestId"}
    assert call("GetImageInfos", {"ImageIds": f"{POSTER},{BANNER}"}).body["NonExistImageIds"] == [POSTER, BANNER]


def test_delete_image_by_video_and_type_removes_its_snapshots(call: Caller) -> None:
    """DeleteImage by a video and a type of snapshot leaves the other types."""
    answer = call(
        "DeleteImage", {"DeleteImageType": "VideoId", "VideoId": OPENING_MATCH, "ImageType": "SpriteSnapshot"}
    )

    assert set(answer.body) == {"RequestId"}
    gone = call("ListSnapshots", {"VideoId": OPENING_MATCH, "SnapshotType": "SpriteSnapshot"})
    kept = call("ListSnapshots", {"VideoId": OPENING_MATCH, "SnapshotType": "NormalSnapshot"})
    assert gone.code == "NoSuchResource"
    assert kept.at("MediaSnapshot.Total") == 8


def test_both_clients_sign_as_the_log_says(call: Caller, emulator: RunningEmulator) -> None:
    """The call log names operation, ids and key of what the SDK sent."""
    call("GetVideoInfos", {"VideoIds": f"{OPENING_MATCH},{SECOND}"})

    (record,) = emulator.calls()
    assert record.action == "GetVideoInfos"
    assert record.ids == (OPENING_MATCH, SECOND)
    assert (record.status, record.code, record.key) == (200, "", emulator.access_key_id)
