"""The suite as data: one row is one call, run by both of the vendor's SDKs; a new operation adds rows.

`CODES` holds the documented codes of each operation; a test asks that a row shows each of them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from vodplan.emulator.demo import library
from vodplan.emulator.demo.tidy import (
    BANNER,
    MANY_STREAMS,
    OLD_POSTER,
    OPENING_MATCH,
    POSTER,
    SOURCE_SERVED,
    SOURCE_TO_DROP,
)
from vodplan.emulator.records import Video

NOBODY = "deadbeefdeadbeefdeadbeefdeadbeef"
LIB = library()
SECOND, REFERENCED, THIRD = LIB.videos[7].id, "cms-000123", LIB.videos[9].id
AUDIO = next(video.id for video in LIB.videos if video.media_type == "audio")
WATERMARK, SUBTITLE, MATERIAL = (asset.id for asset in LIB.attached[:3])
UNREADY = next(video.id for video in LIB.videos if video.status == "Uploading")
BLOCKED = next(video.id for video in LIB.videos if video.status == "Blocked")
TWENTY_ONE = ",".join(f"{n:032x}" for n in range(21))
TWENTY = ",".join(video.id for video in LIB.videos[:20])
JOB = next(video for video in LIB.videos if video.id == MANY_STREAMS).streams[0].job_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """A call afterwards and what must be found in its answer (a code under the path `code`)."""

    operation: str
    params: Mapping[str, str]
    expect: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One call: its story, its parameters, and what must come back.

    expect: path in the answer to value; absent: paths that must not be there.
    before: calls that bring the library into the state that the row is about.
    faults: a fault plan for the time of the call, for failures that only a broken service gives.
    """

    operation: str
    story: str
    params: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    status: int = 200
    expect: Mapping[str, object] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    then: tuple[Then, ...] = ()
    before: tuple[tuple[str, Mapping[str, str]], ...] = ()
    faults: tuple[Mapping[str, object], ...] = ()

    @property
    def name(self) -> str:
        """The row's name in reports."""
        return f"{self.operation}-{self.story.replace(' ', '-')}"


CODES: dict[str, tuple[str, ...]] = {
    "SearchMedia": ("SortByExceededMax", "ErrorMatchSyntax", "InvalidScrollToken.Expired"),
    "GetVideoInfo": ("InvalidVideo.NotFound",),
    "GetVideoInfos": (),
    "GetVideoList": ("VideoListExceededMax",),
    "BatchGetMediaInfos": (),
    "GetMezzanineInfo": ("InvalidVideo.NotFound", "InvalidFile.NotFound"),
    "GetPlayInfo": (
        "Forbidden.IllegalStatus",
        "InvalidVideo.NotFound",
        "InvalidVideo.NoneStream",
        "Forbidden.AliyunVoDEncryption",
    ),
    "UpdateVideoInfo": ("InvalidVideo.NotFound",),
    "UpdateVideoInfos": ("CountExceededMax",),
    "DeleteVideo": ("VideoIdsExceededMax", "DeleteVideoFailed"),
    "DeleteMezzanines": (),
    "DeleteStream": ("JobIdsExceededMax", "InvalidVideo.NotFound", "InvalidStream.NotFound", "DeleteStreamFailed"),
    "GetImageInfo": ("NoSuchResource",),
    "GetImageInfos": (),
    "UpdateImageInfos": (),
    "DeleteImage": ("NoSuchResource",),
    "CreateUploadImage": (),
    "ListSnapshots": ("InvalidVideo.NotFound", "NoSuchResource", "Forbidden.IllegalStatus"),
    "GetCategories": ("InvalidCateId.NotFound",),
    "AddCategory": ("LevelExceededMax", "SubTotalExceededMax", "InvalidCateId.NotFound"),
    "UpdateCategory": ("InvalidCateId.NotFound",),
    "DeleteCategory": ("InvalidCateId.NotFound",),
    "GetAttachedMediaInfo": ("ExceededMax",),
    "UpdateAttachedMediaInfos": (),
    "DeleteAttachedMedia": (),
    "UploadMediaByURL": ("InvalidParameter.UploadURLs",),
    "RefreshUploadVideo": ("InvalidVideo.Damaged", "InvalidVideo.NotFound"),
    "RestoreMedia": (),
    "ChangeResourceGroup": (),
}
"""Operation to the codes its page documents; those that the defaults never give stand in `SWITCHED`."""

