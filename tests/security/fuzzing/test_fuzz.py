"""What comes from outside is read or refused in our own words, whatever it is."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imaging.errors import BadPicture, ImagesError
from imaging.pictures.anatomy import refuse_polyglot
from imaging.pictures.picture import inspect
from tests.conftest import FEW
from tests.imaging.pictures.containers import ROOMS, zipped
from tests.security.fuzzing.seeds import PICTURES, SEEDS, picture
from tests.security.fuzzing.targets import Target, targets

# Bytes that once ended in something else than a value or one of our errors: what fuzzing found stays.
FOUND: list[tuple[str, bytes]] = [
    ("article", b'---\ntopic: "\x00K\xc3\xa4se: {{ 7 }}"\n---\n'),
    ("article", b'---\ntopic: "\\UFFFFFFFF"\n---\n'),
    ("create", b'\x00{"id": "a\\u007fb", "model": "m", "version": "v", "status": "starting", "input": {}}'),
    ("create", b'\x00{"id": "../../x?y", "model": "m", "version": "v", "status": "starting", "input": {}}'),
    ("collect", b'\x00{"id": "a", "model": "m", "version": "v", "status": "' + b"x" * 9999 + b'", "input": {}}'),
    ("fetch", b"https://replicate.delivery:123456789012345678901234567890/"),
    ("redirect", b"http:////["),
    ("redirect", "http://[::1%\u00ff25lo]:80/".encode("latin-1")),
    ("manifest", SEEDS["manifest"][0].replace(b"https:", rb"\ud800https:")),
    ("models", json.dumps({"\x7f" * 500: 0}).encode()),
    *((name, b"\x0chttp://[::1%\xff25lo]:80/") for name in ("create", "collect", "check", "find", "generate")),
    ("picture", picture("PNG", "P").replace(b"PLTE", b"ZLTE")),
    ("logo", ROOMS["png eXIf"](b"no TIFF")),
    ("manifest", json.dumps({"images": [json.loads(SEEDS["manifest"][0])["images"][0] | {"width": None}]}).encode()),
    ("manifest", json.dumps({"images": [json.loads(SEEDS["manifest"][0])["images"][0] | {"md5": None}]}).encode()),
]
quick = settings(FEW, suppress_health_check=list(HealthCheck))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def known() -> Iterator[Mapping[str, Target]]:
    with targets() as running:
        yield running


def spoilt(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """Sound examples with bytes changed, lost, doubled and put in; and now and then no example at all."""

    @st.composite
    def mutated(draw: st.DrawFn) -> bytes:
        data = bytearray(draw(st.sampled_from(seeds)))
        for _ in range(draw(st.integers(1, 6))):
            place = draw(st.integers(0, len(data)))
            piece = draw(st.sampled_from([b"", b"\0", b"\xff", b"\xff\xff\xff\xff", b"\n", b"-1", b"\\ud800"]))
            data[place : place + draw(st.integers(0, 8))] = piece or draw(st.binary(max_size=8))
        return bytes(data)

    return mutated() | st.binary(max_size=200)


def replaced(document: Any) -> st.SearchStrategy[bytes]:
    """The JSON document with some of its values, at any depth, replaced by any JSON."""

    @st.composite
    def changed(draw: st.DrawFn, value: Any) -> Any:
        if draw(st.integers(0, 9)) == 0:
            return draw(JSON)
        if isinstance(value, dict):
            return {name: draw(changed(one)) for name, one in value.items() if draw(st.integers(0, 19))}
        if isinstance(value, list):
            return [draw(changed(one)) for one in value]
        return value

    return changed(document).map(lambda value: json.dumps(value).encode())


def documents(target: str) -> st.SearchStrategy[bytes]:
    """Any JSON, and the target's own documents with any JSON in them; a status in front where it is an answer."""
    answers = target in {"create", "collect", "check", "find", "generate"}
    found = []
    for seed in SEEDS[target]:
        try:
            found.append(json.loads(seed[1:] if answers else seed))
        except ValueError:
            continue
    body = st.one_of(JSON.map(lambda value: json.dumps(value).encode()), *(replaced(one) for one in found))
    return st.tuples(st.sampled_from([b"\0", b"\0", b"\0", b"\x03", b"\x09", b"\x0a"]), body).map(
        b"".join if answers else lambda pair: pair[1]
    )


