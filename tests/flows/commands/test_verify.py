"""Every picture that is stored says what it is, and `verify` reads it back."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prefect.blocks.system import Secret

from blocks.provenance.signing import BLOCK_NAME
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.makers import SourceType
from imaging.marking import xmp
from imaging.marking.marks import Facts, mark, marks
from imaging.record import ImageSet
from tests.certificates import signing_certificate
from tests.standins.pictures import bomb, picture
from tests.world import CommandLine, World, run_set

ARTICLE = Article(topic="Kaffee richtig lagern")
HERO_AND_CARDS = [Kind.HERO, Kind.CARD]


@pytest.fixture
def signing(prefect_api: str) -> Iterator[None]:
    """A certificate is configured."""
    Secret(value=signing_certificate().block).save(BLOCK_NAME, overwrite=True, _sync=True)  # type: ignore[call-arg]
    yield
    Secret.delete(BLOCK_NAME, _sync=True)  # type: ignore[call-arg]


def told(image_set: ImageSet) -> dict[str, str | None]:
    """What each stored picture says that it is."""
    pictures = {image.name: httpx.get(str(image.url)).content for image in image_set.images}
    return {name: marks(data).get(xmp.DIGITAL_SOURCE_TYPE) for name, data in pictures.items()}


def test_what_is_stored_is_marked_and_reads_back(world: World, cli: CommandLine) -> None:
    """Models' pictures say so, drawn cards say nothing; by key, URL and file the command finds all of them right."""
    image_set = run_set(ARTICLE, [Kind.HERO, Kind.COMPARISON, Kind.CARD])
    cards = dict.fromkeys(("linkedin", "facebook"))
    assert told(image_set) == {image.name: SourceType.TRAINED for image in image_set.images} | cards
    hero, linkedin = image_set.images[0], image_set.images[3]
    copy = Path("copy.png")
    copy.write_bytes(httpx.get(str(hero.url)).content)
    done = cli("verify", str(hero.key), str(linkedin.url), "copy.png")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[1].startswith("  ok    mark: trainedAlgorithmicMedia (replicate: black-forest-labs")
    assert done.stdout.splitlines()[2] == f"  ok    hash: {hero.sha256}, as it was stored"
    assert done.stdout.splitlines()[3] == "  none  signature: not signed"
    assert [line[:12] for line in done.stdout.splitlines()[5:7]] == ["  none  mark", "  ok    hash"]
    path = world.bucket / str(hero.key)
    path.write_bytes(path.read_bytes()[:-30] + bytes(18) + path.read_bytes()[-12:])
    assert cli("verify", str(hero.key)).returncode == 1
    missing = cli("verify", "default/nothing/hero.png")
    assert (missing.returncode, "no such file" in missing.stdout) == (1, True)
    elsewhere = cli("verify", "https://elsewhere.example/hero.png", str(linkedin.key))
    assert (elsewhere.returncode, "IMAGES_DOWNLOAD_HOSTS" in elsewhere.stdout) == (1, True)
    assert elsewhere.stdout.splitlines()[-1] == "1 of 2 bad"


def test_a_picture_that_waited_in_the_spool_is_the_one_that_was_marked(
    world: World, signing: None, monkeypatch: pytest.MonkeyPatch, cli: CommandLine
) -> None:
    """What an outage kept back is marked and signed once: the next run stores those very bytes."""
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    spooled = {image.name: image.sha256 for image in run_set(ARTICLE, HERO_AND_CARDS).images}
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    stored = run_set(ARTICLE, HERO_AND_CARDS)
    assert {image.status for image in stored.images} == {"stored"}
    assert {image.name: image.sha256 for image in stored.images} == spooled
    done = cli("verify", *(str(image.key) for image in stored.images))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("ok    signature: Made-up Signer (issuer trusted), trainedAlgorithmicMedia") == 1
    assert done.stdout.count("none  signature: not signed") == 2  # the cards


def test_a_killed_runs_picture_is_marked_alike(world: World) -> None:
    """A prediction that is collected once more gives the same bytes: its time is that of the order."""
    first = run_set(ARTICLE, [Kind.HERO])
    for path in (world.bucket / "_results").rglob("*"):
        if path.is_file() and not path.name.endswith(".attempt"):
            path.unlink()  # as if the run had been killed before anything of a picture was written down
    for image in first.images:
        world.delete(str(image.key))
    world.delete(f"default/{first.slug}/manifest.json")
    for local in (Path(world.environment["IMAGES_DATA_DIR"]) / "results").rglob(f"*{first.images[0].digest[:32]}"):
        local.unlink()
    again = run_set(ARTICLE, [Kind.HERO])
    assert world.paid == (1, 0)
    assert [image.sha256 for image in again.images] == [image.sha256 for image in first.images]


def test_prompts_stay_out_of_files_unless_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """`IMAGES_MARK_PROMPT` puts the prompt into the mark; the pictures of before stay as they are, without it."""
    hero = run_set(ARTICLE, [Kind.HERO]).images[0]
    assert str(hero.prompt).encode() not in httpx.get(str(hero.url)).content
    monkeypatch.setenv("IMAGES_MARK_PROMPT", "true")
    assert run_set(ARTICLE, [Kind.HERO]).images[0].sha256 == hero.sha256
    hero = run_set(ARTICLE, [Kind.HERO], refresh=True).images[0]
    assert marks(httpx.get(str(hero.url)).content)[xmp.AI_PROMPT] == xmp.printable(str(hero.prompt))


def test_painted_pictures_say_that_an_algorithm_made_them(painted: Path, cli: CommandLine) -> None:
    """The offline painter was not trained: its pictures say so, always with the same bytes."""
    hero = run_set(ARTICLE, [Kind.HERO]).images[0]
    found = cli("verify", str(hero.key))
    assert "ok    mark: algorithmicMedia (painter: offline-painter, article-images)" in found.stdout
    assert f"ok    hash: {hero.sha256}, as it was stored" in found.stdout  # the embedded storage forgets metadata
    assert run_set(ARTICLE, [Kind.HERO], refresh=True).images[0].sha256 == hero.sha256


def test_a_file_that_cannot_be_read_keeps_no_other_from_being_read(cli: CommandLine, tmp_path: Path) -> None:
    """A bomb, a page and a file that is not there are named; what stands behind them is read, files need no server."""
    made = mark(picture("milk", 64, 64, "png"), Facts(SourceType.TRAINED, "replicate: flux-dev"))
    for name, data in {"bomb.png": bomb(), "large.png": bomb(10_000), "page.png": b"<html>", "good.png": made}.items():
        (tmp_path / name).write_bytes(data)
    done = cli("verify", *(str(tmp_path / name) for name in ("bomb.png", "large.png", "page.png", "good.png")))
    assert done.returncode == 1
    assert done.stdout.count("  FAIL  picture: ") == 3
    assert "page.png\n  FAIL  picture: not a picture that can be read: its format is not known\n" in done.stdout
    assert "ok    mark: trainedAlgorithmicMedia" in done.stdout
    assert done.stdout.splitlines()[-1] == "3 of 4 bad"
