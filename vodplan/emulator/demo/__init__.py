"""The demo library: 1,000 videos, 20 audios, 200 images and 30 auxiliary assets, the same on every machine.

Ids, titles, categories and times never change from one version to the next: example manifests name them.
"""

from functools import cache

from vodplan.emulator.records import Library

from . import bulk, tidy, tree


@cache
def library() -> Library:
    """The whole demo library, as records."""
    return Library(
        categories=tree.CATEGORIES,
        videos=(
            *tidy.VIDEOS,
            *(bulk.video(place) for place in range(1_000 - len(tidy.VIDEOS))),
            *(bulk.audio(place) for place in range(20)),
        ),
        images=(*tidy.IMAGES, *(bulk.image(place) for place in range(200 - len(tidy.IMAGES)))),
        attached=tuple(bulk.attached(place) for place in range(30)),
    )
