"""How predictions may end, as the vendor's own client sees them."""

from typing import Any

import pydantic.v1
import pytest
from replicate.client import Client

from . import ReplicateStandin


def create(client: Client) -> Any:
    model = "black-forest-labs/flux-dev"
    return client.models.predictions.create(model=model, input={"prompt": "milk"}, wait=False)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("failed", "failed"), ("nsfw", "failed"), ("canceled", "canceled"), ("gone", "succeeded"),
     ("output_null", "succeeded"), ("stuck", "processing")],
)  # fmt: skip
def test_a_prediction_may_end_without_output(
    replicate: ReplicateStandin, client: Client, kind: str, status: str
) -> None:
    """Each of these outcomes has its status, an error where the vendor gives one, and no output."""
    replicate.fault("create", kind)
    prediction = create(client)
    prediction.reload()
    assert (prediction.status, prediction.output) == (status, None)
    assert bool(prediction.error) == (status == "failed")
    assert ("NSFW" in str(prediction.error)) == (kind == "nsfw")


def test_outputs_of_another_shape(replicate: ReplicateStandin, client: Client) -> None:
    """An output may be an object, or name any host."""
    replicate.fault("create", "output_dict")
    replicate.fault("create", "output", output="http://10.0.0.1/a.png")
    predictions = [create(client), create(client)]
    for prediction in predictions:
        prediction.wait()
    assert isinstance(predictions[0].output, dict)
    assert predictions[1].output == "http://10.0.0.1/a.png"


def test_the_client_does_not_know_aborted(replicate: ReplicateStandin, client: Client) -> None:
    """`aborted` is a status of the API that the vendor's own model rejects."""
    replicate.fault("create", "aborted")
    prediction = create(client)
    with pytest.raises(pydantic.v1.ValidationError):
        prediction.reload()
