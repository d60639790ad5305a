"""What stands between the wire and an operation: signatures, time, nonce, keys, tokens, permissions."""

import pytest

from tests.unit.emulator.conftest import MakeApp
from tests.unit.emulator.wire import NOW, Reply, send, v1, v3
from vodplan.emulator.app import EmulatorApp
from vodplan.emulator.demo.tidy import OPENING_MATCH
from vodplan.emulator.settings import KeyPair

VIDEO = {"VideoId": OPENING_MATCH}


def _refused(reply: Reply, status: int, code: str) -> None:
    assert (reply.status, reply.code) == (status, code)
    assert reply.json["RequestId"] == reply.headers["x-acs-request-id"]
    assert reply.json["HostId"] == "vod.cn-shanghai.aliyuncs.com"
    assert reply.json["Message"]
    assert code in reply.json["Recommend"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_v3_right_signature_is_admitted(app: EmulatorApp, method: str) -> None:
    """Both methods, parameters in the query."""
    assert v3(app, "GetVideoInfo", VIDEO, method=method).json["Video"]["VideoId"] == OPENING_MATCH


def test_v3_blank_sent_as_plus_is_re_encoded_for_the_check(app: EmulatorApp) -> None:
    """The SDK's URL says `+` where the signature says `%20`."""
    reply = v3(app, "SearchMedia", {"Match": "Title = 'Opening match'"}, plus=True)

    assert reply.json["Total"] == 1


def test_v3_query_in_another_order_is_sorted_for_the_check(app: EmulatorApp) -> None:
    """The order of the URL does not matter, only the canonical one."""
    assert v3(app, "GetVideoList", {"PageNo": "1", "PageSize": "5"}, backwards=True).status == 200


@pytest.mark.parametrize("form", [False, True])
def test_v1_right_signature_is_admitted(app: EmulatorApp, form: bool) -> None:
    """HMAC-SHA1 with the parameters in the query, or all of them in a form body."""
    assert v1(app, "GetVideoInfo", VIDEO, form=form).json["Video"]["VideoId"] == OPENING_MATCH


def test_v1_without_a_format_is_answered_in_xml(app: EmulatorApp) -> None:
    """XML is the documented default of version 1."""
    good = v1(app, "GetVideoInfo", VIDEO, change={"Format": None})
    bad = v1(app, "GetVideoInfo", {"VideoId": "nobody"}, change={"Format": None})

    several = v1(app, "GetVideoInfos", {"VideoIds": OPENING_MATCH}, change={"Format": None})

    assert b"<VideoList><VideoId>00f1c2d3" in several.body
    assert several.body.count(b"<Snapshots>http") == 3
    assert good.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?><GetVideoInfoResponse><RequestId>')
    assert b"<Title>Opening match</Title>" in good.body
    assert bad.headers["content-type"] == "text/xml;charset=utf-8"
    assert b"<Error><RequestId>" in bad.body
    assert b"<Code>InvalidVideo.NotFound</Code>" in bad.body


def test_wrong_signature_is_refused_with_the_server_string(app: EmulatorApp) -> None:
    """Clients tell a wrong secret from a wrong canonical form by the string at the end."""
    third = v3(app, "GetVideoInfo", VIDEO, signature="0" * 64)
    first = v1(app, "GetVideoInfo", VIDEO, change={"Signature": "bm90IHRoaXMgb25l"})

    _refused(third, 400, "SignatureDoesNotMatch")
    assert "server string to sign is:ACS3-HMAC-SHA256\n" in third.json["Message"]
    _refused(first, 400, "SignatureDoesNotMatch")
    assert "server string to sign is:GET&%2F&" in first.json["Message"]


def test_wrong_secret_is_refused(app: EmulatorApp) -> None:
    """The id is known, the secret is not its own."""
    thief = KeyPair(id=app.state.db.main_key().id, secret="guess")

    _refused(v3(app, "GetVideoInfo", VIDEO, key=thief), 400, "SignatureDoesNotMatch")
    _refused(v1(app, "GetVideoInfo", VIDEO, key=thief), 400, "SignatureDoesNotMatch")


@pytest.mark.parametrize("offset", [-901, 901])
def test_time_stamp_over_fifteen_minutes_off_is_expired(app: EmulatorApp, offset: int) -> None:
    """In both directions, in both versions."""
    _refused(v3(app, "GetVideoInfo", VIDEO, at=NOW + offset), 400, "InvalidTimeStamp.Expired")
    _refused(v1(app, "GetVideoInfo", VIDEO, at=NOW + offset), 400, "InvalidTimeStamp.Expired")


@pytest.mark.parametrize("offset", [-899, 899])
def test_time_stamp_inside_fifteen_minutes_is_taken(app: EmulatorApp, offset: int) -> None:
    """The other side of the limit."""
    assert v3(app, "GetVideoInfo", VIDEO, at=NOW + offset).status == 200


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30T00:00:00Z", "2027-01-15T08:00:00+00:00"])
def test_malformed_time_stamp_is_refused(app: EmulatorApp, text: str) -> None:
    """Only `yyyy-MM-ddTHH:mm:ssZ` is a time."""
    _refused(v3(app, "GetVideoInfo", VIDEO, at=text), 400, "InvalidTimeStamp.Format")


def test_clock_skew_of_the_service_moves_its_date_header_too(make_app: MakeApp) -> None:
    """A client corrects its clock from the Date header."""
    app = make_app(clock_skew=1_200.0)

    reply = v3(app, "GetVideoInfo", VIDEO)

    _refused(reply, 400, "InvalidTimeStamp.Expired")
    assert reply.headers["date"] == "Fri, 15 Jan 2027 08:20:00 GMT"
    assert v3(app, "GetVideoInfo", VIDEO, at=NOW + 1_200).status == 200


def test_second_use_of_a_nonce_is_refused(app: EmulatorApp) -> None:
    """A request that was taken once is not taken again."""
    assert v3(app, "GetVideoInfo", VIDEO, nonce="once").status == 200
    _refused(v3(app, "GetVideoInfo", VIDEO, nonce="once"), 400, "SignatureNonceUsed")


def test_nonce_of_a_refused_signature_is_not_used_up(app: EmulatorApp) -> None:
    """Nobody without the secret can burn somebody's nonce."""
    v3(app, "GetVideoInfo", VIDEO, nonce="mine", signature="0" * 64)

    assert v3(app, "GetVideoInfo", VIDEO, nonce="mine").status == 200


def test_unknown_and_disabled_keys_are_told_apart(make_app: MakeApp) -> None:
    """An id nobody has; an id that was switched off."""
    off = KeyPair(id="off", secret="s", active=False)
    app = make_app(keys=(off,))

    _refused(v3(app, "GetVideoInfo", VIDEO, key=KeyPair(id="who", secret="s")), 404, "InvalidAccessKeyId.NotFound")
    _refused(v3(app, "GetVideoInfo", VIDEO, key=off), 400, "InvalidAccessKeyId.Inactive")


def test_sts_key_needs_its_own_token_in_its_time(make_app: MakeApp) -> None:
    """A temporary key: good, out of date, garbled, of another key, without."""
    good = KeyPair(id="STS.a", secret="s", token="token-a", expires=int(NOW) + 60)
    ended = KeyPair(id="STS.b", secret="s", token="token-b", expires=int(NOW) - 1)
    app = make_app(keys=(good, ended))

    assert v3(app, "GetVideoInfo", VIDEO, key=good).status == 200
    assert v1(app, "GetVideoInfo", VIDEO, key=good).status == 200
    _refused(v3(app, "GetVideoInfo", VIDEO, key=ended), 400, "InvalidSecurityToken.Expired")
    _refused(v1(app, "GetVideoInfo", VIDEO, key=ended), 400, "InvalidSecurityToken.Expired")
    garbled = KeyPair(id="STS.a", secret="s", token="to ken")
    _refused(v3(app, "GetVideoInfo", VIDEO, key=garbled), 400, "InvalidSecurityToken.Malformed")
    other = KeyPair(id="STS.a", secret="s", token="token-b")
    _refused(v3(app, "GetVideoInfo", VIDEO, key=other), 400, "InvalidSecurityToken.MismatchWithAccessKey")
    bare = KeyPair(id="STS.a", secret="s")
    _refused(v3(app, "GetVideoInfo", VIDEO, key=bare), 400, "MissingSecurityToken")


@pytest.mark.parametrize("code", ["NoPermission", "Forbidden.RAM"])
def test_denied_operation_is_refused_and_the_others_are_not(make_app: MakeApp, code: str) -> None:
    """Permissions are per operation; a denial wins over an allowance."""
    key = KeyPair(id="reader", secret="s", allow=("vod:Get*", "vod:DeleteVideo"), deny=("vod:DeleteVideo",))
    app = make_app(keys=(key,), denied_code=code)

    assert v3(app, "GetVideoInfo", VIDEO, key=key).status == 200
    _refused(v3(app, "DeleteVideo", {"VideoIds": OPENING_MATCH}, key=key), 403, code)
    _refused(v3(app, "UpdateVideoInfo", {**VIDEO, "Title": "x"}, key=key), 403, code)
    assert v3(app, "GetVideoInfo", VIDEO).json["Video"]["Title"] == "Opening match"


def test_unknown_action_and_version_are_not_found(app: EmulatorApp) -> None:
    """One code for both."""
    _refused(v3(app, "GetVideoInfoz", VIDEO), 404, "InvalidAction.NotFound")
    _refused(v3(app, "GetVideoInfo", VIDEO, version="2017-03-22"), 404, "InvalidAction.NotFound")
    _refused(v1(app, "GetVideoInfoz", VIDEO), 404, "InvalidAction.NotFound")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Version", "MissingVersion"),
        ("AccessKeyId", "MissingAccessKeyId"),
        ("SignatureNonce", "MissingSignatureNonce"),
        ("Timestamp", "MissingTimestamp"),
        ("SignatureMethod", "MissingSignatureMethod"),
    ],
)
def test_v1_missing_common_parameter_is_named(app: EmulatorApp, name: str, code: str) -> None:
    """The gateway names what is mandatory."""
    reply = v1(app, "GetVideoInfo", VIDEO, change={name: None})

    _refused(reply, 400, code)
    assert reply.json["Message"] == f"{name} is mandatory for this action."


