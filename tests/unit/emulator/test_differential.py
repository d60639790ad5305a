"""The emulator against a model of a page's length: the same random operations, the same answers, step for step."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.emulator.wire import NOW, v3
from vodplan.emulator.app import EmulatorApp, create_app
from vodplan.emulator.records import ROOT, Category, Image, Library, Source, Stream, Video
from vodplan.emulator.settings import EmulatorSettings

VIDEO_IDS = [f"{n:032x}" for n in range(1, 7)]
IMAGE_IDS = [f"{n:032x}" for n in range(101, 104)]
UNKNOWN = "f" * 32
TITLE_BYTES, TAG_BYTES, MOST_TAGS = 128, 32, 16

video_ids = st.sampled_from([*VIDEO_IDS, UNKNOWN])
image_ids = st.sampled_from([*IMAGE_IDS, UNKNOWN])
letters = st.sampled_from("abAB xy终场题'%_\"")
texts = st.text(letters, max_size=12) | st.sampled_from(["题" * 42, "题" * 43, "x" * 128, "x" * 129])
tag_lists = st.lists(st.sampled_from(["a", "b", "新闻", "x" * 32, "x" * 33]), max_size=18).map(",".join)
video_items = st.fixed_dictionaries(
    {}, optional={"Title": texts, "Tags": tag_lists, "CoverURL": st.sampled_from(["", "http://x/y.jpg"])}
)


@dataclass
class ModelVideo:
    """What the model knows of a video; None for a field that was never set or was cleared."""

    title: str | None
    tags: str | None = None
    cover: str | None = None
    category: int | None = None
    streams: list[str] = field(default_factory=list)
    source: bool = True
    served: bool = False


@dataclass
class ModelCategory:
    """What the model knows of a category."""

    name: str
    parent: int
    level: int


def too_long(item: dict[str, Any]) -> bool:
    """Whether the service refuses the texts of an item."""
    tags = [tag.strip() for tag in item.get("Tags", "").split(",") if tag.strip()]
    return (
        len(item.get("Title", "").encode()) > TITLE_BYTES
        or len(tags) > MOST_TAGS
        or any(len(tag.encode()) > TAG_BYTES for tag in item.get("Tags", "").split(","))
    )


class Differential(RuleBasedStateMachine):
    """Each rule makes one signed call and asks the model what must come back."""

    app: EmulatorApp

    @initialize()
    def begin(self) -> None:
        """A small library, the same on both sides."""
        self.app = create_app(":memory:", settings=EmulatorSettings(clock=lambda: NOW))
        categories = [
            Category(id=10, name="News", parent=ROOT, level=0),
            Category(id=11, name="Sub", parent=10, level=1),
        ]
        source = Source(file_name="a.mp4", size=1, width=1, height=1, bitrate=1, fps=25, md5="0")
        videos, images = [], []
        self.videos: dict[str, ModelVideo] = {}
        self.images: dict[str, str | None] = {}
        for place, video_id in enumerate(VIDEO_IDS):
            jobs = [f"{video_id[-2:]}{n:030x}" for n in range(2)]
            streams = tuple(
                Stream(job_id=job, definition="LD", format="mp4", width=1, height=1, bitrate=1, size=1) for job in jobs
            )
            served = place == 2
            videos.append(
                Video(id=video_id, title=f"title {place}", created=place, modified=place, category=11 if place % 2 else 10,
                      streams=streams, source=replace(source, served=served), duration=1.0)
            )  # fmt: skip
            category = 11 if place % 2 else 10
            self.videos[video_id] = ModelVideo(f"title {place}", category=category, streams=jobs, served=served)
        for place, image_id in enumerate(IMAGE_IDS):
            images.append(
                Image(id=image_id, title=f"image {place}", created=place, modified=place, path=f"/media/{place}")
            )
            self.images[image_id] = f"image {place}"
        self.categories = {10: ModelCategory("News", ROOT, 0), 11: ModelCategory("Sub", 10, 1)}
        self.app.state.db.load(
            Library(categories=tuple(categories), videos=tuple(videos), images=tuple(images), attached=())
        )

    def teardown(self) -> None:
        """Close the database of this run."""
        if hasattr(self, "app"):
            self.app.state.db.close()

    def _apply(self, video_id: str, item: dict[str, Any]) -> None:
        video = self.videos[video_id]
        if "Title" in item:
            video.title = item["Title"] or None
        if "Tags" in item:
            video.tags = item["Tags"] or None
        if "CoverURL" in item:
            video.cover = item["CoverURL"] or None
        if "CateId" in item:
            video.category = int(item["CateId"]) or None

    @rule(video_id=video_ids, item=video_items)
    def update_one(self, video_id: str, item: dict[str, str]) -> None:
        """A missing video is reported before a text that is too long."""
        code = v3(self.app, "UpdateVideoInfo", {"VideoId": video_id, **item}).code
        if video_id not in self.videos:
            assert code == "InvalidVideo.NotFound"
        elif too_long(item):
            assert code == "InvalidParameter"
        else:
            assert code == ""
            self._apply(video_id, item)

    @rule(content=st.lists(st.tuples(video_ids, video_items), min_size=1, max_size=21))
    def update_many(self, content: list[tuple[str, dict[str, str]]]) -> None:
        """All of a batch that exist, or nothing at all."""
        items = [{"VideoId": video_id, **item} for video_id, item in content]
        reply = v3(self.app, "UpdateVideoInfos", {"UpdateContent": json.dumps(items)})
        if len(items) > 20:
            assert reply.code == "CountExceededMax"
        elif any(too_long(item) for item in items):
            assert reply.code == "InvalidParameter"
        else:
            missing = [item["VideoId"] for item in items if item["VideoId"] not in self.videos]
            assert reply.json.get("NonExistVideoIds", []) == missing
            for item in items:
                if item["VideoId"] in self.videos:
                    self._apply(item["VideoId"], item)

    @rule(video_id=video_ids, category=st.sampled_from([0, 10, 11, 999]))
    def move(self, video_id: str, category: int) -> None:
        """Into a category, or out of all with 0."""
        code = v3(self.app, "UpdateVideoInfo", {"VideoId": video_id, "CateId": str(category)}).code
        if video_id not in self.videos:
            assert code == "InvalidVideo.NotFound"
        elif category and category not in self.categories:
            assert code == "InvalidCateId.NotFound"
        else:
            assert code == ""
            self._apply(video_id, {"CateId": category})

    @precondition(lambda self: len(self.videos) > 2)
    @rule(ids=st.lists(video_ids, min_size=1, max_size=2, unique=True))
    def delete_videos(self, ids: list[str]) -> None:
        """The missing are listed, the others go."""
        reply = v3(self.app, "DeleteVideo", {"VideoIds": ",".join(ids)})
        assert reply.json.get("NonExistVideoIds", []) == [video_id for video_id in ids if video_id not in self.videos]
        for video_id in ids:
            self.videos.pop(video_id, None)

    @rule(video_id=video_ids, owner=st.sampled_from(VIDEO_IDS), place=st.integers(0, 1))
    def delete_stream(self, video_id: str, owner: str, place: int) -> None:
        """A job of another video, or one already gone, is not found."""
        job = f"{owner[-2:]}{place:030x}"
        code = v3(self.app, "DeleteStream", {"VideoId": video_id, "JobIds": job}).code
        if video_id not in self.videos:
            assert code == "InvalidVideo.NotFound"
        elif job not in self.videos[video_id].streams:
            assert code == "InvalidStream.NotFound"
        else:
            assert code == ""
            self.videos[video_id].streams.remove(job)

    @rule(ids=st.lists(video_ids, min_size=1, max_size=3, unique=True), force=st.booleans())
    def delete_sources(self, ids: list[str], force: bool) -> None:
        """A played source stays without force."""
        reply = v3(self.app, "DeleteMezzanines", {"VideoIds": ",".join(ids), "Force": str(force)}).json
        present = [video_id for video_id in ids if video_id in self.videos]
        kept = [
            video_id
            for video_id in present
            if self.videos[video_id].source and self.videos[video_id].served and not force
        ]
        assert reply.get("NonExistVideoIds", []) == [video_id for video_id in ids if video_id not in present]
        assert reply.get("UnRemoveableVideoIds", []) == kept
        for video_id in present:
            if video_id not in kept:
                self.videos[video_id].source = False

    @rule(image_id=image_ids, title=texts)
    def update_image(self, image_id: str, title: str) -> None:
        """A text too long refuses even for an image that is missing."""
        content = json.dumps([{"ImageId": image_id, "Title": title}])
        reply = v3(self.app, "UpdateImageInfos", {"UpdateContent": content})
        if len(title.encode()) > TITLE_BYTES:
            assert reply.code == "InvalidParameter"
        elif image_id not in self.images:
            assert reply.json["NonExistImageIds"] == {"ImageId": [image_id]}
        else:
            self.images[image_id] = title or None

    @precondition(lambda self: len(self.images) > 1)
    @rule(image_id=image_ids)
    def delete_image(self, image_id: str) -> None:
        """Gone, or never there."""
        code = v3(self.app, "DeleteImage", {"DeleteImageType": "ImageId", "ImageIds": image_id}).code
        assert code == ("" if image_id in self.images else "NoSuchResource")
        self.images.pop(image_id, None)

    @rule(name=st.sampled_from(["A", "B", "分类", "x" * 64, "x" * 65]), pick=st.integers(0, 9))
    def add_category(self, name: str, pick: int) -> None:
        """Three levels and no more; names may repeat."""
        parents = [ROOT, 999, *sorted(self.categories)]
        parent = parents[pick % len(parents)]
        params = {"CateName": name} | ({} if parent == ROOT else {"ParentId": str(parent)})
        reply = v3(self.app, "AddCategory", params)
        level = 0 if parent == ROOT else self.categories[parent].level + 1 if parent in self.categories else -1
        if len(name) > 64:
            assert reply.code == "InvalidParameter"
        elif level < 0:
            assert reply.code == "InvalidCateId.NotFound"
        elif level > 2:
            assert reply.code == "LevelExceededMax"
        else:
            made = reply.json["Category"]
            assert (made["CateName"], made["Level"], made["ParentId"]) == (name, level, parent)
            assert made["CateId"] not in self.categories
            self.categories[made["CateId"]] = ModelCategory(name, parent, level)

    @rule(pick=st.integers(0, 9), name=st.sampled_from(["Renamed", "新名"]))
    def rename_category(self, pick: int, name: str) -> None:
        """The id stays."""
        ids = [999, *sorted(self.categories)]
        number = ids[pick % len(ids)]
        code = v3(self.app, "UpdateCategory", {"CateId": str(number), "CateName": name}).code
        assert code == ("" if number in self.categories else "InvalidCateId.NotFound")
        if number in self.categories:
            self.categories[number].name = name

    @precondition(lambda self: len(self.categories) > 1)
    @rule(pick=st.integers(0, 9))
    def delete_category(self, pick: int) -> None:
        """The subtree goes, media stay without a category."""
        number = sorted(self.categories)[pick % len(self.categories)]
        assert v3(self.app, "DeleteCategory", {"CateId": str(number)}).code == ""
        doomed = {number}
        while more := {key for key, node in self.categories.items() if node.parent in doomed} - doomed:
            doomed |= more
        for key in doomed:
            del self.categories[key]
        for video in self.videos.values():
            if video.category in doomed:
                video.category = None

    @rule(word=st.text(letters, min_size=1, max_size=3).filter(lambda text: not set("'\"") & set(text)))
    def search_title(self, word: str) -> None:
        """Contains, in any case of the Latin letters."""
        self._search_title(word)

    def _search_title(self, word: str) -> None:
        expected = {video_id for video_id, video in self.videos.items() if word.lower() in (video.title or "").lower()}
        reply = v3(self.app, "SearchMedia", {"Match": f"Title = '{word}'", "PageSize": "100"}).json
        assert {item["MediaId"] for item in reply["MediaList"]} == expected
        assert reply["Total"] == len(expected)

    def _search_category(self, number: int) -> None:
        expected = {video_id for video_id, video in self.videos.items() if video.category == number}
        found = v3(self.app, "SearchMedia", {"Match": f"CateId = {number}"}).json["MediaList"]
        listed = v3(self.app, "GetVideoList", {"CateId": str(number)}).json["VideoList"]["Video"]
        assert {item["MediaId"] for item in found} == expected
        assert {video["VideoId"] for video in listed} == expected

    @invariant()
    def same(self) -> None:
        """After every step all reads agree with the model."""
        if not hasattr(self, "app"):
            return
        reply = v3(self.app, "BatchGetMediaInfos", {"MediaIds": ",".join([*VIDEO_IDS, UNKNOWN])}).json
        assert reply["NonExistMediaIds"] == [key for key in [*VIDEO_IDS, UNKNOWN] if key not in self.videos]
        for info in reply["MediaInfos"]:
            video = self.videos[info["MediaId"]]
            basic = info["MediaInfo"]
            assert (basic.get("Title"), basic.get("Tags"), basic.get("CoverURL")) == (
                video.title,
                video.tags,
                video.cover,
            )
            name = None if video.category is None else self.categories[video.category].name
            assert (basic.get("CateId"), basic.get("CateName")) == (video.category, name)
            assert [stream["JobId"] for stream in info["PlayInfoList"]] == video.streams
            assert info["MezzanineInfo"]["Status"] == ("Normal" if video.source else "Deleted")
        for number in (10, 11):
            self._search_category(number)
        self._search_title("a")
        images = v3(self.app, "GetImageInfos", {"ImageIds": ",".join(IMAGE_IDS)}).json["ImageInfo"]
        assert {image["ImageId"]: image.get("Title") for image in images} == self.images


TestDifferential = Differential.TestCase
TestDifferential.settings = settings(
    max_examples=40,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
