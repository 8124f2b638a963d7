"""The commands `list` and `open`: what is there, and where it can be looked at."""

import json
import sys
import webbrowser
from pathlib import Path

import httpx
import pytest

from imaging.articles.article import Article
from imaging.kinds import Kind
from tests.world import CommandLine, World, run_set


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser that writes the addresses it is asked for into this file."""
    script, asked = tmp_path / "browser.py", tmp_path / "asked"
    script.write_text(f"import sys\nopen({str(asked)!r}, 'a').write(sys.argv[1])\n")
    monkeypatch.setenv("BROWSER", f"{sys.executable} {script} %s")
    monkeypatch.setattr(webbrowser, "_tryorder", None)  # it reads the variable once
    return asked


def test_list_tells_of_each_article_what_its_last_run_came_to(world: World, cli: CommandLine) -> None:
    """Complete, degraded and unfinished articles, with cost where the whole manifest is there; a tenant's alone."""
    run_set(Article(topic="Milk", user_id="acme"), [Kind.HERO, Kind.CARD])
    world.replicate.fault("create", "failed", times=None)
    run_set(Article(topic="Tea", user_id="globex"), [Kind.HERO])
    world.store.put_json("globex/begun/other.json", "{}")
    world.store.put_json("globex/branding/brand.json", "{}")
    for folder in (world.bucket / "_results", Path(world.environment["IMAGES_DATA_DIR"])):
        for whole in folder.rglob("globex/tea/manifest.json"):
            whole.unlink()
    listed = cli("list", "--json")
    assert listed.returncode == 0, listed.stderr
    milk, begun, tea = json.loads(listed.stdout)
    assert (milk["user_id"], milk["slug"], milk["topic"]) == ("acme", "milk", "Milk")
    assert (milk["status"], milk["images"], milk["cost_usd"]) == ("complete", 3, 0.06)
    assert httpx.get(milk["gallery_url"]).status_code == 200
    assert (begun["slug"], begun["status"], begun["gallery_url"]) == ("begun", "unfinished", None)
    assert (tea["status"], tea["images"], tea["cost_usd"]) == ("degraded", 0, None)
    printed = cli("list", "--user-id", "acme").stdout.splitlines()
    assert "complete     3 pictures   0.060 USD  acme/milk" in printed[0]
    assert printed[1:] == [f"  {milk['gallery_url']}", "1 article"]


def test_open_shows_the_page_of_this_machine_else_the_public_one(
    world: World, cli: CommandLine, browser: Path, tmp_path: Path
) -> None:
    """Named by nothing, slug, tenant and file, the same gallery is opened; a missing one is named."""
    assert cli("open").returncode == 2
    article = tmp_path / "milk.json"
    article.write_text('{"topic": "Milk", "user_id": "acme"}')
    run_set(Article(topic="Milk", user_id="acme"), [Kind.CARD])
    page = Path(world.environment["IMAGES_DATA_DIR"]) / "gallery/acme/milk.html"
    for named in ([], ["acme/milk"], ["milk", "--user-id", "acme"], [str(article)]):
        assert cli("open", *named).stdout == page.resolve().as_uri() + "\n"
    assert browser.read_text() == page.resolve().as_uri() * 4
    page.unlink()
    assert cli("open", "acme/milk").stdout == world.store.url("acme/milk/gallery.html") + "\n"
    missing = cli("open", "acme/tea")
    assert (missing.returncode, "acme/tea has no gallery" in missing.stderr) == (2, True)
    assert cli("open", "../../etc/passwd").returncode == 2


def test_where_there_is_no_browser_the_address_is_enough(
    painted: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine without a browser the address is printed, and a line says so; without a bucket it is a file."""
    run_set(Article(topic="Milk"), [Kind.CARD])
    monkeypatch.setenv("BROWSER", "no-such-browser")
    monkeypatch.setattr(webbrowser, "_tryorder", [])
    opened = cli("open", "milk")
    assert (opened.returncode, "no browser" in opened.stderr) == (0, True)
    [listed] = json.loads(cli("list", "--json").stdout)
    assert opened.stdout.strip() == listed["gallery_url"] == (painted / "gallery/default/milk.html").as_uri()
