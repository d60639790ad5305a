"""What the contract suite cannot show: the other answers to open questions, applications, and counts at their limits."""

import json

import pytest

from tests.unit.emulator.conftest import MakeApp
from tests.unit.emulator.wire import NOW, v3
from vodplan.emulator.app import EmulatorApp
from vodplan.emulator.demo.tidy import OPENING_MATCH, POSTER
from vodplan.emulator.errors import Refusal
from vodplan.emulator.operations import OPERATIONS
from vodplan.emulator.quotas import Quotas
from vodplan.emulator.settings import (
    AllMissing,
    CategoryClear,
    EmulatorSettings,
    KeyPair,
    LengthUnit,
    OverLength,
    TagStorage,
)

VIDEO = {"VideoId": OPENING_MATCH}
NOBODY = "deadbeefdeadbeefdeadbeefdeadbeef"


def _video(app: EmulatorApp) -> dict[str, object]:
    video: dict[str, object] = v3(app, "GetVideoInfo", VIDEO).json["Video"]
    return video


def test_cover_address_is_signed_and_its_update_is_stored_bare(app: EmulatorApp) -> None:
    """Writing back the address that was read keeps our own picture, without its signature."""
    url = str(_video(app)["CoverURL"])
    path = f"/media/cover/{OPENING_MATCH}.svg"
    assert url.startswith(f"http://emulator{path}?auth_key=")

    v3(app, "UpdateVideoInfo", {**VIDEO, "CoverURL": url})

    assert app.state.db.videos([OPENING_MATCH])[0].cover == path


def test_update_moves_the_time_of_modification(app: EmulatorApp) -> None:
    """The only sign of drift that the service gives."""
    v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "x"})

    assert _video(app)["ModificationTime"] == "2027-01-15T08:00:00Z"


def test_empty_text_leaves_the_field_where_the_settings_say_so(make_app: MakeApp) -> None:
    """The other answer to "does an empty string clear?"."""
    app = make_app(empty_clears=False)

    v3(app, "UpdateVideoInfo", {**VIDEO, "Description": "", "Tags": ""})

    assert _video(app)["Description"] == "First game of the season"


def test_category_cannot_be_cleared_where_the_settings_say_so(make_app: MakeApp) -> None:
    """The other answer to "can CateId be cleared?"."""
    app = make_app(category_clear=CategoryClear.REFUSED)

    assert v3(app, "UpdateVideoInfo", {**VIDEO, "CateId": "0"}).code == "InvalidCateId.NotFound"
    assert _video(app)["CateName"] == "Sports"


def test_tags_are_normalised_where_the_settings_say_so(make_app: MakeApp) -> None:
    """Trimmed, each once, in their order."""
    app = make_app(tag_storage=TagStorage.NORMALISED)

    v3(app, "UpdateVideoInfo", {**VIDEO, "Tags": " b, a,b,,"})

    assert _video(app)["Tags"] == "b,a"


def test_limits_count_characters_where_the_settings_say_so(make_app: MakeApp) -> None:
    """128 characters of Chinese instead of 128 bytes."""
    app = make_app(length_unit=LengthUnit.CHARACTERS)

    assert v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "题" * 128}).code == ""
    assert v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "题" * 129}).code == "InvalidParameter"


def test_over_length_is_cut_where_the_settings_say_so(make_app: MakeApp) -> None:
    """At a whole character, never in the middle of one."""
    app = make_app(over_length=OverLength.CUT)

    v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "题" * 43, "Tags": ",".join(f"t{n}" for n in range(20))})

    assert _video(app)["Title"] == "题" * 42
    assert str(_video(app)["Tags"]).count(",") == 15


@pytest.mark.parametrize("action", ["GetVideoInfos", "DeleteVideo"])
def test_batch_without_any_found_is_an_error_where_the_settings_say_so(make_app: MakeApp, action: str) -> None:
    """The code that the pages list beside the list of missing ids."""
    app = make_app(all_missing=AllMissing.ERROR)

    assert v3(app, action, {"VideoIds": NOBODY}).code == "InvalidVideo.NotFound"
    assert v3(app, action, {"VideoIds": f"{NOBODY},{OPENING_MATCH}"}).json["NonExistVideoIds"] == [NOBODY]


