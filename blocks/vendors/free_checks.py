"""Free calls that show whether a vendor takes our key and has the model, for the doctor."""

from dataclasses import dataclass

import httpx

from blocks.vendors.answers.errors import WholeAnswers, is_out_of_credit

_SECONDS, _MAX_ANSWER = 10.0, 1024 * 1024


@dataclass(frozen=True, slots=True)
class FreeCheck:
    """A GET that costs nothing. `about`: what it checks, the name of its finding.

    `accepted`: what it shows where nothing is wrong. `no_such_model`: words of a 404 that says so. `any_answer`: an
    error other than those is accepted too, since the vendor has looked at the key before it.
    """

    about: str
    url: str
    authorization: str
    accepted: str = "accepted"
    no_such_model: str | None = None
    any_answer: bool = False


def ask(url: str, authorization: str) -> httpx.Response | str:
    """Return the answer, or the error's name. No redirects, as the key is for the configured host alone."""
    try:
        with httpx.Client(transport=WholeAnswers(_SECONDS, _MAX_ANSWER)) as client:
            return client.get(url, headers={"Authorization": authorization} if authorization else {})
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        return type(error).__name__


def says_no_such_model(check: FreeCheck, answer: httpx.Response) -> bool:
    """Return whether the vendor does not know the model."""
    return answer.status_code == httpx.codes.NOT_FOUND and (check.no_such_model or "\0") in answer.text


def says_no_credit(answer: httpx.Response) -> bool:
    """Return whether the account has no credit."""
    return answer.is_error and is_out_of_credit(answer)