def test_v3_unsigned_acs_header_is_refused(app: EmulatorApp) -> None:
    """Every x-acs header that is sent must be signed."""
    key = app.state.db.main_key()
    reply = v3(app, "GetVideoInfo", VIDEO)
    assert reply.status == 200
    headers = {
        "host": "emulator",
        "x-acs-action": "GetVideoInfo",
        "x-acs-version": "2017-03-21",
        "x-acs-date": "2027-01-15T08:00:00Z",
        "x-acs-signature-nonce": "n",
        "x-acs-content-sha256": "x",
        "authorization": f"ACS3-HMAC-SHA256 Credential={key.id},SignedHeaders=host;x-acs-action,Signature=00",
    }

    _refused(send(app, headers=headers), 400, "IncompleteSignature")


def test_v3_malformed_authorization_is_incomplete(app: EmulatorApp) -> None:
    """Something else in the header is not a signature."""
    headers = {"host": "e", "x-acs-action": "GetVideoInfo", "x-acs-version": "2017-03-21", "authorization": "Bearer x"}

    _refused(send(app, headers=headers), 400, "IncompleteSignature")


def test_v3_body_of_another_digest_is_refused(app: EmulatorApp) -> None:
    """The digest header must be that of the body."""
    _refused(v3(app, "GetVideoInfo", VIDEO, extra={"x-acs-content-sha256": "0" * 64}), 400, "SignatureDoesNotMatch")


