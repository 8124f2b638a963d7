"""A configuration that is wrong, which no waiting mends: exit 2 and nothing paid; and what must not count as one."""

from pathlib import Path

from tests.reliability.harness.world import World
from tests.reliability.rows.row import Breaks, Row

_NEVER = r"(?!)"  # the first run is to be complete, so that there is no cause to name
_CLOSED = "http://127.0.0.1:9"


def variables(**changed: str) -> Breaks:
    """Change variables of the environment until all is mended; a `{...}` in a value is the one that is there."""

    def arm(world: World) -> None:
        before = {name: world.environment.get(name) for name in changed}
        world.environment |= {name: value.format(**world.environment) for name, value in changed.items()}
        world.undo.append(lambda: _restore(world, before))

    return arm


def dotenv(text: str, *moved: str) -> Breaks:
    """Put a `.env` into the working folder; the variables `moved` are there alone."""

    def arm(world: World) -> None:
        file = world.folder / ".env"
        file.write_text(text.format(**world.environment))
        world.undo.append(file.unlink)
        before: dict[str, str | None] = {name: world.environment.pop(name) for name in moved}
        world.undo.append(lambda: _restore(world, before))

    return arm


def aws_files(world: World) -> None:
    """Leave the files of another project where boto3 looks for them."""
    config = world.folder / "aws"
    config.write_text(f"[default]\nregion = mars-1\nendpoint_url = {_CLOSED}\nca_bundle = /nowhere\n")
    variables(AWS_CONFIG_FILE=str(config), AWS_SHARED_CREDENTIALS_FILE=str(Path(config).with_name("none")))(world)


def _https_for_http(world: World) -> None:
    variables(B2_ENDPOINT=world.environment["B2_ENDPOINT"].replace("http:", "https:"))(world)


def _restore(world: World, before: dict[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            world.environment.pop(name, None)
        else:
            world.environment[name] = value


_PROXY = variables(HTTP_PROXY=_CLOSED, HTTPS_PROXY=_CLOSED, ALL_PROXY="socks5://127.0.0.1:9")
_AWS = variables(AWS_PROFILE="another", AWS_ENDPOINT_URL_S3=_CLOSED, AWS_CA_BUNDLE="/nowhere", AWS_RETRY_MODE="never")

CONFIGURATION = [
    Row("config AWS_* of another project", "hero", _AWS, _NEVER, passes=True),
    Row("config ~/.aws of another project", "hero", aws_files, _NEVER, passes=True),
    Row("config proxy, and no NO_PROXY", "hero,comparison", _PROXY, _NEVER, passes=True),
    *(
        Row(f"config {name}", "hero", breaks, names, unpaid=True)
        for name, breaks, names in (
            ("B2_ENDPOINT ends in the bucket", variables(B2_ENDPOINT="{B2_ENDPOINT}/images"), "B2_ENDPOINT"),
            ("B2_ENDPOINT has a path", variables(B2_ENDPOINT="{B2_ENDPOINT}/nowhere"), "B2_ENDPOINT"),
            ("B2_ENDPOINT speaks no TLS", _https_for_http, "B2_ENDPOINT"),
            ("B2_ENDPOINT is no host", variables(B2_ENDPOINT="https://nowhere.invalid"), "B2_ENDPOINT"),
            ("PREFECT_API_URL without /api", variables(PREFECT_API_URL="{PREFECT_API_URL}/.."), "PREFECT_API_URL"),
            ("PREFECT_API_URL is down", variables(PREFECT_API_URL=f"{_CLOSED}/api"), "PREFECT_API_URL"),
            ("HTTPS_PROXY is none", variables(HTTPS_PROXY="proxy://x"), "HTTPS_PROXY"),
            (".env has NAME: value", dotenv("B2_KEY_ID: {B2_KEY_ID}"), "B2_KEY_ID"),
            (
                ".env says where the token goes",
                dotenv("REPLICATE_BASE_URL={REPLICATE_BASE_URL}", "REPLICATE_BASE_URL"),
                "REPLICATE_BASE_URL",
            ),
        )
    ),
]
