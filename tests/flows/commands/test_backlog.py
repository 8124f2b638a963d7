"""The command `backlog`: what it prints, and the page that leads to all galleries."""

from pathlib import Path

from tests.flows.backlogs import put
from tests.imaging.pages.test_gallery import Page
from tests.world import CommandLine


def test_a_backlog_ends_with_what_failed_and_where_all_can_be_seen(
    painted: Path, cli: CommandLine, tmp_path: Path
) -> None:
    """A line for each article while it runs; failures with reason; in the last line the index, whose links open."""
    folder = put(tmp_path / "posts", milk="Milk", tea="Tea")
    (folder / "bad.md").write_text("---\ntopic: [\n---\n")
    done = cli("backlog", str(folder), "--only", "hero")
    assert done.returncode == 3
    assert sorted(line.split(": ")[0].strip() for line in done.stderr.splitlines()) == ["bad.md", "milk.md", "tea.md"]
    assert "  failed   bad.md: " in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last.startswith("3 articles: 2 complete, 1 failed; 0.000 USD; degraded. Galleries: ")
    assert_leads_to_both(Path(last.split("Galleries: ")[1]), "complete")
    again = cli("backlog", str(folder), "--only", "hero").stdout.splitlines()[-1]
    assert again.startswith("3 articles: 2 done before, 1 failed")
    assert_leads_to_both(Path(again.split("Galleries: ")[1]), "done before")


def assert_leads_to_both(index: Path, came: str) -> None:
    """Both galleries and both heroes can be opened from the page."""
    page = Page(index.read_text())
    links = {str(link) for link in page.all("a", "href") if not str(link).startswith("http")}
    assert links == {"default/milk.html", "default/tea.html"}
    assert all((index.parent / link).is_file() for link in links)
    heroes = [index.parent / str(source) for source in page.all("img", "src")]
    assert [hero.is_file() for hero in heroes] == [True] * 2
    assert page.text.count(came) >= 2