SWITCHED = {
    ("GetVideoInfos", "InvalidVideo.NotFound"): "all_missing=error",
    ("DeleteVideo", "InvalidVideo.NotFound"): "all_missing=error",
    ("GetVideoList", "InvalidVideo.NotFound"): "never given: an empty list is a list",
}


def items(*values: Mapping[str, object]) -> dict[str, str]:
    """An `UpdateContent`."""
    return {"UpdateContent": json.dumps(values, ensure_ascii=False)}


def bad(code: str, status: int = 400) -> dict[str, object]:
    """The outcome of a refused call."""
    return {"code": code, "status": status}


def _row(operation: str, story: str, params: Mapping[str, str] | None = None, **rest: object) -> Row:
    return Row(operation=operation, story=story, params=params or {}, **rest)  # type: ignore[arg-type]  # table data


def _unchanged(video_id: str = OPENING_MATCH, title: str = "Opening match") -> tuple[Then, ...]:
    return (Then(operation="GetVideoInfo", params={"VideoId": video_id}, expect={"Video.Title": title}),)


def _read(**expect: object) -> tuple[Then, ...]:
    paths = {f"Video.{name}": value for name, value in expect.items()}
    return (Then(operation="GetVideoInfo", params={"VideoId": OPENING_MATCH}, expect=paths),)


def _video(video_id: str) -> Video:
    return next(video for video in LIB.videos if video.id == video_id)


ONE = {"VideoId": OPENING_MATCH}
ABSENT = object()
"""In `expect`: nothing must stand at that path."""

