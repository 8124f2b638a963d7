"""Result storage: records are found by another process, which is sent no key."""

import pytest

from blocks.result_storage import ResultStorage
from blocks.services import loaded_services
from tests.world import World


def test_results_are_found_in_another_process_and_no_key_travels(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Prefect sends to a task in another process is enough to find the records, and holds no credentials."""
    world.enter(monkeypatch)
    with loaded_services() as services:
        here = services.records(bucket_answers=True)
        here.write("acme/x", b"{}")
    sent = ResultStorage.over(here).model_dump(serialize_as_any=True, exclude_unset=True)
    assert world.environment["B2_APPLICATION_KEY"] not in repr(sent)
    (world.folder.parent / "data").rename(world.folder.parent / "of another machine")
    assert ResultStorage.model_validate(sent).read_path("acme/x") == b"{}"
