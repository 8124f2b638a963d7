"""Trouble that passes is told from trouble that does not by its words, whoever says them."""

import httpx
import pytest

from blocks.network.transient_errors import is_cold_start, is_interruption
from blocks.vendors.answers.errors import vendor_error
from imaging.errors import ModelStarting


@pytest.mark.parametrize(
    "words",
    [
        "No instances available (yet) for chute_id='0b1c'", "no worker is available", "There are no replicas running",
        "no healthy upstream", "the model is warming up", "Model acme/flux is currently loading", "cold start",
        "Endpoint is scaling up from zero", "Service not ready", "the container is being provisioned",
        "Setup has not finished", "the chute is cold", "currently at max capacity", "instance is starting, please wait",
    ],
)  # fmt: skip
def test_a_model_that_has_to_start_first(words: str) -> None:
    """Such an answer means minutes, in JSON or as it is."""
    assert is_cold_start(words)
    request = httpx.Request("POST", "https://vendor.test")
    for body in ({"json": {"detail": words}}, {"text": words}, {"json": {"error": {"message": words}}}):
        error = vendor_error("Vendor", "VENDOR_KEY", httpx.Response(503, request=request, **body))
        assert isinstance(error, ModelStarting)


@pytest.mark.parametrize("words", ["Service unavailable", "Internal server error", "no tomes available", "bad gateway"])
def test_a_service_that_is_busy_is_no_model_that_starts(words: str) -> None:
    """That passes in seconds, or is not known to pass."""
    assert not is_cold_start(words)


@pytest.mark.parametrize(
    "words",
    [
        "Prediction interrupted; please retry (code: PA)", "Error starting prediction (E6716)", "E1001",
        "CUDA out of memory. Tried to allocate 2.00 GiB", "Prediction aborted (code: E9825)", "OOM killed",
        "the worker died unexpectedly", "GPU was lost", "queue timeout", "Timed out waiting in queue",
        "The model is at capacity, try again later", "node was preempted", "Service temporarily unavailable",
        "upstream connection reset by peer", "internal server error", "process exited with signal SIGKILL",
    ],
)  # fmt: skip
def test_the_vendors_own_trouble_with_a_prediction(words: str) -> None:
    """The same order once more may succeed."""
    assert is_interruption(words)


@pytest.mark.parametrize(
    "words",
    [
        "invalid seed, please try again", "prompt is required", "prompt must be a string", "unsupported aspect ratio",
        "prompt is too long, please retry with fewer words", "ValueError: no such sampler", "canceled by user", "",
    ],
)  # fmt: skip
def test_what_the_same_order_would_meet_again(words: str) -> None:
    """Bad input is no interruption, however politely it is refused."""
    assert not is_interruption(words)
