"""The harness of `make scale`: what it counts and kills is what it says."""

import json
import time
from pathlib import Path

import pytest

from imaging.articles.files.documents import parse_document
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.slug import slugify
from tests.reliability.cluster import postgres
from tests.reliability.cluster.count import Kill, _wrong_folders, complete, stored_pictures
from tests.reliability.cluster.machine import Machine
from tests.reliability.cluster.many_articles import articles


def test_the_articles_differ_and_have_the_pictures_that_are_counted() -> None:
    """Two articles of one topic would share pictures; a wrong number of planned ones would hide a missing one."""
    written = articles(200)
    read = [parse_document(each.markdown.encode(), each.name) for each in written]
    assert len({(article.user_id, slugify(article.topic)) for article in read}) == 200
    plans = [Planner(article, "slug", ModelTable(), {"replicate", "chutes"}).specs() for article in read]
    assert [len(list(plan)) for plan in plans] == [each.pictures for each in written]


def test_a_picture_that_is_not_there_is_missing(tmp_path: Path) -> None:
    """An article is complete where each picture that its manifest names lies in the bucket, whole."""
    [article] = articles(1)
    folder = tmp_path / "acme" / "kaffee"
    folder.mkdir(parents=True)
    names = [f"acme/kaffee/{number}.png" for number in range(article.pictures)]
    images = [{"key": name, "durable": True, "bytes": 3} for name in names]
    (folder / "manifest.json").write_text(json.dumps({"article_id": "cms-0000", "images": images}))
    for name in names:
        (tmp_path / name).write_bytes(b"png")
    assert (complete(tmp_path, [article]), stored_pictures(tmp_path, [article])) == ({"0000.md"}, 7)
    (tmp_path / names[0]).write_bytes(b"pn")
    assert (complete(tmp_path, [article]), stored_pictures(tmp_path, [article])) == (set(), 6)


def test_a_machine_is_killed_with_all_that_it_has_started(tmp_path: Path) -> None:
    """Children in groups of their own belong to it too; those of another machine do not."""
    one, other = (Machine(tmp_path / name, "http://127.0.0.1:1/api", {}) for name in ("one", "other"))
    child = "import subprocess; subprocess.Popen(['sleep', '60'], start_new_session=True).wait()"
    started = [machine.start("log", "python", "-c", child) for machine in (one, other)]
    deadline = time.monotonic() + 20
    while len(one.processes()) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert one.kill() == 2
    assert (one.processes(), len(other.processes()) > 0) == (set(), True)
    other.kill()
    for process in started:
        process.wait()


def test_a_run_in_another_machines_folder_is_told() -> None:
    """Machines that share their code would not show that a deployment works on several."""
    folders = {"worker-1": {"a": Path("/x/worker-1/code"), "b": Path("/x/worker-2/code")}}
    kill = Kill("worker-1", 0.0, 1, {}, 0, folders)
    assert _wrong_folders(kill) == ["run b of worker-1 worked in /x/worker-2/code"]


def test_without_postgres_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is installed behind anyone's back."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres, "_DEBIAN", "nowhere")
    with pytest.raises(postgres.NoPostgres, match="apt-get install postgresql"), postgres.postgres(tmp_path / "new"):
        pass