_READS = (
    _row("SearchMedia", "default page", expect={"Total": 1000, "MediaList.#": 10, "MediaList.0.MediaType": "video"}),
    _row("SearchMedia", "only id type and time", absent=("MediaList.0.Video.Title",)),
    _row("SearchMedia", "fields", {"Fields": "Title,Status", "Match": f"VideoId='{OPENING_MATCH}'"},
         expect={"MediaList.0.Video.Title": "Opening match", "MediaList.0.Video.Status": "Normal"}),
    _row("SearchMedia", "snapshots are bare", {"Fields": "Snapshots", "Match": f"VideoId='{OPENING_MATCH}'"},
         expect={"MediaList.0.Video.Snapshots.#": 3}),
    _row("SearchMedia", "several ids", {"Match": f"VideoId in ('{OPENING_MATCH}','{SECOND}')"}, expect={"Total": 2}),
    _row("SearchMedia", "audio", {"SearchType": "audio", "Fields": "Title"},
         expect={"Total": 20, "MediaList.0.MediaType": "audio"}),
    _row("SearchMedia", "image", {"SearchType": "image", "Fields": "Title,URL", "Match": f"ImageId = '{POSTER}'"},
         expect={"Total": 1, "MediaList.0.Image.Title": "Glass Mountain poster"}, absent=("ScrollToken",)),
    _row("SearchMedia", "attached", {"SearchType": "attached", "Fields": "Title", "Match": f"MediaId = '{SUBTITLE}'"},
         expect={"Total": 1, "MediaList.0.AttachedMedia.MediaId": SUBTITLE}),
    _row("SearchMedia", "nothing found", {"Match": "Title = 'no such title at all'"},
         expect={"Total": 0, "MediaList.#": 0}),
    _row("SearchMedia", "page of one hundred", {"PageSize": "100", "PageNo": "10"}, expect={"MediaList.#": 100}),
    _row("SearchMedia", "four sorts", {"SortBy": ",".join(["CreationTime:Asc"] * 4)}, **bad("SortByExceededMax")),
    _row("SearchMedia", "two sorts and a token",
         {"SortBy": "CreationTime:Desc,ModificationTime:Asc", "ScrollToken": "0" * 32}, **bad("SortByExceededMax")),
    _row("SearchMedia", "bad match", {"Match": "Title = "}, **bad("ErrorMatchSyntax")),
    _row("SearchMedia", "unknown token", {"ScrollToken": "0" * 32}, **bad("InvalidScrollToken.Expired")),
    _row("SearchMedia", "page over one hundred", {"PageSize": "101"}, **bad("InvalidParameter")),
    _row("SearchMedia", "past five thousand", {"PageSize": "100", "PageNo": "51"}, **bad("InvalidParameter")),
    _row("GetVideoInfo", "by id", ONE, expect={"Video.Title": "Opening match", "Video.Snapshots.Snapshot.#": 3}),
    _row("GetVideoInfo", "by reference", {"ReferenceId": REFERENCED},
         expect={"Video.Title": "Cup final: extra time", "Video.ReferenceId": REFERENCED}),
    _row("GetVideoInfo", "audio too", {"VideoId": AUDIO}, expect={"Video.VideoId": AUDIO}),
    _row("GetVideoInfo", "unset fields are absent", {"VideoId": AUDIO},
         absent=("Video.CoverURL", "Video.Snapshots", "Video.ReferenceId", "Video.UserData", "Video.Description")),
    _row("GetVideoInfo", "nobody", {"VideoId": NOBODY}, **bad("InvalidVideo.NotFound", 404)),
    _row("GetVideoInfo", "neither id nor reference", {}, **bad("MissingVideoId")),
    _row("GetVideoInfo", "malformed reference", {"ReferenceId": "a b"}, **bad("InvalidParameter")),
    _row("GetVideoInfos", "twenty", {"VideoIds": TWENTY}, expect={"VideoList.#": 20}, absent=("NonExistVideoIds",)),
    _row("GetVideoInfos", "bare snapshots", {"VideoIds": OPENING_MATCH}, expect={"VideoList.0.Snapshots.#": 3}),
    _row("GetVideoInfos", "some missing", {"VideoIds": f"{NOBODY},{OPENING_MATCH}"},
         expect={"VideoList.#": 1, "NonExistVideoIds": [NOBODY]}),
    _row("GetVideoInfos", "all missing", {"VideoIds": NOBODY}, expect={"NonExistVideoIds": [NOBODY]}),
    _row("GetVideoInfos", "by references", {"ReferenceIds": f"{REFERENCED},cms-999999"},
         expect={"VideoList.0.ReferenceId": REFERENCED, "NonExistReferenceIds": ["cms-999999"]}),
    _row("GetVideoInfos", "an id twice comes once", {"VideoIds": f"{OPENING_MATCH},{OPENING_MATCH}"},
         expect={"VideoList.#": 1}),
    _row("GetVideoInfos", "twenty-one", {"VideoIds": TWENTY_ONE}, **bad("InvalidParameter")),
    _row("GetVideoInfos", "none", {}, **bad("MissingVideoIds")),
    _row("GetVideoList", "all", expect={"Total": 1020, "VideoList.Video.#": 10}),
    _row("GetVideoList", "wrapped snapshots", {"ReferenceIds": REFERENCED},
         expect={"Total": 1, "VideoList.Video.0.Snapshots.Snapshot.#": 3}),
    _row("GetVideoList", "by category and status", {"CateId": "1000102", "Status": "Normal,Blocked"},
         expect={"Total": sum(v.category == 1000102 and v.status in ("Normal", "Blocked") for v in LIB.videos)}),
    _row("GetVideoList", "oldest first", {"SortBy": "CreationTime:Asc", "PageSize": "1"},
         expect={"VideoList.Video.0.VideoId": min(LIB.videos, key=lambda v: v.created).id}),
    _row("GetVideoList", "past five thousand", {"PageSize": "100", "PageNo": "51"}, **bad("VideoListExceededMax")),
    _row("GetVideoList", "end before start",
         {"StartTime": "2025-02-01T00:00:00Z", "EndTime": "2025-01-01T00:00:00Z"}, **bad("InvalidParameter")),
    _row("GetVideoList", "unknown status", {"Status": "Sleeping"}, **bad("InvalidParameter")),
    _row("GetVideoList", "bad time", {"StartTime": "2025-02-01"}, **bad("InvalidParameter")),
    _row("BatchGetMediaInfos", "all parts bare", {"MediaIds": f"{OPENING_MATCH},{NOBODY}"},
         expect={"MediaInfos.0.MediaInfo.Title": "Opening match", "MediaInfos.0.PlayInfoList.#": 8,
                 "MediaInfos.0.MezzanineInfo.FileName": "tidy-0001.mp4", "NonExistMediaIds": [NOBODY]}),
    _row("BatchGetMediaInfos", "none", {}, **bad("MissingMediaIds")),
    _row("BatchGetMediaInfos", "twenty-one", {"MediaIds": TWENTY_ONE}, **bad("InvalidParameter")),
    _row("GetMezzanineInfo", "numbers are text", ONE, expect={"Mezzanine.Fps": "50.0000", "Mezzanine.Height": 1080}),
    _row("GetMezzanineInfo", "with streams", {**ONE, "AdditionType": "video,audio"},
         expect={"Mezzanine.VideoStreamList.0.Height": "1080", "Mezzanine.AudioStreamList.0.Channels": "2"}),
    _row("GetMezzanineInfo", "without streams", ONE, absent=("Mezzanine.VideoStreamList",)),
    _row("GetMezzanineInfo", "oss over its limit", {**ONE, "OutputType": "oss", "AuthTimeout": "2592001"},
         **bad("InvalidParameter")),
    _row("GetMezzanineInfo", "cdn has no limit", {**ONE, "AuthTimeout": "99999999"},
         expect={"Mezzanine.Status": "Normal"}),
    _row("GetMezzanineInfo", "nobody", {"VideoId": NOBODY}, **bad("InvalidVideo.NotFound", 404)),
    _row("GetMezzanineInfo", "record of the file lost", ONE, **bad("InvalidFile.NotFound", 404),
         faults=({"kind": "error", "status": 404, "code": "InvalidFile.NotFound"},)),
    _row("GetPlayInfo", "unknown watermark", {**ONE, "DigitalWatermarkType": "Rubber"}, **bad("InvalidParameter")),
    _row("GetPlayInfo", "a trace of 1025 characters", {**ONE, "Trace": "t" * 1_025}, **bad("InvalidParameter")),
    _row("GetPlayInfo", "a configuration that is no JSON", {**ONE, "PlayConfig": "{"}, **bad("InvalidParameter")),
    _row("GetPlayInfo", "a trace and a configuration", {**ONE, "Trace": "t" * 1_024, "PlayConfig": "{}"},
         expect={"VideoBase.VideoId": OPENING_MATCH}),
    _row("GetPlayInfo", "all streams", {"VideoId": MANY_STREAMS},
         expect={"PlayInfoList.PlayInfo.#": 12, "VideoBase.Title": "Every rendition there is"}),
    _row("GetPlayInfo", "filtered", {"VideoId": MANY_STREAMS, "Formats": "flv", "Definition": "HD,SD"},
         expect={"PlayInfoList.PlayInfo.#": 2}),
    _row("GetPlayInfo", "no stream fits", {"VideoId": MANY_STREAMS, "Definition": "4K"},
         **bad("InvalidVideo.NoneStream", 404)),
    _row("GetPlayInfo", "not normal", {"VideoId": BLOCKED}, **bad("Forbidden.IllegalStatus", 403)),
    _row("GetPlayInfo", "nobody", {"VideoId": NOBODY}, **bad("InvalidVideo.NotFound", 404)),
    _row("GetPlayInfo", "unknown definition", {**ONE, "Definition": "8K"}, **bad("InvalidParameter")),
    _row("GetPlayInfo", "only encrypted streams", ONE, **bad("Forbidden.AliyunVoDEncryption", 403),
         faults=({"kind": "error", "status": 403, "code": "Forbidden.AliyunVoDEncryption"},)),
    _row("ListSnapshots", "covers by default", ONE, expect={"MediaSnapshot.Total": 3}),
    _row("ListSnapshots", "a page", {**ONE, "SnapshotType": "NormalSnapshot", "PageNo": "2", "PageSize": "5"},
         expect={"MediaSnapshot.Total": 8, "MediaSnapshot.Snapshots.Snapshot.#": 3}),
    _row("ListSnapshots", "none of that type", {**ONE, "SnapshotType": "WebVttSnapshot"}, **bad("NoSuchResource", 404)),
    _row("ListSnapshots", "nobody", {"VideoId": NOBODY}, **bad("InvalidVideo.NotFound", 404)),
    _row("ListSnapshots", "not ready", {"VideoId": UNREADY}, **bad("Forbidden.IllegalStatus")),
    _row("ListSnapshots", "too short a validity", {**ONE, "AuthTimeout": "60"}, **bad("InvalidParameter")),
    _row("GetImageInfo", "one object", {"ImageId": POSTER}, expect={"ImageInfo.Title": "Glass Mountain poster"}),
    _row("GetImageInfo", "unset fields are absent", {"ImageId": OLD_POSTER}, absent=("ImageInfo.Description",)),
    _row("GetImageInfo", "nobody", {"ImageId": NOBODY}, **bad("NoSuchResource", 404)),
    _row("GetImageInfo", "none", {}, **bad("MissingImageId")),
    _row("GetImageInfos", "bare list", {"ImageIds": f"{POSTER},{BANNER},{NOBODY}"},
         expect={"ImageInfo.#": 2, "NonExistImageIds": [NOBODY]}),
    _row("GetImageInfos", "twenty-one", {"ImageIds": TWENTY_ONE}, **bad("InvalidParameter")),
    _row("GetCategories", "root", {"PageSize": "100"}, expect={"SubTotal": 9}, absent=("Category",)),
    _row("GetCategories", "one", {"CateId": "1000100", "SortBy": "CreationTime:Asc"},
         expect={"Category.CateName": "News", "Category.Level": 0, "Category.ParentId": -1, "SubTotal": 4,
                 "SubCategories.Category.0.CateName": "Sports", "SubCategories.Category.0.Level": 1}),
    _row("GetCategories", "material tree", {"Type": "material"}, expect={"SubTotal": 3}),
    _row("GetCategories", "nobody", {"CateId": "5"}, **bad("InvalidCateId.NotFound", 404)),
    _row("GetCategories", "no number", {"CateId": "News"}, **bad("InvalidParameter")),
    _row("GetAttachedMediaInfo", "two kinds", {"MediaIds": f"{WATERMARK},{MATERIAL},{NOBODY}"},
         expect={"AttachedMediaList.0.Type": "watermark", "AttachedMediaList.1.Categories.0.CateId": 2000101,
                 "NonExistMediaIds": [NOBODY]}, absent=("AttachedMediaList.0.Tags", "AttachedMediaList.0.Categories")),
    _row("GetAttachedMediaInfo", "twenty-one", {"MediaIds": TWENTY_ONE}, **bad("ExceededMax")),
)  # fmt: skip