def test_v3_form_parameters_fail_unless_the_settings_are_lenient(make_app: MakeApp) -> None:
    """The FAQ of the signature page names parameters in the body as a cause of a failed signature."""
    strict = v3(make_app(), "GetVideoInfo", form=VIDEO)
    lenient = v3(make_app(v3_form_parameters=True), "GetVideoInfo", form=VIDEO)

    _refused(strict, 400, "SignatureDoesNotMatch")
    assert lenient.status == 200


def test_request_target_over_its_limit_is_answered_by_a_page(make_app: MakeApp) -> None:
    """The gateway's own answer is HTML, not JSON."""
    app = make_app(max_uri_bytes=2_000)

    reply = v3(app, "GetVideoInfo", {"VideoId": "x" * 2_100})

    assert (reply.status, reply.headers["content-type"]) == (414, "text/html")
    assert b"<title>414 Request-URI Too Large</title>" in reply.body
    assert [(call.action, call.status) for call in app.state.log.records()] == [("GetVideoInfo", 414)]


def test_keys_and_library_survive_a_restart(make_app: MakeApp) -> None:
    """A second emulator over the same file knows the same key and what was changed."""
    first = make_app()
    key = first.state.db.main_key()
    v3(first, "UpdateVideoInfo", {**VIDEO, "Title": "Kept"})
    first.state.db.close()

    second = make_app()

    assert v3(second, "GetVideoInfo", VIDEO, key=key).json["Video"]["Title"] == "Kept"


def test_nonce_is_forgotten_after_its_memory(make_app: MakeApp) -> None:
    """How long is one of the open questions, so it can be chosen."""
    now = [NOW]
    app = make_app(clock=lambda: now[0], nonce_memory_s=60)
    v3(app, "GetVideoInfo", VIDEO, nonce="once")
    now[0] += 59
    assert v3(app, "GetVideoInfo", VIDEO, nonce="once", at=now[0]).code == "SignatureNonceUsed"
    now[0] += 2
    assert v3(app, "GetVideoInfo", VIDEO, nonce="once", at=now[0]).status == 200
