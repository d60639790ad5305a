"""The category tree of the demo library; the numbers are fixed, since manifests and tests name them."""

from vodplan.emulator.records import ROOT, Category

from .picks import moment

_TREE: tuple[tuple[int, str], ...] = (
    (1000100, "News"),
    (1000101, "News/Sports"),
    (1000102, "News/Soccer"),
    (1000103, "News/World"),
    (1000104, "News/Weather"),
    (1000200, "Film"),
    (1000201, "Film/Trailers"),
    (1000202, "Film/Trailers/2024"),
    (1000203, "Film/Trailers/2025"),
    (1000204, "Film/Posters"),
    (1000205, "Film/Behind the Scenes"),
    (1000300, "Courses"),
    (1000301, "Courses/Mathematics"),
    (1000302, "Courses/Mathematics/Algebra"),
    (1000303, "Courses/Mathematics/Geometry"),
    (1000304, "Courses/Physics"),
    (1000305, "Courses/Languages"),
    (1000400, "Products"),
    (1000401, "Products/Tutorials"),
    (1000402, "Products/Launches"),
    (1000403, "Products/Banners"),
    (1000500, "Music"),
    (1000501, "Music/Live"),
    (1000502, "Music/Interviews"),
    (1000600, "少儿"),
    (1000601, "少儿/动画"),
    (1000602, "少儿/儿歌"),
    (1000700, "纪录片"),
    (1000701, "纪录片/自然"),
    (1000702, "纪录片/自然/海洋"),
    (1000703, "纪录片/城市"),
    (1000800, "Legal"),
    (1000900, "Old"),
)

_MATERIAL: tuple[tuple[int, str], ...] = (
    (2000100, "Video effects"),
    (2000101, "Video effects/Openers"),
    (2000200, "Stickers"),
    (2000201, "Stickers/Seasons"),
    (2000300, "Subtitles"),
    (2000301, "Subtitles/English"),
    (2000302, "Subtitles/中文"),
)


def _nodes(rows: tuple[tuple[int, str], ...], kind: str) -> tuple[Category, ...]:
    ids = {path: number for number, path in rows}
    return tuple(
        Category(
            id=number,
            name=path.rpartition("/")[2],
            parent=ids.get(path.rpartition("/")[0], ROOT),
            level=path.count("/"),
            type=kind,
            created=moment(2021, 1, 4) + place * 60,
        )
        for place, (number, path) in enumerate(rows)
    )


CATEGORIES = _nodes(_TREE, "default") + _nodes(_MATERIAL, "material")
IDS = {path: number for number, path in _TREE + _MATERIAL}
"""Category path to id."""
