"""The vendors: do they take our keys, asked for nothing that costs, and may their pictures be fetched."""

import socket
from collections.abc import Iterator

import httpx

from blocks.configuration.defaults import MODELS
from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.scene import SETUP, Scene
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


def check_replicate(scene: Scene) -> Iterator[Finding]:
    """Ask Replicate whose token it is, which is free."""
    replicate = scene.used(REPLICATE)
    if not isinstance(replicate, Replicate):
        return
    url = f"{(replicate.base_url or 'https://api.replicate.com').rstrip('/')}/v1/account"
    answer = _ask(url, replicate.api_token.get_secret_value())
    name, renew = "Replicate token", f"set REPLICATE_API_TOKEN and run {SETUP}"
    if isinstance(answer, str):
        yield failure("Replicate", f"{url} cannot be reached: {answer}", "look at the network, or REPLICATE_BASE_URL")
    elif answer.status_code in {401, 403}:
        yield failure(name, f"refused: Replicate answers {answer.status_code}", renew)
    elif answer.is_error:
        yield warning(name, str(vendor_error("Replicate", "REPLICATE_API_TOKEN", answer)), "try again later")
    else:
        yield well(name, "accepted")


def check_chutes(scene: Scene) -> Iterator[Finding]:
    """Ask each model's host with a GET.

    A picture is made by a POST alone. Before Chutes says that it knows no such GET, it looks at the key, at whether
    the model exists, and at the balance (`hostname_invocation` and `_invoke` in its API's source).
    """
    chutes = scene.used(CHUTES)
    if not isinstance(chutes, Chutes):
        return
    models = [model for _, model in _models(scene) if model.provider == "chutes"]
    for slug in dict.fromkeys(model.name for model in models):
        url = chutes.base_url.replace("{slug}", slug).rstrip("/") + "/generate"
        yield _of_chutes(f"Chutes {slug}", url, _ask(url, chutes.api_key.get_secret_value()))


def check_writer(scene: Scene) -> Iterator[Finding]:
    """Ask the language model's endpoint which models it has, which is free. Without it our own words are used."""
    writer = scene.used(WRITER)
    if not isinstance(writer, Writer):
        return
    name, url = "language model", f"{writer.base_url.rstrip('/')}/models"
    answer = _ask(url, writer.api_key.get_secret_value() if writer.api_key else "")
    if isinstance(answer, str):
        yield warning(name, f"{url} cannot be reached: {answer}", "look at the network, or IMAGES_LLM_BASE_URL")
    elif answer.status_code in {401, 403}:
        yield warning(name, f"the key is refused: {answer.status_code}", f"set IMAGES_LLM_API_KEY and run {SETUP}")
    elif answer.is_error:
        yield warning(name, f"{url} answers {answer.status_code}", "look at IMAGES_LLM_BASE_URL, or try again later")
    elif f'"{writer.model}"' not in answer.text:
        yield warning(name, f"{writer.model} is not in its list", "look at IMAGES_LLM_MODEL")
    else:
        yield well(name, f"{writer.model} is there")


def check_download_hosts(scene: Scene) -> Iterator[Finding]:
    """Look whether the pictures that Replicate makes may be fetched, and whether each host that is named exists."""
    if scene.settings is None:
        return
    name, listed = "download hosts", scene.settings.images_download_hosts
    try:
        rules = HostRules.parse(listed)
    except ConfigurationError as error:
        yield failure(name, str(error), "set IMAGES_DOWNLOAD_HOSTS to hosts, comma-separated")
        return
    replicate = scene.used(REPLICATE)
    if isinstance(replicate, Replicate) and not replicate.base_url and not rules.allows(SAMPLE_OUTPUT):
        text = "Replicate's pictures would be paid for, and not fetched: replicate.delivery is not listed"
        yield failure(name, text, f"set IMAGES_DOWNLOAD_HOSTS={listed},replicate.delivery,*.replicate.delivery")
        return
    unknown = sorted(entry for entry in rules.listed if replicate and not _resolves(entry))
    if unknown:
        yield warning(name, f"no such host: {', '.join(unknown)}", "look at IMAGES_DOWNLOAD_HOSTS, or at the DNS")
    else:
        yield well(name, listed)


def _of_chutes(name: str, url: str, answer: httpx.Response | str) -> Finding:
    if isinstance(answer, str):
        return failure(name, f"{url} cannot be reached: {answer}", "look at the network, or CHUTES_BASE_URL")
    said = f"Chutes answers {answer.status_code}"
    match answer.status_code:
        case 401 | 403:
            return failure(name, f"the key is refused: {said}", f"set CHUTES_API_KEY and run {SETUP}")
        case 402:
            return failure(name, f"no balance: {said}", _TOP_UP)
        case 404 if "chute found" in answer.text:
            return failure(name, "there is no such model", f"set its name in the variable {MODELS}, or CHUTES_BASE_URL")
        case status if status == 429 or status >= 500:
            return warning(name, f"busy or switched off: {said}", "try again later")
    return well(name, "the key is accepted, the model is there")


def _models(scene: Scene) -> ModelTable:
    """The models that a run would use; the usual ones where the table is wrong, which another check says."""
    try:
        if scene.settings and scene.client:
            return model_table(*edited(MODELS, scene.settings.images_models))
        return model_table(scene.settings.images_models if scene.settings else {})
    except ConfigurationError:
        return ModelTable()


def _ask(url: str, token: str) -> httpx.Response | str:
    """Return the answer, or the kind of trouble there was. No redirects: the token is for the configured host alone."""
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