@pytest.mark.parametrize("status", ["Uploading", "UploadFail", "Blocked"])
def test_update_of_an_unready_video_is_refused_where_the_settings_say_so(make_app: MakeApp, status: str) -> None:
    """The other answer to "may metadata change during an upload, or while blocked?"."""
    app = make_app(update_while_uploading=False)
    app.state.edit(video=OPENING_MATCH, values={"Status": status})

    reply = v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "x"})

    assert (reply.status, reply.code) == (403, "Forbidden.IllegalStatus")


def test_status_of_too_many_items_follows_the_settings(make_app: MakeApp) -> None:
    """The code is documented, its HTTP status is not."""
    app = make_app(count_exceeded_status=403)
    content = json.dumps([{"VideoId": OPENING_MATCH}] * 21)

    reply = v3(app, "UpdateVideoInfos", {"UpdateContent": content})

    assert (reply.status, reply.code) == (403, "CountExceededMax")


def test_category_names_and_root_follow_their_switches(make_app: MakeApp) -> None:
    """Duplicates refused, the root shown."""
    app = make_app(duplicate_category_names=False, root_category_shown=True)

    assert v3(app, "AddCategory", {"CateName": "Sports", "ParentId": "1000100"}).code == "InvalidParameter"
    assert v3(app, "UpdateCategory", {"CateId": "1000102", "CateName": "Sports"}).code == "InvalidParameter"
    assert v3(app, "GetCategories").json["Category"]["CateId"] == -1


def test_hundred_and_first_child_of_a_category_is_refused(app: EmulatorApp) -> None:
    """The limit of children, reached for real."""
    codes = [v3(app, "AddCategory", {"CateName": f"n{n}", "ParentId": "1000900"}).code for n in range(101)]

    assert codes == [""] * 100 + ["SubTotalExceededMax"]
    page = v3(app, "GetCategories", {"CateId": "1000900", "PageSize": "100"}).json
    assert (page["SubTotal"], len(page["SubCategories"]["Category"])) == (100, 100)


def test_id_of_a_deleted_category_is_not_given_again(app: EmulatorApp) -> None:
    """An id means one category for ever."""
    first = v3(app, "AddCategory", {"CateName": "a"}).json["Category"]["CateId"]
    v3(app, "DeleteCategory", {"CateId": str(first)})

    assert v3(app, "AddCategory", {"CateName": "b"}).json["Category"]["CateId"] > first


def test_deleted_category_leaves_its_media_without_one(app: EmulatorApp) -> None:
    """Videos and images of the whole subtree lose the assignment and are themselves untouched."""
    before = v3(app, "GetVideoList").json["Total"]
    v3(app, "DeleteCategory", {"CateId": "1000200"})

    assert "CateId" not in v3(app, "GetImageInfo", {"ImageId": POSTER}).json["ImageInfo"]
    assert v3(app, "GetVideoList", {"CateId": "1000202"}).json["Total"] == 0
    assert v3(app, "GetVideoList").json["Total"] == before


def test_media_of_a_closed_application_are_forbidden_or_missing(make_app: MakeApp) -> None:
    """A key without rights to an application finds its media in the lists, and cannot change them."""
    key = KeyPair(id="guest", secret="s", apps=("app-other",))
    app = make_app(keys=(key,))
    content = json.dumps([{"VideoId": OPENING_MATCH, "Title": "x"}, {"VideoId": NOBODY, "Title": "x"}])

    updated = v3(app, "UpdateVideoInfos", {"UpdateContent": content}, key=key).json
    deleted = v3(app, "DeleteVideo", {"VideoIds": f"{OPENING_MATCH},{NOBODY}"}, key=key).json
    source = v3(app, "DeleteMezzanines", {"VideoIds": OPENING_MATCH}, key=key).json
    batch = v3(app, "BatchGetMediaInfos", {"MediaIds": OPENING_MATCH}, key=key).json

    assert (updated["ForbiddenVideoIds"], updated["NonExistVideoIds"]) == ([OPENING_MATCH], [NOBODY])
    assert (deleted["ForbiddenVideoIds"], deleted["NonExistVideoIds"]) == ([OPENING_MATCH], [NOBODY])
    assert source["UnRemoveableVideoIds"] == [OPENING_MATCH]
    assert batch["ForbiddenMediaIds"] == [OPENING_MATCH]
    assert v3(app, "GetVideoInfo", VIDEO, key=key).code == "Forbidden"
    assert v3(app, "SearchMedia", key=key).json["Total"] == 0
    assert v3(app, "GetVideoList", key=key).json["Total"] == 0
    assert _video(app)["Title"] == "Opening match"


