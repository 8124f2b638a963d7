"""The console script, as a user meets it."""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx
import pytest

from tests import ROOT
from tests.conftest import copy_database
from tests.deployments.stack import wait_for
from tests.world import CommandLine, World, command, command_anew

GOOD = {"topic": "Kaffee"}


@pytest.mark.parametrize(
    ("article", "named"),
    [
        ({"topic": "   "}, "topic"),
        ({"topic": "x" * 301}, "topic"),
        ({}, "topic"),
        ({"topic": "x", "colour": "red"}, "colour"),
        ({"topic": "x", "user_id": "../x"}, "user_id"),
        ({"topic": "x", "user_id": "A"}, "user_id"),
        ({"topic": "x", "language": "deutsch"}, "language"),
        ({"topic": "x", "slug": "../../x"}, "slug"),
        ({"topic": "x", "brand": {"color": "green"}}, "brand.color"),
        ({"topic": "x", "brand": {"template": "fancy"}}, "brand.template"),
        ({"topic": "x", "brand": {"logo": "../other/logo.png"}}, "brand.logo"),
        ([1, 2], "object"),
    ],
)
def test_a_wrong_article_is_bad_input(article: object, named: str, cli: CommandLine) -> None:
    """A wrong field ends with exit code 2 and one line that names it, without a traceback."""
    done = cli("run", "-", stdin=json.dumps(article))
    assert done.returncode == 2
    assert named in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("none.md", None, "none.md"),
        ("empty.md", "", "front matter"),
        ("open.md", "---\ntopic: x\n", "front matter"),
        ("broken.md", "---\ntopic: [x\n---\n", "front matter"),
        ("broken.json", '{"topic": ', "JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_bad_input(
    tmp_path: Path, cli: CommandLine, name: str, text: str | None, named: str
) -> None:
    """A missing file and broken front matter end with exit code 2 and one line that names them."""
    if text is not None:
        (tmp_path / name).write_text(text)
    done = cli("run", str(tmp_path / name))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert named in done.stderr


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"B2_ENDPOINT": "s3.example.com", "B2_KEY_ID": "id"}, "B2_APPLICATION_KEY, B2_BUCKET_NAME"),
        ({"IMAGES_CONCURRENCY": "many"}, "IMAGES_CONCURRENCY"),
        ({"IMAGES_MODELS": "{"}, "IMAGES_MODELS"),
        ({"IMAGES_PLATFORMS": "x,myspace"}, "IMAGES_PLATFORMS: must be platforms out of: x, pinterest"),
        ({"REPLICATE_POLL_INTERVAL": "soon"}, "REPLICATE_POLL_INTERVAL"),
    ],
)
def test_a_wrong_variable_is_named(
    variables: dict[str, str], named: str, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong or half-set variable ends with exit code 2 before any server is started."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = cli("run", "-", stdin=json.dumps(GOOD))
    assert done.returncode == 2, done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", [["--only", "heros"], ["--only", ","], ["--user-id", "../x"]])
def test_a_wrong_option_is_named(option: list[str], cli: CommandLine) -> None:
    """A wrong value of an option ends with exit code 2 and names the option."""
    done = cli("run", "-", *option, stdin=json.dumps(GOOD))
    assert done.returncode == 2
    assert option[0] in done.stderr


def test_json_prints_the_set_and_nothing_else(painted: Path, prefect_api: str, cli: CommandLine) -> None:
    """`--json` prints one JSON document on standard output, progress goes elsewhere; options narrow it down.

    The run has its tenant's tag, and its tasks have none: each would ask the API for the tag's limit.
    """
    done = cli("run", "-", "--json", "--only", "card,hero", "--user-id", "acme", stdin=json.dumps(GOOD))
    assert done.returncode == 0, done.stderr
    image_set = json.loads(done.stdout)
    assert [image["name"] for image in image_set["images"]] == ["hero", "linkedin", "facebook"]
    assert image_set["user_id"] == "acme"
    assert sorted(line.split()[:2] for line in done.stderr.splitlines()) == [
        ["facebook", "stored"], ["hero", "stored"], ["linkedin", "stored"],
    ]  # fmt: skip
    run_id = image_set["flow_run_id"]
    assert httpx.get(f"{prefect_api}/flow_runs/{run_id}").json()["tags"] == ["tenant:acme"]
    asked = {"task_runs": {"flow_run_id": {"any_": [run_id]}}}
    tasks = wait_for(lambda: httpx.post(f"{prefect_api}/task_runs/filter", json=asked).json())
    assert not any(task["tags"] for task in tasks)


def test_platforms_that_are_switched_on_are_made(
    painted: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `IMAGES_PLATFORMS` X and Pinterest have their cards, each of its own size, and the set is complete."""
    monkeypatch.setenv("IMAGES_PLATFORMS", "pinterest, X")
    done = cli("run", "-", "--json", "--only", "card", stdin=json.dumps(GOOD))
    assert done.returncode == 0, done.stderr
    images = json.loads(done.stdout)["images"]
    assert [(image["name"], image["width"], image["height"]) for image in images] == [
        ("linkedin", 1200, 630), ("facebook", 1200, 630), ("x", 1200, 675), ("pinterest", 1000, 1500),
    ]  # fmt: skip


def test_a_degraded_run_exits_with_3(world: World, cli: CommandLine) -> None:
    """A missing picture gives exit code 3, and the JSON says which and why."""
    world.replicate.fault("create", "failed", times=None)
    done = cli("run", "-", "--json", "--only", "hero", stdin=json.dumps(GOOD))
    assert done.returncode == 3, done.stderr
    [hero] = json.loads(done.stdout)["images"]
    assert (hero["status"], hero["url"]) == ("failed", None)
    assert hero["error"]


def test_a_refused_token_exits_with_2_and_one_line(
    world: World, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused token is told in one line that names the variable, not as a traceback."""
    monkeypatch.setenv("REPLICATE_API_TOKEN", "refused")
    done = cli("run", "-", stdin=json.dumps(GOOD))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert "REPLICATE_API_TOKEN" in done.stderr
    assert world.paid == (0, 0)


TOPIC = "Käse, 茶 und 🍵"


def test_without_any_api_the_first_run_is_clean_and_the_second_reuses(tmp_path: Path, prefect_tables: Path) -> None:
    """On a fresh machine the run starts its own Prefect server, and says so; a line a picture, a table, no noise.

    What it prints can be opened once it has ended, and its last line is the one that matters. On an ASCII terminal a
    table is a table, JSON is JSON with all its words, and files are for their owner alone.
    """
    variables = {"PREFECT_HOME": str(tmp_path / "home"), "IMAGES_DATA_DIR": str(tmp_path / "data"),
                 "IMAGES_SERVER_LINGER": "15", "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
                 "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}  # fmt: skip
    copy_database(prefect_tables, tmp_path / "home" / "prefect.db")  # made by the server of these tests, as here
    (tmp_path / "article.json").write_text(json.dumps({"topic": TOPIC, "slug": "kaese"}))
    asked = ("run", str(tmp_path / "article.json"), "--only", "hero,card")
    first = command_anew(*asked, **variables)
    assert first.returncode == 0, first.stderr
    said = first.stderr.splitlines()
    assert said[0].startswith("article-images: starting a local Prefect server")
    assert [" stored as " in line for line in said[1:]] == [True] * 3
    assert all(sign.isprintable() for line in said for sign in line)
    assert "Painted offline" in first.stdout
    assert "3 images, 0.000 USD, complete" in first.stdout
    files = [Path(url2pathname(urlsplit(url).path)) for url in re.findall(r"file://\S+", first.stdout)]
    assert [file.read_bytes()[:4] for file in files] == [b"\x89PNG"] * 3
    page = Path(first.stdout.splitlines()[-1].split(" complete. Gallery: ")[1])
    assert page.read_text().count("<img ") == 3 + 2  # two once more: as a search result, and on X
    table = command(*asked, **variables)
    assert table.returncode == 0
    assert [" reused: " in line for line in table.stderr.splitlines()] == [True] * 3
    assert table.stdout.count("reused") == 3
    document = command(*asked, "--json", **variables)
    assert document.returncode == 0
    assert all(done.stdout.isascii() for done in (first, table, document))
    assert json.loads(document.stdout)["topic"] == TOPIC
    left = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
    assert len(left) > 10
    assert [path for path in left if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_the_command_line_is_declared_without_what_its_commands_need() -> None:
    """Help, completion and errors of use wait for neither Prefect nor pydantic, which take seconds to import."""
    code = "import json, sys, flows.cli; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"prefect", "pydantic", "httpx", "boto3", "PIL", "numpy", "jinja2"} & set(json.loads(done.stdout))