_WRITES = (
    _row("UpdateVideoInfo", "title alone", {**ONE, "Title": "New"}, then=_read(Title="New", Tags="sports,final")),
    _row("UpdateVideoInfo", "128 bytes of title", {**ONE, "Title": "题" * 42 + "ab"},
         then=_read(Title="题" * 42 + "ab")),
    _row("UpdateVideoInfo", "129 bytes of title", {**ONE, "Title": "题" * 43}, **bad("InvalidParameter"),
         then=_unchanged()),
    _row("UpdateVideoInfo", "1024 bytes of description", {**ONE, "Description": "x" * 1024},
         then=_read(Description="x" * 1024)),
    _row("UpdateVideoInfo", "1025 bytes of description", {**ONE, "Description": "x" * 1025},
         **bad("InvalidParameter")),
    _row("UpdateVideoInfo", "sixteen tags", {**ONE, "Tags": ",".join(f"t{n}" for n in range(16))},
         then=_read(Tags=",".join(f"t{n}" for n in range(16)))),
    _row("UpdateVideoInfo", "seventeen tags", {**ONE, "Tags": ",".join(f"t{n}" for n in range(17))},
         **bad("InvalidParameter")),
    _row("UpdateVideoInfo", "a tag of 33 bytes", {**ONE, "Tags": "签" * 11}, **bad("InvalidParameter")),
    _row("UpdateVideoInfo", "tags are kept as written", {**ONE, "Tags": "b, a,b"}, then=_read(Tags="b, a,b")),
    _row("UpdateVideoInfo", "emoji is text", {**ONE, "Title": "goal 🎉"}, then=_read(Title="goal 🎉")),
    _row("UpdateVideoInfo", "by reference", {"ReferenceId": REFERENCED, "Title": "By reference"},
         then=(Then(operation="GetVideoInfo", params={"ReferenceId": REFERENCED},
                    expect={"Video.Title": "By reference"}),)),
    _row("UpdateVideoInfo", "into a category", {**ONE, "CateId": "1000102"}, then=_read(CateName="Soccer")),
    _row("UpdateVideoInfo", "out of its category", {**ONE, "CateId": "0"}, then=_read(CateId=ABSENT, CateName=ABSENT)),
    _row("UpdateVideoInfo", "into no category there is", {**ONE, "CateId": "77"},
         **bad("InvalidCateId.NotFound", 404)),
    _row("UpdateVideoInfo", "empty clears", {**ONE, "Description": "", "Tags": ""},
         then=_read(Description=ABSENT, Tags=ABSENT, Title="Opening match")),
    _row("UpdateVideoInfo", "cover as given", {**ONE, "CoverURL": "http://a/b c.png?x=1"},
         then=_read(CoverURL="http://a/b c.png?x=1")),
    _row("UpdateVideoInfo", "while uploading", {"VideoId": UNREADY, "Title": "Named"}),
    _row("UpdateVideoInfo", "nobody", {"VideoId": NOBODY, "Title": "x"}, **bad("InvalidVideo.NotFound", 404)),
    _row("UpdateVideoInfos", "two and one missing", items({"VideoId": OPENING_MATCH, "Title": "A"},
         {"VideoId": NOBODY, "Title": "B"}, {"ReferenceId": REFERENCED, "Title": "C"}),
         expect={"NonExistVideoIds": [NOBODY]}, absent=("ForbiddenVideoIds",), then=_read(Title="A")),
    _row("UpdateVideoInfos", "twenty-one", items(*({"VideoId": OPENING_MATCH, "Title": "x"} for _ in range(21))),
         **bad("CountExceededMax"), then=_unchanged()),
    _row("UpdateVideoInfos", "one bad item refuses all", items({"VideoId": OPENING_MATCH, "Title": "A"},
         {"VideoId": SECOND, "Title": "x" * 129}), **bad("InvalidParameter"), then=_unchanged()),
    _row("UpdateVideoInfos", "category as a number", items({"VideoId": OPENING_MATCH, "CateId": 1000103}),
         then=_read(CateName="World")),
    _row("UpdateVideoInfos", "not JSON", {"UpdateContent": "[{"}, **bad("InvalidParameter")),
    _row("UpdateVideoInfos", "an item without an id", items({"Title": "x"}), **bad("MissingVideoId")),
    _row("UpdateVideoInfos", "nothing at all", {}, **bad("MissingUpdateContent")),
    _row("DeleteVideo", "gone with its reference", {"ReferenceIds": REFERENCED}, absent=("NonExistVideoIds",),
         then=(Then(operation="GetVideoInfo", params={"ReferenceId": REFERENCED},
                    expect={"code": "InvalidVideo.NotFound"}),)),
    _row("DeleteVideo", "some missing", {"VideoIds": f"{SECOND},{NOBODY}"}, expect={"NonExistVideoIds": [NOBODY]},
         then=(Then(operation="GetVideoInfo", params={"VideoId": SECOND},
                    expect={"code": "InvalidVideo.NotFound"}),)),
    _row("DeleteVideo", "while uploading", {"VideoIds": UNREADY}, absent=("NonExistVideoIds",)),
    _row("DeleteVideo", "twenty-one", {"VideoIds": TWENTY_ONE}, **bad("VideoIdsExceededMax")),
    _row("DeleteVideo", "none", {}, **bad("MissingVideoIds")),
    _row("DeleteVideo", "service fails", {"VideoIds": OPENING_MATCH}, **bad("DeleteVideoFailed", 503),
         faults=({"kind": "error", "status": 503, "code": "DeleteVideoFailed", "operation": "DeleteVideo"},),
         then=_unchanged()),
    _row("DeleteMezzanines", "gone, streams stay", {"VideoIds": SOURCE_TO_DROP}, absent=("UnRemoveableVideoIds",),
         then=(Then(operation="GetMezzanineInfo", params={"VideoId": SOURCE_TO_DROP},
                    expect={"Mezzanine.Status": "Deleted", "Mezzanine.FileURL": ABSENT}),
               Then(operation="GetPlayInfo", params={"VideoId": SOURCE_TO_DROP},
                    expect={"PlayInfoList.PlayInfo.#": 8}))),
    _row("DeleteMezzanines", "a played one is kept", {"VideoIds": SOURCE_SERVED},
         expect={"UnRemoveableVideoIds": [SOURCE_SERVED]}),
    _row("DeleteMezzanines", "a played one by force", {"VideoIds": SOURCE_SERVED, "Force": "True"},
         absent=("UnRemoveableVideoIds",),
         then=(Then(operation="GetMezzanineInfo", params={"VideoId": SOURCE_SERVED},
                    expect={"Mezzanine.Status": "Deleted"}),)),
    _row("DeleteMezzanines", "force is no number", {"VideoIds": SOURCE_SERVED, "Force": "2"},
         **bad("InvalidParameter")),
    _row("DeleteStream", "one", {"VideoId": MANY_STREAMS, "JobIds": JOB},
         then=(Then(operation="GetPlayInfo", params={"VideoId": MANY_STREAMS},
                    expect={"PlayInfoList.PlayInfo.#": 11}),)),
    _row("DeleteStream", "of another video", {"VideoId": OPENING_MATCH, "JobIds": JOB},
         **bad("InvalidStream.NotFound", 404)),
    _row("DeleteStream", "of nobody", {"VideoId": NOBODY, "JobIds": JOB}, **bad("InvalidVideo.NotFound", 404)),
    _row("DeleteStream", "twenty-one", {"VideoId": MANY_STREAMS, "JobIds": TWENTY_ONE}, **bad("JobIdsExceededMax")),
    _row("DeleteStream", "none", {"VideoId": MANY_STREAMS}, **bad("MissingJobIds")),
    _row("DeleteStream", "service fails", {"VideoId": MANY_STREAMS, "JobIds": JOB}, **bad("DeleteStreamFailed", 503),
         faults=({"kind": "error", "status": 503, "code": "DeleteStreamFailed", "operation": "DeleteStream"},)),
    _row("UpdateImageInfos", "wrapped list of the missing", items({"ImageId": POSTER, "Title": "A", "CateId": "0"},
         {"ImageId": NOBODY, "Title": "B"}), expect={"NonExistImageIds.ImageId": [NOBODY]},
         then=(Then(operation="GetImageInfo", params={"ImageId": POSTER},
                    expect={"ImageInfo.Title": "A", "ImageInfo.CateId": ABSENT, "ImageInfo.Tags": "poster,2025"}),)),
    _row("UpdateImageInfos", "emoji", items({"ImageId": POSTER, "Title": "🎉"}), **bad("InvalidParameter")),
    _row("UpdateImageInfos", "a title of 129 bytes", items({"ImageId": POSTER, "Title": "x" * 129}),
         **bad("InvalidParameter")),
    _row("UpdateImageInfos", "twenty-one", items(*({"ImageId": POSTER} for _ in range(21))),
         **bad("CountExceededMax")),
    _row("DeleteImage", "by id", {"DeleteImageType": "ImageId", "ImageIds": f"{POSTER},{NOBODY}"},
         then=(Then(operation="GetImageInfo", params={"ImageId": POSTER}, expect={"code": "NoSuchResource"}),)),
    _row("DeleteImage", "nobody", {"DeleteImageType": "ImageId", "ImageIds": NOBODY}, **bad("NoSuchResource", 404)),
    _row("DeleteImage", "all snapshots", {"DeleteImageType": "VideoId", "VideoId": OPENING_MATCH, "ImageType": "All"},
         then=_read(Snapshots=ABSENT)),
    _row("DeleteImage", "snapshots of no type", {"DeleteImageType": "VideoId", "VideoId": OPENING_MATCH},
         **bad("MissingImageType")),
    _row("DeleteImage", "unknown kind", {"DeleteImageType": "Title"}, **bad("InvalidParameter")),
    _row("DeleteImage", "no kind", {"ImageIds": POSTER}, **bad("MissingDeleteImageType")),
    _row("CreateUploadImage", "a record at once", {"ImageType": "default", "Title": "New poster"},
         then=(Then(operation="SearchMedia", params={"SearchType": "image", "Match": "Title = 'New poster'"},
                    expect={"Total": 1}),)),
    _row("CreateUploadImage", "unknown extension", {"ImageType": "default", "ImageExt": "tiff"},
         **bad("InvalidParameter")),
    _row("CreateUploadImage", "no type", {}, **bad("MissingImageType")),
    _row("AddCategory", "top level", {"CateName": "分类 A"}, expect={"Category.CateName": "分类 A",
         "Category.Level": 0, "Category.ParentId": -1}),
    _row("AddCategory", "second of a name", {"CateName": "Sports", "ParentId": "1000100"},
         expect={"Category.Level": 1}),
    _row("AddCategory", "fourth level", {"CateName": "x", "ParentId": "1000302"}, **bad("LevelExceededMax")),
    _row("AddCategory", "third level of material", {"CateName": "x", "ParentId": "2000101"},
         **bad("LevelExceededMax")),
    _row("AddCategory", "top level of material", {"CateName": "x", "Type": "material"}, **bad("MissingParentId")),
    _row("AddCategory", "no such parent", {"CateName": "x", "ParentId": "5"}, **bad("InvalidCateId.NotFound", 404)),
    _row("AddCategory", "65 bytes of name", {"CateName": "x" * 65}, **bad("InvalidParameter")),
    _row("AddCategory", "a full parent", {"CateName": "x", "ParentId": "1000900"}, **bad("SubTotalExceededMax"),
         before=tuple(("AddCategory", {"CateName": f"n{n}", "ParentId": "1000900"}) for n in range(100))),
    _row("UpdateCategory", "media show the new name", {"CateId": "1000101", "CateName": "Games"},
         then=_read(CateName="Games", CateId=1000101)),
    _row("UpdateCategory", "nobody", {"CateId": "5", "CateName": "x"}, **bad("InvalidCateId.NotFound", 404)),
    _row("UpdateCategory", "no name", {"CateId": "1000101"}, **bad("MissingCateName")),
    _row("DeleteCategory", "with its subtree", {"CateId": "1000100"}, then=(
         *_read(CateId=ABSENT),
         Then(operation="GetCategories", params={"CateId": "1000102"}, expect={"code": "InvalidCateId.NotFound"}))),
    _row("DeleteCategory", "nobody", {"CateId": "5"}, **bad("InvalidCateId.NotFound", 404)),
    _row("DeleteCategory", "none", {}, **bad("MissingCateId")),
    _row("UpdateAttachedMediaInfos", "categories in one text",
         items({"MediaId": WATERMARK, "CateIds": "2000101,2000201", "Title": "W"}, {"MediaId": NOBODY}),
         expect={"NonExistMediaIds": [NOBODY]},
         then=(Then(operation="GetAttachedMediaInfo", params={"MediaIds": WATERMARK},
                    expect={"AttachedMediaList.0.Title": "W", "AttachedMediaList.0.Categories.#": 2}),)),
    _row("UpdateAttachedMediaInfos", "emoji", items({"MediaId": WATERMARK, "Title": "🎉"}), **bad("InvalidParameter")),
    _row("DeleteAttachedMedia", "some missing", {"MediaIds": f"{SUBTITLE},{NOBODY}"},
         expect={"NonExistMediaIds": [NOBODY]},
         then=(Then(operation="GetAttachedMediaInfo", params={"MediaIds": SUBTITLE},
                    expect={"NonExistMediaIds": [SUBTITLE]}),)),
    _row("DeleteAttachedMedia", "twenty-one", {"MediaIds": TWENTY_ONE}, **bad("ExceededMax")),
    _row("UploadMediaByURL", "a video is queued", {"UploadURLs": "https%3A%2F%2Forigin.example.org%2Fa.mp4"},
         expect={"UploadJobs.#": 1, "UploadJobs.0.SourceURL": "https://origin.example.org/a.mp4"}),
    _row("UploadMediaByURL", "a session of 51 characters", {"UploadURLs": "https://a.example/b.mp4",
         "SessionId": "s" * 51}, **bad("InvalidParameter")),
    _row("UploadMediaByURL", "metadata without a title", {"UploadURLs": "https://a.example/b.mp4",
         "UploadMetadatas": '[{"SourceURL": "https://a.example/b.mp4"}]'}, **bad("InvalidParameter")),
    _row("UploadMediaByURL", "no address", {"UploadURLs": "ftp://x/y"}, **bad("InvalidParameter.UploadURLs")),
    _row("RefreshUploadVideo", "a credential", ONE, expect={"VideoId": OPENING_MATCH}),
    _row("RefreshUploadVideo", "nobody", {"VideoId": NOBODY}, **bad("InvalidVideo.NotFound", 404)),
    _row("RefreshUploadVideo", "damaged", ONE, **bad("InvalidVideo.Damaged"),
         faults=({"kind": "error", "status": 400, "code": "InvalidVideo.Damaged"},)),
    _row("RestoreMedia", "standard storage is ignored", {"MediaIds": OPENING_MATCH},
         expect={"Success": True, "IgnoredList.MediaId": [OPENING_MATCH]}),
    _row("RestoreMedia", "too long", {"MediaIds": OPENING_MATCH, "RestoreDays": "366"}, **bad("InvalidParameter")),
    _row("ChangeResourceGroup", "accepted", {"ResourceId": "app-1000000", "ResourceGroupId": "rg-1",
         "ResourceRegionId": "cn-shanghai"}),
    _row("ChangeResourceGroup", "no group", {"ResourceId": "app-1000000", "ResourceRegionId": "cn-shanghai"},
         **bad("MissingResourceGroupId")),
)  # fmt: skip

ROWS = _READS + _WRITES
