"""The file `.env`: what it sets, ignored lines, and API keys that would be sent to an address from another source."""

import os
import re
from collections.abc import Collection, Iterator
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from imaging.errors import ConfigurationError

ENV_FILE = ".env"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET, _ADDRESS = ("_KEY", "_TOKEN"), "_BASE_URL"
# Prefect's secrets with the variable of the address that they are sent to.
_OF_PREFECT = (
    ("PREFECT_API_KEY", "PREFECT_API_URL"),
    ("PREFECT_API_AUTH_STRING", "PREFECT_API_URL"),
)


def check_env_file(known: Collection[str]) -> None:
    """Raise ConfigurationError if a line of `.env` begins with one of the `known` variables and does not set it.

    Likewise if a key and its address come from two sources: a `.env` in the working folder may be untrusted, and must
    not redirect the keys of the environment.
    """
    bindings = _bindings()
    given = {binding.key.upper() for binding in bindings if binding.key and binding.value}
    for line, name in _unread(bindings, known, given):
        raise ConfigurationError(f".env: line {line} names {name} and does not set it: write {name}=value")
    for secret, address in (*_sent_to(known), *_OF_PREFECT):
        in_file = {name for name in (secret, address) if name in given and not _in_environment(name)}
        elsewhere = {name for name in (secret, address) if _in_environment(name)}
        # Prefect's address in the environment and its password in `.env` are a normal set-up of a worker.
        if in_file and elsewhere and (address in in_file or not address.startswith("PREFECT_")):
            one, other = in_file.pop(), elsewhere.pop()
            raise ConfigurationError(
                f".env: {one} is set in it and {other} in the environment, and a key is only sent to an address from"
                f" the same source: set {secret} and {address} in one place"
            )


def in_env_file() -> dict[str, str | None]:
    """Return what `.env` sets; nothing for one that cannot be read, which `check_env_file` reports."""
    try:
        return dict(dotenv_values(ENV_FILE))
    except (OSError, UnicodeDecodeError):
        return {}


def _sent_to(known: Collection[str]) -> list[tuple[str, str]]:
    """Return each secret with the variable of the address that it is sent to: they begin alike."""
    secrets = sorted(name for name in known if name.endswith(_SECRET))
    addresses = sorted(name for name in known if name.endswith(_ADDRESS))
    return [
        (secret, address)
        for address in addresses
        for secret in secrets
        if secret.startswith(address.removesuffix("BASE_URL"))
    ]


def _unread(bindings: list[Binding], known: Collection[str], given: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield line and name of ignored lines with a known name: `NAME: value`, `NAME value`, `"NAME"=value`."""
    for binding in bindings:
        is_read = not binding.error and (binding.key is None or (binding.value is not None and _is_name(binding.key)))
        if is_read:
            continue
        for offset, text in enumerate(binding.original.string.splitlines()):
            words = re.findall(r"\w+", text.partition("#")[0])[:2]  # the first may be `set` or `$env`
            name = next((word.upper() for word in words if word.upper() in known), None)
            if name and name not in given:
                yield binding.original.line + offset, name


def _bindings() -> list[Binding]:
    try:
        text = Path(ENV_FILE).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f".env cannot be read: {type(error).__name__}") from None
    return list(parse_stream(StringIO(text)))


def _is_name(key: str) -> bool:
    return _NAME.fullmatch(key) is not None


def _in_environment(name: str) -> bool:
    return any(value for variable, value in os.environ.items() if variable.upper() == name)