def test_same_upload_session_gives_the_same_job_for_ten_minutes(make_app: MakeApp) -> None:
    """`SessionId` is the only thing that keeps a repeated submission from making another video."""
    now = [NOW]
    app = make_app(clock=lambda: now[0])
    params = {"UploadURLs": "https://a.example/b.mp4", "SessionId": "s-1"}
    jobs = [v3(app, "UploadMediaByURL", params).json["UploadJobs"] for _ in range(2)]
    now[0] += 601

    later = v3(app, "UploadMediaByURL", params, at=now[0]).json["UploadJobs"]

    assert jobs[0] == jobs[1] != later
    assert v3(app, "SearchMedia", {"Match": "Title = 'b.mp4'"}, at=now[0]).json["Total"] == 2


def test_quota_lets_the_documented_rate_through_and_no_more(make_app: MakeApp) -> None:
    """30 calls of UpdateVideoInfos in any one second; the next second is another."""
    now = [NOW]
    app = make_app(clock=lambda: now[0], quotas=True)
    content = {"UpdateContent": json.dumps([{"VideoId": NOBODY, "Title": "x"}])}
    codes = [v3(app, "UpdateVideoInfos", content).code for _ in range(31)]
    other = v3(app, "GetVideoInfo", VIDEO)
    now[0] += 1.01

    assert codes == [""] * 30 + ["Throttling.User"]
    assert other.code == ""
    assert v3(app, "UpdateVideoInfos", content, at=now[0]).code == ""


@pytest.mark.parametrize(("region", "rate"), [("ap-southeast-1", 80), ("eu-central-1", 40)])
def test_quota_of_uploads_is_that_of_the_region(make_app: MakeApp, region: str, rate: int) -> None:
    """Four regions take twice as many."""
    app = make_app(quotas=True, region=region)

    codes = [v3(app, "CreateUploadImage", {"ImageType": "default"}).code for _ in range(rate + 1)]

    assert codes == [""] * rate + ["Throttling.User"]


def test_quota_of_pulls_is_counted_by_the_day() -> None:
    """200,000 in any 24 hours."""
    quotas = Quotas(EmulatorSettings(), {name: one.quota("cn-shanghai") for name, one in OPERATIONS.items()})
    for _ in range(200_000):
        quotas.take("UploadMediaByURL", NOW)

    with pytest.raises(Refusal, match=r"Throttling\.User"):
        quotas.take("UploadMediaByURL", NOW + 86_399)
    quotas.take("UploadMediaByURL", NOW + 86_400)


def test_quota_answer_follows_the_settings(make_app: MakeApp) -> None:
    """429 with a wait, where one wants to see that."""
    app = make_app(quotas=True, quota_overrides={"GetVideoInfo": 1}, throttle_status=429, throttle_retry_after_ms=250)
    v3(app, "GetVideoInfo", VIDEO)

    reply = v3(app, "GetVideoInfo", VIDEO)

    assert (reply.status, reply.headers["x-acs-retry-after"]) == (429, "250")


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("GetVideoInfo", {"VideoId": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")}),
        ("UpdateVideoInfos", {"UpdateContent": '[{"VideoId":"x","Title":"\\ud800"}]'}),
        ("UpdateVideoInfos", {"UpdateContent": "[" * 2000}),
        ("UpdateVideoInfos", {"UpdateContent": '[{"VideoId":["x"]}]'}),
        ("GetCategories", {"CateId": "9" * 30}),
        ("SearchMedia", {"Match": "Size = (99999999999999999999999,)"}),
        ("GetVideoInfo", {"VideoId": "x' OR '1'='1"}),
        ("GetVideoList", {"PageNo": "99999999999999999"}),
    ],
)
def test_hostile_parameter_is_refused_and_never_a_crash(app: EmulatorApp, action: str, params: dict[str, str]) -> None:
    """4xx with a code, whatever comes."""
    reply = v3(app, action, params)

    assert 400 <= reply.status < 500
    assert reply.code
