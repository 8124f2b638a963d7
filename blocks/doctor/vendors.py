"""Checks of the vendors, without cost: keys, models, balance, and download hosts."""

import socket
from collections.abc import Iterator

import httpx

from blocks.configuration.defaults import MODELS
from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.installation import SETUP, Installation
from blocks.network.download import HostRules
from blocks.provisioning.saved_blocks import CHUTES, REPLICATE, WRITER
from blocks.services import edited
from blocks.vendors.answers import WholeAnswers, vendor_error
from blocks.vendors.chutes import Chutes
from blocks.vendors.replicate import SAMPLE_OUTPUT, Replicate
from blocks.vendors.writer import Writer
from imaging.errors import ConfigurationError
from imaging.planning.models import ModelTable, model_table

_SECONDS, _MAX_ANSWER = 10.0, 1024 * 1024
_TOP_UP = "top up the account"


def check_replicate(installation: Installation) -> Iterator[Finding]:
    """Check the token by Replicate's account endpoint, which is free."""
    replicate = installation.used(REPLICATE)
    if not isinstance(replicate, Replicate):
        return
    url = f"{(replicate.base_url or 'https://api.replicate.com').rstrip('/')}/v1/account"
    answer = _ask(url, replicate.api_token.get_secret_value())
    name, renew = "Replicate token", f"set REPLICATE_API_TOKEN and run {SETUP}"
    if isinstance(answer, str):
        yield failure("Replicate", f"{url} cannot be reached: {answer}", "check the network, or REPLICATE_BASE_URL")
    elif answer.status_code in {401, 403}:
        yield failure(name, f"refused: Replicate answers {answer.status_code}", renew)
    elif answer.is_error:
        yield warning(name, str(vendor_error("Replicate", "REPLICATE_API_TOKEN", answer)), "try again later")
    else:
        yield well(name, "accepted")


def check_chutes(installation: Installation) -> Iterator[Finding]:
    """Send each model's host a GET, which is free: only a POST makes a picture.

    Before Chutes rejects the method, it checks the key, the model and the balance (`hostname_invocation` and `_invoke`
    in its API's source).
    """
    chutes = installation.used(CHUTES)
    if not isinstance(chutes, Chutes):
        return
    models = [model for _, model in _models(installation) if model.provider == "chutes"]
    for slug in dict.fromkeys(model.name for model in models):
        url = chutes.base_url.replace("{slug}", slug).rstrip("/") + "/generate"
        yield _of_chutes(f"Chutes {slug}", url, _ask(url, chutes.api_key.get_secret_value()))


def check_writer(installation: Installation) -> Iterator[Finding]:
    """Check that the language model's endpoint lists the model, which is free. Without it built-in texts are used."""
    writer = installation.used(WRITER)
    if not isinstance(writer, Writer):
        return
    name, url = "language model", f"{writer.base_url.rstrip('/')}/models"
    answer = _ask(url, writer.api_key.get_secret_value() if writer.api_key else "")
    if isinstance(answer, str):
        yield warning(name, f"{url} cannot be reached: {answer}", "check the network, or IMAGES_LLM_BASE_URL")
    elif answer.status_code in {401, 403}:
        yield warning(name, f"the key is refused: {answer.status_code}", f"set IMAGES_LLM_API_KEY and run {SETUP}")
    elif answer.is_error:
        yield warning(name, f"{url} answers {answer.status_code}", "check IMAGES_LLM_BASE_URL, or try again later")
    elif f'"{writer.model}"' not in answer.text:
        yield warning(name, f"{writer.model} is not in its list of models", "check IMAGES_LLM_MODEL")
    else:
        yield well(name, f"{writer.model} is available")


def check_download_hosts(installation: Installation) -> Iterator[Finding]:
    """Check that Replicate's pictures may be fetched, and that every listed host exists."""
    if installation.settings is None:
        return
    name, listed = "download hosts", installation.settings.images_download_hosts
    try:
        rules = HostRules.parse(listed)
    except ConfigurationError as error:
        yield failure(name, str(error), "set IMAGES_DOWNLOAD_HOSTS to hosts, comma-separated")
        return
    replicate = installation.used(REPLICATE)
    if isinstance(replicate, Replicate) and not replicate.base_url and not rules.allows(SAMPLE_OUTPUT):
        text = "Replicate's pictures would be paid for but not fetched: replicate.delivery is not listed"
        yield failure(name, text, f"set IMAGES_DOWNLOAD_HOSTS={listed},replicate.delivery,*.replicate.delivery")
        return
    unknown = sorted(entry for entry in rules.listed if replicate and not _resolves(entry))
    if unknown:
        yield warning(name, f"no such host: {', '.join(unknown)}", "check IMAGES_DOWNLOAD_HOSTS, or the DNS")
    else:
        yield well(name, listed)


def _of_chutes(name: str, url: str, answer: httpx.Response | str) -> Finding:
    if isinstance(answer, str):
        return failure(name, f"{url} cannot be reached: {answer}", "check the network, or CHUTES_BASE_URL")
    status_text = f"Chutes answers {answer.status_code}"
    match answer.status_code:
        case 401 | 403:
            return failure(name, f"the key is refused: {status_text}", f"set CHUTES_API_KEY and run {SETUP}")
        case 402:
            return failure(name, f"no balance: {status_text}", _TOP_UP)
        case 404 if "chute found" in answer.text:
            return failure(name, "no such model", f"set its name in the variable {MODELS}, or CHUTES_BASE_URL")
        case status if status == 429 or status >= 500:
            return warning(name, f"busy or switched off: {status_text}", "try again later")
    return well(name, "the key is accepted, the model exists")


def _models(installation: Installation) -> ModelTable:
    """Return the models that a run would use; the defaults if the table is invalid, which another check reports."""
    try:
        if installation.settings and installation.client:
            return model_table(*edited(MODELS, installation.settings.images_models))
        return model_table(installation.settings.images_models if installation.settings else {})
    except ConfigurationError:
        return ModelTable()


def _ask(url: str, token: str) -> httpx.Response | str:
    """Return the answer, or the error's name. No redirects, as the token is for the configured host alone."""
    try:
        with httpx.Client(transport=WholeAnswers(_SECONDS, _MAX_ANSWER)) as client:
            return client.get(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        return type(error).__name__


def _resolves(entry: str) -> bool:
    url = httpx.URL(f"//{entry}")
    try:
        return bool(socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        return False
