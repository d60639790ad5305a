"""The rest of the demo library: believable, by the hundred, with an untidy corner like every real one."""

from vodplan.emulator.records import Attached, Image, Video

from .picks import DAY, identifier, moment, number, pick, source_for, streams_for
from .tree import IDS

_PLACES = ("Lisbon", "Chengdu", "Nairobi", "Oslo", "Quito", "Xiamen", "Leipzig", "Osaka", "Porto", "Harbin")
_CITIES = ("成都", "厦门", "哈尔滨", "杭州", "西安", "广州", "苏州", "昆明", "青岛", "拉萨")
_PEOPLE = ("Ana Duarte", "Li Wei", "Tomas Berg", "Chen Yu", "Mara Okello", "Jonas Falk", "周琳", "Ines Prado")
_TOPICS = ("fractions", "vectors", "logarithms", "triangles", "probability", "sequences", "matrices", "limits")
_ANIMALS = ("海龟", "雪豹", "白鹤", "江豚", "金丝猴", "藏羚羊", "候鸟", "珊瑚")

_PATTERNS: tuple[tuple[str, str, str, str], ...] = (
    ("News/Sports", "{place} open, round {n}", "Report from {place}, with {person}", "sports,{low}"),
    ("News/Soccer", "{place} United: match {n}", "Goals and reactions", "soccer,{low}"),
    ("News/World", "Letter from {place}, no. {n}", "{person} reports", "world,{low}"),
    ("News/Weather", "{city}天气预报 第{n}期", "未来三天天气", "天气,{city}"),
    ("Film/Trailers/2024", "{place} by Night: clip {n}", "From the 2024 programme", "trailer"),
    ("Film/Trailers/2025", "The {place} Letters: clip {n}", "From the 2025 programme", "trailer,2025"),
    ("Film/Behind the Scenes", "On set in {place}, day {n}", "With {person}", "making-of"),
    ("Courses/Mathematics", "Lesson {n}: {topic}", "{person} at the board", "mathematics,{topic}"),
    ("Courses/Mathematics/Algebra", "代数练习 第{n}讲", "习题与讲解", "数学,代数"),
    ("Courses/Physics", "物理实验 第{n}讲", "在{city}实验室录制", "物理,实验"),
    ("Courses/Languages", "Everyday phrases, unit {n}", "At the station in {place}", "languages"),
    ("Products/Tutorials", "How to: tip {n}", "Two minutes with {person}", "tutorial"),
    ("Products/Launches", "{city}发布会 第{n}场", "产品经理{person}介绍新功能", "launch,{city}"),
    ("Music/Live", "{person} live in {place}, set {n}", "One take, no cuts", "music,live"),
    ("Music/Interviews", "Five questions for {person} ({n})", "Backstage in {place}", "music,interview"),
    ("少儿/动画", "小{animal}的一天 第{n}集", "适合三岁以上儿童", "少儿,动画"),
    ("少儿/儿歌", "儿歌:{animal}之歌 {n}", "跟着唱", "少儿,儿歌"),
    ("纪录片/自然", "{animal}的故乡 第{n}集", "摄制于{city}附近", "纪录片,自然"),
    ("纪录片/自然/海洋", "海洋日记 第{n}集:{animal}", "水下摄影", "纪录片,海洋"),
    ("纪录片/城市", "{city}的清晨 第{n}集", "城市系列", "纪录片,{city}"),
    ("Legal", "Hearing {n}, {place} (do not delete)", "Kept for the record", "keep,legal"),
)

_UNFINISHED = ("Uploading", "UploadFail", "UploadSucc", "Transcoding", "TranscodeFail", "Checking", "Blocked",
               "ProduceFail")  # fmt: skip
_UNTIDY_TITLES = ("untitled", "final_FINAL(2).mp4", "<b>NEW</b> & improved \"cut\" <script>alert(1)</script>",
                  "MOV_0042", "新建视频", "Re: Fwd: clip for monday", "  spaces around  ", "👍 fan reactions 🎉",
                  "=SUM(A1:A9)", "'; DROP TABLE videos; --")  # fmt: skip
_UNTIDY_TAGS = (" sports", "SPORTS,Sports", "news,,", "a,b,a", "teaser ,trailer", "未分类", "")


def _text(pattern: str, place: int) -> str:
    town = pick(_PLACES, place, "place")
    return pattern.format(
        n=1 + place // len(_PATTERNS),
        place=town,
        low=town.lower(),
        city=pick(_CITIES, place, "city"),
        person=pick(_PEOPLE, place, "person"),
        topic=pick(_TOPICS, place, "topic"),
        animal=pick(_ANIMALS, place, "animal"),
    )


