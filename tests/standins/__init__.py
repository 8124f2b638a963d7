"""The image vendors, played on 127.0.0.1 and speaking their real wire protocols.

Tests drive the product through real sockets: a reset, a lost answer or a body that never ends cannot be told
apart from the vendor's. What would have cost money is counted in `paid`, so that a test can say "once".

    with ReplicateStandin() as replicate, ChutesStandin() as chutes:
        replicate.fault("create", "reset_after")  # paid for, and the answer lost
        ...
        assert replicate.created("black-forest-labs/flux-dev") == 1

`Faults` in `faults.py` holds the vocabulary of everything that can go wrong.
"""

from .cms_api import GhostStandin, GitHubStandin, NotionStandin, WordPressStandin
from .faults import Fault
from .feed_site import FeedSite
from .messages import Answer, Call
from .vendors.chutes_api import ChutesStandin, Generation
from .vendors.fal_api import FalStandin
from .vendors.predictions import Prediction
from .vendors.replicate_api import ReplicateStandin
from .vendors.writer_api import WriterStandin
from .versioned_bucket import VersionedBucket

__all__ = [
    "Answer",
    "Call",
    "ChutesStandin",
    "FalStandin",
    "Fault",
    "FeedSite",
    "Generation",
    "GhostStandin",
    "GitHubStandin",
    "NotionStandin",
    "Prediction",
    "ReplicateStandin",
    "VersionedBucket",
    "WordPressStandin",
    "WriterStandin",
]
