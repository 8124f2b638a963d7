"""What a run notes of its images on the way, for the manifest that it leaves where it is stopped."""

from blocks.publishing.progress import Progress
from blocks.run import begun_run
from imaging.entry import failed
from tests.imaging.test_record import HERO, entry
from tests.world import World


def test_what_fails_in_a_stop_has_not_failed(world: World) -> None:
    """A failure counts that comes before the stop; one that comes of the stop does not, and a picture always does."""
    tiktok = HERO.model_copy(update={"name": "tiktok"})
    with begun_run() as run:
        progress = Progress("progress-a", ["hero", "tiktok"], run, all_there=True)
        progress.note(failed(HERO, "refused"))
        run.in_flight.close("stopped by SIGINT")
        progress.note(failed(tiktok, "not ordered: stopped by SIGINT"))
        assert {name: image.error for name, image in progress.images.items()} == {"hero": "refused"}
        progress.note(entry())
        assert progress.images["hero"].status == "stored"
