"""Web pages in the place of a bucket's answers: a page to sign in on, a proxy's, a CDN's.

What a page is told by is its content type: a bucket answers in XML, and of objects only web pages of ours have it.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from httpx import codes

_OBJECTS = {"GetObject", "HeadObject"}  # whose answers have the type of the object
_NAMES = (".html", ".htm")


class WebPage(BotoCoreError):
    """A call was answered with a web page, and a status of success."""

    fmt = "{call} was answered with a web page"


def refuse_web_pages(client: Any) -> None:
    """Let the calls of an S3 client raise WebPage, save for those about an object, where `check_object` tells.

    botocore would make success of one that is XML, and a busy bucket of any other.
    """
    client.meta.events.register("before-parse.*.*", _refuse)  # before botocore's own for `before-parse.s3.*`


def _refuse(operation_model: Any, response_dict: Mapping[str, Any], **_others: Any) -> None:
    if operation_model.name in _OBJECTS:
        return
    is_success = response_dict["status_code"] < codes.MULTIPLE_CHOICES
    if is_success and response_dict["body"] and _is_html(response_dict["headers"]):
        raise WebPage(call=operation_model.name)


def check_object(answer: Mapping[str, Any], key: str) -> None:
    """Raise WebPage for the answer of a GET or a HEAD that is a web page, if the object of this key is none."""
    headers = _headers(answer)
    if _is_html(headers) and headers.get("content-length") != "0" and not key.endswith(_NAMES):
        raise WebPage(call=f"the question for {key}")


def is_web_page(error: ClientError) -> bool:
    """Return whether an error answer is a web page. One to a HEAD has no body, and its type says little."""
    return error.operation_name != "HeadObject" and _is_html(_headers(error.response))


def _headers(answer: Mapping[str, Any]) -> Mapping[str, str]:
    return (answer.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}


def _is_html(headers: Mapping[str, str]) -> bool:
    return "html" in (headers.get("content-type") or "").lower()
