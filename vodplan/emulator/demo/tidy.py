"""The tidy corner of the demo library: the assets that example manifests name, id by id."""

from dataclasses import replace

from vodplan.emulator.records import Image, Video

from .picks import DAY, identifier, moment, number, source_for, streams_for
from .tree import IDS

OPENING_MATCH = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
EXPIRED_LICENCE = "11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
EXPIRED_TRAILER = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
SOURCE_TO_DROP = "22f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
SOURCE_SERVED = "23f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
MANY_STREAMS = "33f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
POSTER = "aaf1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
OLD_POSTER = "bbf1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
BANNER = "ccf1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"

_LIST: tuple[tuple[str | None, str | None, str, str | None, str, str], ...] = (
    # id (None: made from the place), reference, title, description, tags, category
    (OPENING_MATCH, None, "Opening match", "First game of the season", "sports,final", "News/Sports"),
    (None, "cms-000121", "Harbour City v Riverside: highlights", "All four goals, two saves", "sports", "News/Sports"),
    (None, "cms-000122", "Marathon 2025: the last ten kilometres", "Helicopter and bike cameras", "sports,running",
     "News/Sports"),
    (None, "cms-000123", "Cup final: extra time", "From minute 91 to the whistle", "sports,final", "News/Sports"),
    (None, "cms-000124", "Table tennis open, women's singles", "Best of seven", "sports,table-tennis", "News/Sports"),
    (None, "cms-000125", "Winter games: opening day", "Slopestyle and curling", "sports,winter", "News/Sports"),
    (None, "cms-000126", "Transfer window: who moved where", "Studio talk", "sports,studio", "News/Sports"),
    (None, None, "The long jump, frame by frame", "Slow motion at 240 frames", "sports,athletics", "News/Sports"),
    (None, None, "Swimming relay: the record", None, "sports,swimming", "News/Sports"),
    (None, None, "Coach on the bench: an afternoon", "A portrait", "sports,portrait", "News/Sports"),
    (None, None, "Derby day", "Both ends of the stadium", "sports,soccer", "News/Soccer"),
    (None, None, "Penalties explained", "Why keepers dive left", "sports,soccer,explainer", "News/Soccer"),
    (None, None, "Under 17: three talents", "Training ground visit", "sports,soccer", "News/Soccer"),
    (None, None, "Offside in ninety seconds", "Animated", "soccer,explainer", "News/Soccer"),
    (None, None, "Away fans on the night train", "Reportage", "soccer,reportage", "News/Soccer"),
    (None, None, "Groundskeepers", "Grass at minus four degrees", "soccer,portrait", "News/Soccer"),
    (None, None, "Ports of the north", "Trade after the thaw", "world,economy", "News/World"),
    (None, None, "Election night in four capitals", "Correspondents' round", "world,politics", "News/World"),
    (None, None, "The bridge at Lantau", "Engineering report", "world,engineering", "News/World"),
    (None, None, "Market prices this week", None, "world,economy", "News/World"),
    (None, None, "Glass Mountain: teaser", "In cinemas from March", "trailer,teaser", "Film/Trailers"),
    (None, None, "Glass Mountain: main trailer", "In cinemas from March", "trailer", "Film/Trailers"),
    (None, None, "The Night Ferry: teaser", "A thriller on water", "trailer,teaser", "Film/Trailers"),
    (None, None, "The Night Ferry: main trailer", "A thriller on water", "trailer", "Film/Trailers"),
    (None, None, "Paper Lanterns: main trailer", "Family film", "trailer,family", "Film/Trailers"),
    (None, None, "Paper Lanterns: on set", "Building the village", "making-of,family", "Film/Behind the Scenes"),
    (None, None, "Second unit: a day of rain", "How weather is shot", "making-of", "Film/Behind the Scenes"),
    (None, None, "一元二次方程", "第三课:配方法与求根公式", "数学,代数", "Courses/Mathematics/Algebra"),
    (None, None, "因式分解入门", "第一课:提取公因式", "数学,代数", "Courses/Mathematics/Algebra"),
    (None, None, "函数与图像", "第五课:一次函数", "数学,函数", "Courses/Mathematics/Algebra"),
    (None, None, "勾股定理的三种证明", "第二课:面积法", "数学,几何", "Courses/Mathematics/Geometry"),
    (None, None, "圆的切线", "第六课", "数学,几何", "Courses/Mathematics/Geometry"),
    (None, None, "Proof by induction", "Dominoes, then algebra", "mathematics,proof", "Courses/Mathematics"),
    (None, None, "牛顿第二定律", "实验:斜面小车", "物理,力学", "Courses/Physics"),
    (None, None, "光的折射", "实验:水槽与激光", "物理,光学", "Courses/Physics"),
    (None, None, "Pendulums and clocks", "With a home experiment", "physics,experiment", "Courses/Physics"),
    (None, None, "Mandarin tones, one by one", "Listen and repeat", "languages,mandarin", "Courses/Languages"),
    (None, None, "Getting started in five minutes", "Account, key, first upload", "tutorial,basics",
     "Products/Tutorials"),
    (None, None, "Uploading from a browser", "Resumable uploads", "tutorial,upload", "Products/Tutorials"),
    (None, None, "Choosing a transcoding template", "Cost against quality", "tutorial,transcoding",
     "Products/Tutorials"),
    (None, None, "Signed URLs, step by step", "Why links expire", "tutorial,security", "Products/Tutorials"),
    (None, None, "Spring launch keynote", "Recorded in Hangzhou", "launch,keynote", "Products/Launches"),
    (None, None, "Quartet in the tram depot", "Live, one take", "music,live", "Music/Live"),
    (None, None, "On writing a second album", "Interview", "music,interview", "Music/Interviews"),
    (EXPIRED_LICENCE, None, "Licensed concert 2019 (rights until 2025)", "Rights ended", "music,licensed",
     "Music/Live"),
    (EXPIRED_TRAILER, None, "Old campaign trailer", "Replaced by the main trailer", "trailer,expired",
     "Film/Trailers"),
    (SOURCE_TO_DROP, None, "Archive: harbour fog, 4K master", "Only the streams are needed now", "archive",
     "News/Weather"),
    (SOURCE_SERVED, None, "Archive: aurora, played from its source", "The source is the only 4K stream", "archive",
     "News/Weather"),
    (MANY_STREAMS, None, "Every rendition there is", "LD to 2K, in mp4, m3u8 and flv", "archive,renditions",
     "News/World"),
)  # fmt: skip


