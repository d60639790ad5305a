"""Both signatures against the vectors that the service's pages publish."""

from hashlib import sha256

import pytest

from vodplan.emulator import signing

_COMMON = {"Format": "JSON", "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0"}


@pytest.mark.parametrize(
    ("secret", "params", "signature"),
    [
        pytest.param(
            "testAccessKeySecret",
            {
                **_COMMON,
                "AccessKeyId": "testAccessKeyId",
                "Action": "GetVideoPlayAuth",
                "SignatureNonce": "8f8a035d-6496-4268-afd4-67c22837e38d",
                "Timestamp": "2017-10-10T12:02:54Z",
                "Version": "2017-03-21",
                "VideoId": "5aed81b74ba84920be578cdfe004af4b",
            },
            "Ibgh7y8Vp47LBuAsf5Xhi1SvDss=",
            id="vod-signature-page",
        ),
        pytest.param(
            "testsecret",
            {
                **_COMMON,
                "AccessKeyId": "testid",
                "Action": "DescribeDedicatedHosts",
                "RegionId": "cn-beijing",
                "SignatureNonce": "edb2b34af0af9a6d14deaf7c1a5315eb",
                "Timestamp": "2023-03-13T08:34:30Z",
                "Version": "2014-05-26",
            },
            "9NaGiOspFP5UPcwX8Iwt2YJXXuk=",
            id="rpc-signature-page",
        ),
        pytest.param(
            "testsecret",
            {
                **_COMMON,
                "AccessKeyId": "testid",
                "Action": "DescribeRegions",
                "Format": "XML",
                "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
                "Timestamp": "2016-02-23T12:46:24Z",
                "Version": "2014-05-26",
            },
            "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
            id="rpc-signature-page-2019",
        ),
    ],
)
def test_v1_published_vector_gives_its_signature(secret: str, params: dict[str, str], signature: str) -> None:
    """HMAC-SHA1 over the sorted, encoded parameters."""
    made = signing.v1_signature(secret, signing.v1_string_to_sign("GET", params.items()))

    assert made == signature


def test_v1_signature_parameter_itself_is_not_signed() -> None:
    """`Signature` never takes part in its own string to sign."""
    assert signing.v1_string_to_sign("GET", [("A", "1"), ("Signature", "x")]) == signing.v1_string_to_sign(
        "GET", [("A", "1")]
    )


def test_v3_published_vector_gives_its_digest_and_signature() -> None:
    """The vector of the page on ACS3-HMAC-SHA256."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-version": "2014-05-26",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-content-sha256": signing.EMPTY_SHA256,
    }
    query = signing.canonical_query(
        [("RegionId", "cn-shanghai"), ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")]
    )

    canonical = signing.v3_canonical_request(
        method="POST", path="/", query=query, headers=headers, signed=headers, body_sha256=signing.EMPTY_SHA256
    )

    assert sha256(canonical.encode()).hexdigest() == "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
    assert (
        signing.v3_signature("YourAccessKeySecret", signing.v3_string_to_sign(canonical))
        == "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.mark.parametrize(
    ("text", "encoded"), [(" ", "%20"), ("*", "%2A"), ("~", "~"), ("+", "%2B"), ("/", "%2F"), ("中", "%E4%B8%AD")]
)
def test_percent_encodes_all_but_the_unreserved(text: str, encoded: str) -> None:
    """RFC 3986: letters, digits and `-_.~` stay, hex is upper case."""
    assert signing.percent(text) == encoded
