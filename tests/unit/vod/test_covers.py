"""Which pictures are uploaded already: what the index names, and what is believed of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from vodplan.core.coverfile import title_of
from vodplan.core.ports import Uploaded
from vodplan.vod.caller import Settle
from vodplan.vod.covers import CoverImages
from vodplan.vod.wire import Origin, Record

RED, BLUE = "a" * 64, "b" * 64


class Service:
    """Images as the index and the service have them; `calls` has what was asked."""

    def __init__(self, index: Mapping[str, str], images: Mapping[str, tuple[str, str, str]]) -> None:
        self.index = index
        self.images = images
        self.calls: list[str] = []

    async def call(self, operation: str, params: Mapping[str, str], *, settle: Settle | None = None) -> Record:
        """See `Api.call`."""
        self.calls.append(operation)
        origin = Origin(operation=operation, request_id="R")
        if operation == "SearchMedia":
            found = [
                {"MediaId": one, "MediaType": "image", "Image": {"Title": title}} for one, title in self.index.items()
            ]
            return Record({"Total": len(found), "MediaList": found}, origin)
        asked = params["ImageIds"].split(",")
        infos = [
            {"ImageId": one, "Title": title, "Status": status, "URL": url}
            for one, (title, status, url) in self.images.items()
            if one in asked
        ]
        missing = [one for one in asked if one not in self.images]
        return Record({"ImageInfo": infos, "NonExistImageIds": missing}, origin)


def test_image_is_believed_by_what_the_service_says_of_its_id() -> None:
    """Not one without a file yet, not one that was given another title, not one that is gone, not a likeness."""
    title = title_of(RED)
    service = Service(
        index={"good": title, "empty": title, "renamed": title, "gone": title, "like": f"{title}-copy"},
        images={
            "good": (title, "Normal", "http://h/good.jpg?auth_key=1"),
            "empty": (title, "Uploading", "http://h/empty.jpg"),
            "renamed": ("Poster", "Normal", "http://h/renamed.jpg"),
            "like": (f"{title}-copy", "Normal", "http://h/like.jpg"),
        },
    )

    found = asyncio.run(CoverImages(service).find([RED, BLUE]))

    assert found == {RED: ("http://h/good.jpg",)}
    assert service.calls == ["SearchMedia", "GetImageInfos"]


def test_image_of_this_process_is_found_though_the_index_does_not_know_it() -> None:
    """Its id is remembered, and nothing is searched for; that it is there is asked all the same."""
    service = Service(index={}, images={"own": (title_of(RED), "Normal", "http://h/own.jpg")})
    covers = CoverImages(service)
    covers.remember({RED: Uploaded(id="own", url="http://h/own.jpg")})

    assert asyncio.run(covers.find([RED])) == {RED: ("http://h/own.jpg",)}
    assert service.calls == ["GetImageInfos"]
    service.images = {}
    assert asyncio.run(covers.find([RED])) == {}