def video(place: int) -> Video:
    """The bulk video of this number: every seventeenth is untidy, every twenty-third is not ready."""
    video_id = identifier("bulk", place)
    category, title, description, tags = _PATTERNS[place % len(_PATTERNS)]
    untidy = place % 17 == 5
    status = pick(_UNFINISHED, video_id, "status") if place % 23 == 7 else "Normal"
    uploaded = status not in ("Uploading", "UploadFail")
    playable = status in ("Normal", "Checking", "Blocked")
    height = pick((480, 720, 1080, 1080, 2160), video_id, "height")
    duration = (20.0 + number(3_600, video_id, "length") + number(100, video_id, "hundredths") / 100) * uploaded
    source = source_for(video_id, duration=duration, height=height, file_name=f"upload-{place:05d}.mp4")
    created = moment(2021, 1, 10) + number(2_080, video_id, "day") * DAY + number(DAY, video_id, "second")
    return Video(
        id=video_id,
        title=pick(_UNTIDY_TITLES, video_id, "title") if untidy else _text(title, place),
        created=created,
        modified=created + number(90, video_id, "edited") * DAY,
        reference_id=f"legacy-{place:06d}" if place % 50 == 3 else None,
        description=None if place % 9 == 4 else _text(description, place) + ("\n" if untidy else ""),
        tags=(pick(_UNTIDY_TAGS, video_id, "tags") or None) if untidy else _text(tags, place),
        category=None if untidy and place % 2 else IDS[category],
        cover=None if untidy or not uploaded else f"/media/cover/{video_id}.svg",
        status=status,
        duration=duration,
        size=source.size,
        source=source if uploaded else None,
        streams=streams_for(video_id, duration=duration, height=height, formats=("mp4", "m3u8")) if playable else (),
        snapshots=(("CoverSnapshot", 3), ("NormalSnapshot", 6)) if playable else (),
    )


def audio(place: int) -> Video:
    """The audio of this number: an episode of a podcast."""
    audio_id = identifier("audio", place)
    duration = 900.0 + number(2_700, audio_id, "length")
    created = moment(2023, 3, 1) + place * 14 * DAY
    source = source_for(audio_id, duration=duration, height=480, file_name=f"podcast-{place:03d}.mp3")
    return Video(
        id=audio_id,
        media_type="audio",
        title=_text("Podcast {n}: {person} on {topic}", place * len(_PATTERNS)),
        created=created,
        modified=created,
        tags="podcast",
        category=IDS["Music/Interviews"],
        duration=duration,
        size=int(duration * 16_000),
        source=source,
    )


def image(place: int) -> Image:
    """The bulk image of this number: posters, banners and own covers."""
    image_id = identifier("bulk image", place)
    cover = place % 5 == 0
    created = moment(2022, 6, 1) + number(1_500, image_id, "day") * DAY
    kind = "cover" if cover else "default"
    return Image(
        id=image_id,
        title=_text(
            "Cover for {place} {n}" if cover else pick(("{place} poster {n}", "{city}海报 {n}"), place), place * 21
        ),
        created=created,
        modified=created,
        path=f"/media/image/{kind}/{image_id}.png",
        description=None if place % 3 else _text("Printed in {place}", place),
        tags=None if place % 11 == 2 else ("cover" if cover else "poster"),
        category=None if place % 13 == 6 else IDS[pick(("Film/Posters", "Products/Banners"), place, "shelf")],
        image_type=kind,
        status="Uploading" if place % 47 == 11 else "Normal",
        file_name=f"art-{place:04d}.png",
        width=640,
        height=360,
        size=12_000 + number(20_000, image_id, "size"),
    )


def attached(place: int) -> Attached:
    """The auxiliary asset of this number: a watermark, a subtitle or material, in turn."""
    media_id = identifier("attached", place)
    kind, title, shelf, suffix = (
        ("watermark", "Corner logo {n}", None, "png"),
        ("subtitle", "Subtitles for episode {n}", "Subtitles/English", "vtt"),
        ("material", "Opener from {place} {n}", "Video effects/Openers", "png"),
    )[place % 3]
    created = moment(2024, 1, 8) + place * 5 * DAY
    return Attached(
        id=media_id,
        business_type=kind,
        title=_text(title, place * 21),
        created=created,
        modified=created,
        path=f"/media/attached/{media_id}.{suffix}",
        description=None if place % 4 else "Second version",
        tags=None if place % 3 == 0 else kind,
        categories=() if shelf is None else (IDS[shelf],),
        file_name=f"asset-{place:03d}.{suffix}",
        size=2_000 + number(4_000, media_id, "size"),
    )
