"""Each maker has its task, by what is known of the maker."""

from imaging.makers import MAKERS
from tasks.makers import TASKS


def test_every_maker_has_a_task_and_vendors_that_answer_at_once_come_last() -> None:
    """Where threads are few, a picture that waits for its model to start keeps none from the others."""
    assert set(TASKS) == set(MAKERS)
    assert next(iter(TASKS)) == "replicate"
    assert list(TASKS)[-1] == "chutes"