def _video(place: int, row: tuple[str | None, str | None, str, str | None, str, str]) -> Video:
    given, reference, title, description, tags, category = row
    video_id = given or identifier("tidy", place)
    duration = 90.0 + number(1_800, video_id, "length") + number(100, video_id, "hundredths") / 100
    height = 2160 if given in (SOURCE_TO_DROP, SOURCE_SERVED) else 1080
    source = source_for(
        video_id, duration=duration, height=height, file_name=f"tidy-{place:04d}.mp4", served=given == SOURCE_SERVED
    )
    created = moment(2025, 2, 1) + place * 3 * DAY
    formats = ("mp4", "m3u8", "flv") if given == MANY_STREAMS else ("mp4", "m3u8")
    return Video(
        id=video_id,
        title=title,
        created=created,
        modified=created + 600,
        reference_id=reference,
        description=description,
        tags=tags,
        category=IDS[category],
        cover=f"/media/cover/{video_id}.svg",
        duration=duration,
        size=source.size,
        source=source,
        streams=streams_for(video_id, duration=duration, height=min(height, 1080), formats=formats),
        snapshots=(("CoverSnapshot", 3), ("NormalSnapshot", 8), ("SpriteSnapshot", 1), ("SpriteOriginSnapshot", 8)),
    )


VIDEOS = tuple(_video(place, row) for place, row in enumerate(_LIST, start=1))


def _image(image_id: str, title: str, category: str, tags: str, description: str | None) -> Image:
    created = moment(2025, 5, 5) + number(90, image_id) * DAY
    return Image(
        id=image_id,
        title=title,
        created=created,
        modified=created,
        path=f"/media/image/default/{image_id}.png",
        description=description,
        tags=tags,
        category=IDS[category],
        file_name=f"{title.lower().replace(' ', '-')}.png",
        width=640,
        height=360,
        size=18_000 + number(9_000, image_id, "size"),
    )


IMAGES = (
    _image(POSTER, "Glass Mountain poster", "Film/Posters", "poster,2025", "Front page"),
    _image(OLD_POSTER, "Old campaign poster", "Film/Posters", "poster,expired", None),
    _image(BANNER, "Spring launch banner", "Products/Banners", "banner", "1200 pixels wide"),
    *(
        _image(identifier("tidy image", place), title, "Film/Posters", "poster", None)
        for place, title in enumerate(("The Night Ferry poster", "Paper Lanterns poster", "Lantau poster"), start=1)
    ),
)
IMAGES = (IMAGES[0], replace(IMAGES[1], image_type="cover"), *IMAGES[2:])