@pytest.mark.parametrize("name", SEEDS)
def test_sound_examples_pass_through(known: Mapping[str, Target], name: str) -> None:
    """The example that fuzzing starts from gets as far as a value, or as our own refusal."""
    for seed in SEEDS[name]:
        known[name](seed)


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_fuzzing_found_is_mended(known: Mapping[str, Target], name: str, data: bytes) -> None:
    """A case that once crashed is a value or one of our errors."""
    known[name](data)


@pytest.mark.parametrize("name", SEEDS)
@given(data=st.data())
@quick
def test_any_bytes_are_read_or_refused(known: Mapping[str, Target], name: str, data: st.DataObject) -> None:
    """Articles, vendors' answers, addresses, pictures and what lies in the bucket: spoilt bytes never crash us."""
    # These open a connection of their own each time.
    for _ in range(1 if name in {"check", "find"} else 4):
        known[name](data.draw(spoilt(SEEDS[name])))


@pytest.mark.parametrize(
    "name", ["article", "feed", "payload", "models", "create", "collect", "find", "generate", "manifest", "claim"]
)
@given(data=st.data())
@quick
def test_any_json_is_read_or_refused(known: Mapping[str, Target], name: str, data: st.DataObject) -> None:
    """JSON of any shape, in part or as a whole in the place of what is expected, never crashes us."""
    known[name](data.draw(documents(name)))


@given(spoilt(PICTURES))
@settings(quick, max_examples=300)
def test_an_accepted_picture_is_what_it_says(data: bytes) -> None:
    """What is accepted has a type of ours that its bytes begin with, a size, and a thumbnail."""
    try:
        found = inspect(data, 1_000_000)
    except BadPicture:
        return
    begins = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}
    assert data.startswith(begins[found.content_type])
    assert 0 < found.width * found.height <= 1_000_000
    assert found.thumbnail.startswith("data:image/webp;base64,")


@given(st.sampled_from(PICTURES), st.binary(min_size=1))
@settings(quick, max_examples=200)
def test_no_bytes_at_all_may_follow_a_picture(whole: bytes, behind: bytes) -> None:
    """Whatever is put behind a sound picture, it is refused."""
    with pytest.raises(BadPicture):
        refuse_polyglot(whole + behind)


@given(st.sampled_from(list(ROOMS)), st.binary(max_size=300), st.sampled_from([b"<script>", b"%PDF-1.4", zipped()]))
@settings(quick, max_examples=200)
def test_nothing_else_hides_in_a_picture(room: str, around: bytes, other: bytes) -> None:
    """Whatever stands around it: what another reader could open is found in every part."""
    with pytest.raises(BadPicture):
        refuse_polyglot(ROOMS[room](around + other + around))


def test_deep_nesting_is_refused(known: Mapping[str, Target]) -> None:
    """JSON, YAML and Markdown nested a hundred thousand deep are refused, or read as text."""
    deep = b"[" * 100_000
    for name in ("article", "models", "create", "collect", "check", "find", "generate"):
        known[name](deep)
        known[name](b"\0" + deep)
        known[name](b"\x09" + deep)
    known["article"](b"---\ntopic: " + b"[" * 5_000 + b"\n---\n")
    known["article"](b"---\ntopic: x\n---\n" + b"> " * 5_000 + b"x")


@pytest.mark.parametrize("name", ["manifest", "claim", "result"])
def test_deep_nesting_in_the_bucket_is_as_good_as_nothing(known: Mapping[str, Target], name: str) -> None:
    """A document in the bucket that is nested without end counts as broken, and so as absent."""
    known[name](b"[" * 100_000)


def test_our_errors_are_one_tree() -> None:
    """Every error that a reader may meet has one base, so that one clause ends every run in one line."""
    assert issubclass(BadPicture, ImagesError)
