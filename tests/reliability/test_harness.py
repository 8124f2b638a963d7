"""The harness itself: a table that is green because it breaks or counts nothing would be worse than none."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from tests.reliability.commands.command import Run
from tests.reliability.crash import crash
from tests.reliability.harness.gate import Gate
from tests.reliability.harness.ledger import Tally, as_after_a_kill, chutes_twice, ended_in_vain, replicate_twice
from tests.reliability.harness.moments import Moment, Phase, moments
from tests.reliability.harness.process import Finished
from tests.reliability.harness.s3_proxy import is_picture
from tests.reliability.harness.vendors import Delivery, WatchedReplicate
from tests.reliability.harness.world import open_world
from tests.reliability.rows.matrix import ROWS
from tests.reliability.rows.replicate import breaks as vendor
from tests.reliability.rows.row import Result, Row, play
from tests.reliability.rows.storage import breaks as bucket
from tests.reliability.rows.table import show
from tests.standins import Prediction
from tests.standins.faults import Fault
from tests.standins.vendors.models import MODELS

FLUX = MODELS["black-forest-labs/flux-dev"]


def _prediction(outcome: str | None = None, prompt: str = "a") -> Prediction:
    fault = Fault("create", outcome, None, None, {}) if outcome else None
    return Prediction(FLUX, {"prompt": prompt}, 0.0, fault)


def test_the_table_has_at_least_sixty_rows_each_with_a_name_of_its_own() -> None:
    """Fewer than sixty would leave something out; two rows of one name could not be told apart in the sum."""
    names = [row.title for row in ROWS]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("outcome", ["failed", "nsfw", "canceled", "aborted", "gone", "output_null"])
def test_a_prediction_that_ended_in_vain_may_be_made_anew(outcome: str) -> None:
    """A second prediction is no double payment where the vendor will never hand out the first's picture."""
    assert ended_in_vain(_prediction(outcome))
    assert replicate_twice([_prediction(outcome), _prediction()]) == 0


def test_a_second_prediction_for_one_picture_is_paid_twice() -> None:
    """Two for one prompt count as one too many, two prompts do not; a stuck one can still be waited for."""
    assert replicate_twice([_prediction(), _prediction()]) == 1
    assert replicate_twice([_prediction(), _prediction("failed")]) == 1
    assert replicate_twice([_prediction("stuck"), _prediction(), _prediction()]) == 2
    assert replicate_twice([_prediction(prompt="a"), _prediction(prompt="b")]) == 0


def test_a_repeated_call_counts_apart_where_the_answer_was_lost() -> None:
    """Chutes is paid twice only where an answer had arrived; one in flight at a kill had not."""
    lost, whole = Delivery("qwen", "a", "1", arrived=False), Delivery("qwen", "a", "2", arrived=True)
    assert chutes_twice([lost, whole]) == (0, 1)
    assert chutes_twice([whole, whole]) == (1, 0)
    assert chutes_twice([*as_after_a_kill([whole], set()), whole]) == (0, 1)
    assert chutes_twice([*as_after_a_kill([whole], {"2"}), whole]) == (1, 0)


def test_moments_are_spread_and_repeatable() -> None:
    """The same seed gives the same kills, all within the run; odd ones bring their own storage."""
    phases = [Phase("start", 2.0, 0.1), Phase("first call", 3.0, 0.9)]
    planned = moments(30, 3, phases, aimed=True)
    assert planned == moments(30, 3, phases, aimed=True)
    assert [one.number for one in planned] == list(range(34))
    assert all(0 <= one.seconds <= 3.0 for one in planned)
    assert [sum(one.after == what for one in planned) for what in ("start", "first call", "create")] == [3, 27, 4]
    assert sum(one.embedded for one in planned) == 17


def test_a_shut_gate_refuses_and_an_open_one_lets_through() -> None:
    """The port stays the same, so that what was refused a moment ago answers again."""
    with WatchedReplicate() as server, Gate(server.host) as gate:
        url = f"http://{gate.host}/v1/account"
        assert httpx.get(url).status_code == 401
        gate.shut()
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)
        gate.open()
        assert httpx.get(url).status_code == 401
        with httpx.Client() as client:
            client.get(url)
            gate.cut()
            assert len(gate._pairs) == 0
            assert httpx.get(url).status_code == 401


def test_the_bucket_answers_through_proxy_and_gate_and_breaks_on_demand(tmp_path: Path, prefect_api: str) -> None:
    """A signed request passes, HEAD keeps its length; a fault speaks S3's words; a wrong hash is acknowledged."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    with open_world(tmp_path / "world", prefect_api) as world:
        client = boto3.client(
            "s3",
            endpoint_url=world.environment["B2_ENDPOINT"],
            aws_access_key_id=world.environment["B2_KEY_ID"],
            aws_secret_access_key=world.environment["B2_APPLICATION_KEY"],
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )
        put: dict[str, Any] = {"Bucket": world.environment["B2_BUCKET_NAME"], "Key": "acme/x y.png", "Body": b"picture"}
        honest = client.put_object(**put)["ETag"]
        assert list(world.objects()) == ["acme/x y.png"]
        assert client.head_object(Bucket=put["Bucket"], Key=put["Key"])["ContentLength"] == 7
        world.s3.wrong_etag = is_picture
        assert client.put_object(**put)["ETag"] != honest
        world.s3.fail(503, 1)
        with pytest.raises(ClientError, match="SlowDown"):
            client.put_object(**put)
        world.lift()
        assert client.put_object(**put)["ETag"] == honest
        client.close()


def test_some_rows_and_a_crash(tmp_path: Path, prefect_api: str) -> None:
    """Rows tell what happened, count what was paid, and a killed run is run again and leaves nothing behind."""
    rows = [
        Row("create 422", "hero", vendor("create", 422), "422"),
        Row("pictures 503", "hero", bucket(503, match=is_picture), "no such words"),
    ]
    with ThreadPoolExecutor(3) as pool:
        played = [pool.submit(play, row, prefect_api, tmp_path) for row in rows]
        killed = pool.submit(crash, Run, Moment(1, 0.02, "create"), prefect_api, tmp_path).result()
        refused, storage = (future.result() for future in played)
    assert refused.tally is not None
    assert (refused.tally.paid, refused.tally.twice, refused.tally.lost) == (1, 0, 0)
    assert [run.exit_code for run in refused.runs] == [3, 0]
    assert "422" in refused.message
    assert (refused.complaints, refused.remarks) == ([], [])
    assert storage.tally is not None
    assert (storage.tally.paid, storage.tally.twice, storage.tally.lost, storage.tally.durable) == (1, 0, 0, 1)
    assert any("does not name the cause" in line for line in storage.complaints)
    assert (killed.complaints, killed.tally.durable, killed.leftovers) == ([], 7, 0)


def test_a_red_row_makes_the_table_fail_and_says_why() -> None:
    """A run that hangs and a missing message are told below the table; a skipped row is no failure."""
    row = Row("create 500", "hero", vendor("create", 500), "500")
    out = Console(record=True, width=220, file=io.StringIO())
    skipped = Result(row, skipped="only root may mount")
    assert show([skipped], out)
    tally = Tally(paid=1, twice=0, again=0, lost=0, durable=0, planned=1, lies=())
    hangs = Result(row, (Finished(None, 150.0, None, ""), Finished(0, 4.0, None, "")), tally)
    assert not show([hangs], out)
    text = out.export_text()
    assert "run 1 hangs" in text
    assert "no message" in text
    assert "only root may mount" in text
