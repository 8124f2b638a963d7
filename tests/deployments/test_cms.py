"""The examples in deployments/cms: pictures go to content systems, started by the event that a set is ready."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from imaging.articles.article import Article
from imaging.kinds import Kind
from tests import ROOT, forking
from tests.deployments.stack import deployments, wait_for
from tests.imaging.write_back.sets import set_for
from tests.standins import GhostStandin, GitHubStandin, NotionStandin, WordPressStandin
from tests.world import World, run_set

CMS = ROOT / "deployments" / "cms"


def example(name: str, patch: pytest.MonkeyPatch, **environment: str) -> Any:
    """Return an example's flow as a plain function, with these variables set."""
    patch.syspath_prepend(str(CMS))
    for variable, value in environment.items():
        patch.setenv(variable, value)
    return getattr(import_module(name), name).fn


def payload(article_id: str) -> dict[str, Any]:
    """The event's payload for a set of nine pictures, of which the second supporting one could not be stored."""
    body = "\n\n".join(f"## Part {number}" for number in range(6))
    image_set = set_for(body).model_copy(update={"article_id": article_id})
    images = [
        image.model_copy(update={"durable": False, "status": "inline", "url": "data:image/png;base64," + "A" * 5000})
        if image.name == "supporting-2"
        else image
        for image in image_set.images
    ]
    made: dict[str, Any] = json.loads(image_set.model_copy(update={"images": images}).model_dump_json())
    return made


@pytest.fixture
def wordpress() -> Iterator[WordPressStandin]:
    with WordPressStandin() as site:
        yield site


def test_an_event_features_the_hero_in_wordpress(
    world: World, prefect_api: str, wordpress: WordPressStandin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run's own event starts the example that is served: the very bytes, once, with their words."""
    environment = os.environ | wordpress.environment() | {"PREFECT_API_URL": prefect_api}
    with (tmp_path / "log").open("w") as log:
        served = subprocess.Popen(
            [forking.python(), str(CMS / "wordpress.py")], env=environment, cwd=tmp_path, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(lambda: "wordpress/on-completed" in deployments(prefect_api))
        image_set = run_set(Article(topic="Tea", language="en", article_id="7"), [Kind.HERO])
        [hero] = image_set.images
        wait_for(lambda: wordpress.post["featured_media"])
    finally:
        os.killpg(served.pid, signal.SIGKILL)
        served.wait()
    assert wordpress.files == [world.store.get(str(hero.key))]
    assert wordpress.media[0]["alt_text"] == hero.alt_text
    again = example("wordpress", monkeypatch, **wordpress.environment())
    again(json.loads(image_set.model_dump_json()))
    assert (len(wordpress.files), wordpress.post["featured_media"]) == (1, 100)


def test_ghost_gets_hero_and_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """The post has both with the alternative text; an edit that came between is not overwritten."""
    with GhostStandin() as ghost:
        update = example("ghost", monkeypatch, **ghost.environment())
        image_set = payload(GhostStandin.post_id)
        update(image_set)
        update(image_set)
        images = {image["name"]: image for image in image_set["images"]}
        assert ghost.post["feature_image"] == images["hero"]["url"]
        assert ghost.post["feature_image_alt"] == images["hero"]["alt_text"]
        assert ghost.post["og_image"] == ghost.post["twitter_image"] == images["facebook"]["url"]
        assert ghost.post["title"] == "Tea"
        ghost.fault("edit", 409)
        with pytest.raises(Exception, match="409"):
            update(image_set)


def test_notion_gets_addresses_that_it_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cover is the hero; the property has each picture that is in the bucket, never a `data:` URL of thousands."""
    with NotionStandin() as notion:
        update = example("notion", monkeypatch, **notion.environment())
        image_set = payload(NotionStandin.page_id)
        update(image_set)
        update(image_set)
        files = notion.page["properties"]["Pictures"]["files"]
        durable = [image for image in image_set["images"] if image["durable"]]
        assert [(one["name"], one["external"]["url"]) for one in files] == [
            (one["name"], one["url"]) for one in durable
        ]
        assert notion.page["cover"]["external"]["url"] == image_set["images"][0]["url"]
        assert max(len(one["external"]["url"]) for one in files) <= 500


def test_github_starts_the_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event's type is the one that the workflow waits for."""
    workflow = yaml.safe_load((CMS / "pull-request.yml").read_text())
    with GitHubStandin() as github:
        example("github", monkeypatch, **github.environment())(payload("1"))
        [sent] = github.dispatched
    assert [sent["event_type"]] == workflow[True]["repository_dispatch"]["types"]  # YAML 1.1 reads `on` as true
    assert sent["client_payload"]["slug"] == "tee"


def test_the_workflow_opens_one_pull_request(world: World, prefect_api: str, tmp_path: Path) -> None:
    """Its steps, run as they are: posts are committed with their pictures, and nothing where none has changed."""
    steps = yaml.safe_load((CMS / "pull-request.yml").read_text())["jobs"]["write-back"]["steps"]
    _, write, propose = (step["run"] for step in steps if "run" in step)
    site, remote, tools = tmp_path / "site", tmp_path / "remote.git", tmp_path / "tools"
    (site / "content").mkdir(parents=True)
    (site / "content" / "tea.md").write_text("---\ntopic: Tea\n---\n\nText\n")
    tools.mkdir()
    asked = tools / "asked"
    (tools / "gh").write_text(f'#!/bin/sh\nif [ "$2" = view ]; then cat {asked}.state; else echo "$@" >> {asked}; fi\n')
    ours = Path(sys.executable).with_name("article-images")
    (tools / "article-images").write_text(f'#!/bin/sh\nexec {forking.python()} {ours} "$@"\n')
    for name in ("gh", "article-images"):
        (tools / name).chmod(0o755)
    (tools / "asked.state").write_text("")
    path = f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"POSTS": "content", "PATH": path, "PREFECT_API_URL": prefect_api}

    def step(script: str) -> str:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script], cwd=site, env=environment, capture_output=True, text=True,
            timeout=240, check=True,
        )  # fmt: skip
        return done.stdout

    step(f"git init -q --bare {remote} && git init -q . && git remote add origin {remote}")
    step("git add -A && git -c user.name=x -c user.email=x@example.com commit -qm first")
    step(write)
    step(propose)
    assert asked.read_text().count("pr create") == 1
    assert step(f"git --git-dir={remote} log --format=%s article-images").splitlines()[0] == "Pictures of articles"
    assert "article-images:hero" in step(f"git --git-dir={remote} show article-images:content/tea.md")
    assert step("git show --stat --format= HEAD").count("|") == 1
    (tools / "asked.state").write_text("OPEN\n")
    step(propose)  # nothing has changed
    assert step(f"git --git-dir={remote} log --format=%s article-images").count("Pictures") == 1
    (site / "content" / "rye.md").write_text("Text\n")
    step(propose)
    assert "rye.md" in step(f"git --git-dir={remote} show --stat --format= article-images")
    assert asked.read_text().count("pr create") == 1
