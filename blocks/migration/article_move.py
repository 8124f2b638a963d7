"""Moving the pictures of one article from old addresses: fetched a few at a time, stored beside its others, and noted.

An address is noted as moved once its picture is in the bucket and in its article's manifest. A run that is killed
between the two goes on with what is stored, and asks for nothing twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from prefect.logging import get_run_logger

from blocks.migration.article_folder import ArticleFolder, article_folder
from blocks.migration.moving import Link, Mover, outcome_of
from blocks.migration.state import State
from blocks.run import current_run
from imaging.articles.article import Article
from imaging.errors import ConfigurationError, ImagesError, InvalidInput, StorageError
from imaging.migration.report import Outcome
from imaging.pictures.picture import Picture
from imaging.record import Image

_AT_ONCE = 8  # pictures of one record in memory


@dataclass(frozen=True, slots=True)
class ArticleMove:
    """The addresses of one article that are to be moved, and known `dead` ones. `slug`: its folder's, if known."""

    article: Article
    links: Sequence[Link]
    dead: Sequence[Link] = ()
    slug: str | None = None
    where: str = ""

    @property
    def may_be_dead(self) -> Sequence[Link]:
        """All addresses whose pictures may have to be made again."""
        return [*self.dead, *self.links]


@dataclass(frozen=True, slots=True)
class ArticleMover:
    """Moves pictures, an article at a time. `dry_run`: addresses are looked at, and nothing is stored."""

    pictures: Mover
    state: State = field(repr=False)
    dry_run: bool = False

    def move(self, move: ArticleMove) -> None:
        """Move an article's pictures, and note what became of each address. Raises ConfigurationError alone."""
        for links in _few_at_a_time(move.links):
            if self.dry_run:
                self.note(move, {link.address: self._looked_at(link) for link in links})
                continue
            pictures: list[tuple[Link, Picture | Image]] = []
            for link in links:
                found = self._fetched(move, link)
                if isinstance(found, Outcome):
                    self.note(move, {link.address: found})
                else:
                    pictures.append((link, found))
            if pictures:
                self.note(move, self._stored(move, pictures))

    def _looked_at(self, link: Link) -> Outcome:
        try:
            self.pictures.is_alive(link.address)
        except ImagesError as error:
            return outcome_of(link.address, error)
        except Exception as error:  # noqa: BLE001 - one bad address never stops the others
            return _unexpected(error)
        return Outcome(status="moved", why="is there")

    def _fetched(self, move: ArticleMove, link: Link) -> Picture | Image | Outcome:
        """Return the picture at an address, or its entry where a run that was killed has stored it."""
        user_id = move.article.user_id
        try:
            return self.state.kept(user_id, link.address) or self.pictures.picture_at(user_id, link.address)
        except ImagesError as error:
            return outcome_of(link.address, error)
        except Exception as error:  # noqa: BLE001 - one bad address never stops the others
            return _unexpected(error)

    def _stored(self, move: ArticleMove, pictures: Sequence[tuple[Link, Picture | Image]]) -> dict[str, Outcome]:
        """Store pictures in their article's folder and manifest; return what became of their addresses."""
        done: dict[str, Outcome] = {}
        try:
            with article_folder(current_run().services, move.article, move.slug) as folder:
                images = {link.address: self._entry(folder, link, picture) for link, picture in pictures}
                folder.add(list(images.values()))
            done = {address: Outcome(status="moved", new=image.url, key=image.key) for address, image in images.items()}
        except ConfigurationError:
            raise
        except (StorageError, OSError) as error:
            self._keep(move, pictures)
            done = {link.address: Outcome(status="later", why=str(error)) for link, _ in pictures}
        except InvalidInput as error:  # the slug is another article's
            done = {link.address: Outcome(status="refused", why=f"{move.where}: {error}") for link, _ in pictures}
        except Exception as error:  # noqa: BLE001 - one bad article never stops the others
            get_run_logger().exception("%s", move.where)
            done = {link.address: _unexpected(error) for link, _ in pictures}
        return done

    def _entry(self, folder: ArticleFolder, link: Link, picture: Picture | Image) -> Image:
        if isinstance(picture, Image):
            return picture
        image = self.pictures.store(link, folder.article, folder.slug, picture)
        self.state.keep(folder.article.user_id, link.address, image)
        return image

    def _keep(self, move: ArticleMove, pictures: Sequence[tuple[Link, Picture | Image]]) -> None:
        for link, picture in pictures:
            if isinstance(picture, Picture):
                self.pictures.keep(move.article.user_id, link.address, picture)

    def note(self, move: ArticleMove, outcomes: dict[str, Outcome]) -> None:
        """Write down what became of some of an article's addresses."""
        if not outcomes:
            return
        user_id = move.article.user_id
        if current_run().in_flight.closed:  # what fails because the run is stopped has not failed
            outcomes = {address: one for address, one in outcomes.items() if one.status != "later"}
        self.state.note(user_id, outcomes.items())
        for address, outcome in outcomes.items():
            if outcome.status == "moved" and not self.dry_run:
                self.pictures.let_go(user_id, address)


def _few_at_a_time(links: Sequence[Link]) -> Iterator[Sequence[Link]]:
    for start in range(0, len(links), _AT_ONCE):
        yield links[start : start + _AT_ONCE]


def _unexpected(error: Exception) -> Outcome:
    return Outcome(status="later", why=f"unexpected {type(error).__name__}; the run's log has the details")
