"""The refusals of the service: code, HTTP status and text of each, as documented or, where marked, inferred."""

from dataclasses import dataclass

CATALOGUE: dict[str, tuple[int, str]] = {
    # shared by every operation (page "Error codes", shared gateway pages)
    "MissingParameter": (400, "A required parameter is missing."),
    "InvalidParameter": (400, "The specified parameter is not valid."),
    "OperationDenied": (403, "ApsaraVideo VOD is not activated for this account."),
    "OperationDenied.Suspended": (403, "The account is suspended because of an overdue payment."),
    "Forbidden": (403, "The caller has no right to this resource."),
    "Forbidden.RAM": (403, "The RAM policy of the caller does not allow this action."),
    "NoPermission": (403, "The RAM policy of the caller does not allow this action."),
    "InternalError": (500, "The request failed because of an internal error."),
    "ServiceUnAvailable": (503, "The service is temporarily unavailable."),
    "Throttling.User": (400, "The request was refused because the account called this operation too often."),
    "InvalidAccessKeyId.NotFound": (404, "The AccessKeyId of the request is unknown."),
    "InvalidAccessKeyId.Inactive": (400, "The AccessKeyId of the request is disabled."),
    "IncompleteSignature": (400, "The request signature is not well formed."),
    "SignatureDoesNotMatch": (400, "The request signature does not match."),
    "SignatureNonceUsed": (400, "The signature nonce of the request was used before."),
    "InvalidTimeStamp.Expired": (400, "The time stamp of the request differs from the server's by over 15 minutes."),
    "InvalidTimeStamp.Format": (400, "The time stamp of the request is not in the form yyyy-MM-ddTHH:mm:ssZ."),
    "InvalidSecurityToken.Expired": (400, "The security token of the request has expired."),
    "InvalidSecurityToken.Malformed": (400, "The security token of the request is not well formed."),
    "InvalidSecurityToken.MismatchWithAccessKey": (400, "The security token belongs to another AccessKeyId."),
    "MissingSecurityToken": (400, "A temporary AccessKeyId needs its security token."),
    "InvalidAction.NotFound": (404, "The action or version of the request is unknown."),
    # videos
    "InvalidVideo.NotFound": (404, "The video does not exist."),
    "InvalidVideo.NoneStream": (404, "No stream of the video fits the request."),
    "InvalidVideo.Damaged": (400, "The video was not created properly or is damaged."),
    "InvalidFile.NotFound": (404, "The source file does not exist."),
    "InvalidStream.NotFound": (404, "The stream does not exist."),
    "Forbidden.IllegalStatus": (403, "The status of the video does not allow this operation."),
    "Forbidden.AliyunVoDEncryption": (403, "Only encrypted streams exist; ask for ResultType=Multiple."),
    "CountExceededMax": (400, "The number of items exceeds the maximum of 20."),
    "VideoIdsExceededMax": (400, "The number of video ids exceeds the maximum of 20."),
    "JobIdsExceededMax": (400, "The number of job ids exceeds the maximum of 20."),
    "ExceededMax": (400, "The number of media ids exceeds the maximum of 20."),
    "VideoListExceededMax": (400, "The list reaches the first 5,000 videos only."),
    "DeleteVideoFailed": (503, "The video could not be deleted; try again later."),
    "DeleteStreamFailed": (503, "The stream could not be deleted; try again later."),
    # images
    "NoSuchResource": (404, "The resource does not exist."),
    # categories
    "InvalidCateId.NotFound": (404, "The category does not exist."),
    "LevelExceededMax": (400, "The category would be too deep."),
    "SubTotalExceededMax": (400, "The parent has the maximum of 100 children."),
    # search
    "ErrorMatchSyntax": (400, "The Match expression has an error."),
    "SortByExceededMax": (400, "Too many sort fields."),
    "InvalidScrollToken.Expired": (400, "The scroll token can no longer be used."),
    # uploads
    "InvalidParameter.UploadURLs": (400, "UploadURLs is not valid."),
}


@dataclass(slots=True)
class Refusal(Exception):
    """An answer other than success: the service's code, its HTTP status, its message."""

    code: str
    status: int
    message: str
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"


def refusal(code: str, message: str | None = None, *, status: int | None = None) -> Refusal:
    """The documented refusal of this code; `message` and `status` replace the usual ones."""
    usual, text = CATALOGUE[code]
    return Refusal(code, usual if status is None else status, text if message is None else message)


def missing(name: str) -> Refusal:
    """The gateway's own refusal for an absent mandatory parameter."""
    return Refusal(f"Missing{name}", 400, f"{name} is mandatory for this action.")


def invalid(message: str) -> Refusal:
    """`InvalidParameter` with a sentence that names the parameter."""
    return refusal("InvalidParameter", message)
