"""Each maker has its task, by what is known of the maker."""

from imaging.makers import MAKERS
from tasks.pictures.makers import TASKS


def test_every_maker_has_a_task_and_vendors_that_answer_at_once_come_last() -> None:
    """Each but those that only name who made pictures of old addresses; and none that starts slowly holds up others."""
    assert set(TASKS) == set(MAKERS) - {"unknown", "people"}
    assert next(iter(TASKS)) == "replicate"
    assert list(TASKS)[-1] == "chutes"
