"""What is fuzzed: each target takes any bytes and ends well, or with one of our own errors.

Hypothesis (`test_fuzz.py`) and atheris (`fuzz_atheris.py`) feed the same targets, so that what one of them finds
stays with the other as a case.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from imaging.errors import ImagesError
from tests.security.fuzzing.outside import Echo, Outside
from tests.security.fuzzing.pictures import look_at_logo, look_at_picture, mark_over_xmp, walk_through
from tests.security.fuzzing.words import read_article, read_feed, read_models, read_payload

Target = Callable[[bytes], object]


@contextmanager
def targets() -> Iterator[Mapping[str, Target]]:
    """Every target by its name, with the host behind the clients running; our own errors count as answers."""
    with Echo() as echo:
        outside = Outside(echo)
        raw: dict[str, Target] = {
            "article": read_article,
            "feed": read_feed,
            "payload": read_payload,
            "models": read_models,
            "picture": look_at_picture,
            "xmp": mark_over_xmp,
            "anatomy": walk_through,
            "logo": look_at_logo,
            "create": outside.create,
            "collect": outside.collect,
            "check": outside.check,
            "find": outside.find,
            "generate": outside.generate,
            "redirect": outside.redirect,
            "fetch": outside.fetch,
            "manifest": outside.manifest,
            "claim": outside.claim,
            "result": outside.result,
        }
        try:
            yield {name: _tolerant(target, echo) for name, target in raw.items()}
        finally:
            outside.close()


def _tolerant(target: Target, echo: Echo) -> Target:
    def run(data: bytes) -> object:
        echo.requests.clear()
        try:
            return target(data)
        except ImagesError as error:
            words = str(error)
        assert 0 < len(words) < 2000
        words.encode()  # it goes into JSON, logs and pages
        return words

    return run
