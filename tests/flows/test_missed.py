"""The flow that says which event no run could be made of."""

from uuid import uuid4

from flows.missed import missed_event


def test_a_notice_without_its_event_says_what_it_knows(prefect_api: str) -> None:
    """Where the event is not to be had any more, the run still fails with automation and reason, and opens no door."""
    reason = "cannot call https://hooks.example/x?token=geheim"
    state = missed_event("on-published", reason, uuid4(), return_state=True)
    assert state.is_failed()
    assert "on-published could not act: cannot call https://hooks.example/x?…" in str(state.message)
