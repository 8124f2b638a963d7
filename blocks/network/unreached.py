"""Why a host could not be asked, in words for users."""

import httpcore
import httpx


def unreached(error: Exception) -> str:
    """Return why there is no answer; for what has no words of ours, the name of the error."""
    if isinstance(error, httpx.TimeoutException | httpcore.TimeoutException):
        return "it takes too long to answer"
    if isinstance(error, httpx.ConnectError | httpcore.ConnectError):
        return "no connection to the host: check its name, the port and the network"
    return type(error).__name__
