"""The local Prefect server: open to programs and to its own UI, closed to other people's web pages."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect


@pytest.fixture
def api(prefect_api: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=prefect_api, timeout=30) as client:
        yield client


def netloc(api: httpx.Client) -> str:
    return api.base_url.netloc.decode()


def asked(api: httpx.Client, **headers: str) -> httpx.Response:
    return api.post("/block_documents/filter", json={"include_secrets": True}, headers=headers)


def test_programs_and_the_own_ui_are_answered(api: httpx.Client) -> None:
    """Requests without an Origin, and those of the page that the server itself has sent, pass, by any loopback name."""
    localhost = f"localhost:{api.base_url.port}"
    assert asked(api).status_code == 200
    assert asked(api, Origin=f"http://{netloc(api)}").status_code == 200
    assert asked(api, Host=localhost, Origin=f"http://{localhost}").status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", ""])
def test_a_page_of_another_origin_is_refused(api: httpx.Client, origin: str) -> None:
    """Its requests are answered 403, whether they would read or change something, and no header lets it read that."""
    for answer in (asked(api, Origin=origin), api.delete("/variables/name/x", headers={"Origin": origin})):
        assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (403, None)


@pytest.mark.parametrize("host", ["rebound.example", "rebound.example:4200", "127.0.0.1.evil.example", "[", ""])
def test_a_name_that_leads_here_is_refused(api: httpx.Client, host: str) -> None:
    """DNS rebinding: a host name that is not the server's own gets nothing, with the same page as its origin."""
    assert asked(api, Host=host).status_code in {400, 403}
    assert asked(api, Host=host, Origin=f"http://{host}").status_code in {400, 403}


def test_a_preflight_of_another_origin_is_refused(api: httpx.Client) -> None:
    """The browser is not told that the page may send JSON."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = api.options("/block_documents/filter", headers=headers)
    assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (403, None)


def test_a_websocket_of_another_origin_is_refused(api: httpx.Client) -> None:
    """CORS does not hold for WebSockets: events can be neither read nor sent by such a page."""
    url = f"ws://{netloc(api)}{urlsplit(str(api.base_url)).path}events/in"
    with pytest.raises(InvalidStatus, match="403"), connect(url, origin="https://evil.example"):  # type: ignore[arg-type]
        pass
    with connect(url):
        pass
