"""The commands on tenants, and the faults that they meet: the bucket, hosts of old pictures, Prefect, the disk."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.reliability.commands.brand import BrandSet
from tests.reliability.commands.command import Command
from tests.reliability.commands.erase import Erase
from tests.reliability.commands.migrate import Migrate, MigrateAgain
from tests.reliability.commands.usage import StorageReport, Usage
from tests.reliability.harness.s3_proxy import from_the, is_delete, is_get, is_list, is_picture, is_put
from tests.reliability.harness.world import World
from tests.reliability.rows.replicate import breaks as vendor
from tests.reliability.rows.rest import disk_that_fills, prefect_away, read_only, small_disk
from tests.reliability.rows.row import Breaks, Row
from tests.reliability.rows.storage import breaks as bucket
from tests.reliability.rows.storage import fresh, once_created
from tests.standins import Answer

_BUSY, _BROKEN, _REFUSED = r"SlowDown|503", r"reach|broke|closed|reset|Connection", "AccessDenied"
_DISK, _PREFECT = r"disk|space|read-only|full", r"Prefect|API|connect"
_BRIEFLY = {"IMAGES_DOWNLOAD_TIMEOUT": "2", "IMAGES_MAX_BYTES": "2000000"}


def host(kind: str | int, times: int | None = None, **options: Any) -> Breaks:
    """Break downloads from the host of old pictures."""
    return lambda world: world.host.fault("download", kind, times, **options)


def host_says(status: int) -> Breaks:
    """Let the host answer so to everything."""

    def arm(world: World) -> None:
        pages = dict(world.host.pages)
        world.host.pages.update(dict.fromkeys(pages, Answer(status, b"gone", "text/plain")))
        world.undo.append(lambda: world.host.pages.update(pages))

    return arm


def at_the(number: int, of: Callable[[Any], bool], what: Breaks) -> Breaks:
    """Break something else at the n-th such call to the bucket, which is answered."""

    def arm(world: World) -> None:
        reached, done = from_the(number, of), list[bool]()

        def breaks(call: Any) -> bool:
            if reached(call) and not done:
                done.append(True)
                what(world)
            return False

        world.s3.fail(503, None, breaks)

    return arm


def disk_for_temporary_files(world: World) -> None:
    """Let temporary files be on the full disk too."""
    small_disk(world)
    world.environment["TMPDIR"] = str(world.data)
    world.undo.append(lambda: world.environment.pop("TMPDIR"))


def _rows(
    command: type[Command],
    faults: Mapping[str, tuple[Breaks, str, int | None]],
    variables: Mapping[str, str] | None = None,
    seconds: float = 240,
) -> list[Row]:
    """Return rows by name: what breaks, the words that name the cause, and the exit code where that is sure."""
    return [
        Row(name, "", breaks, names, variables=variables or {}, seconds=seconds, ends=ends, command=command)
        for name, (breaks, names, ends) in faults.items()
    ]


def _passes(command: type[Command], **faults: Breaks) -> list[Row]:
    """Return rows whose trouble is over before the command gives up; names without the blanks."""
    names = {name.replace("_", " "): breaks for name, breaks in faults.items()}
    return [Row(name, "", breaks, ".", command=command, passes=True) for name, breaks in names.items()]


_AWAY = prefect_away(30)

MIGRATE = [
    *_passes(
        Migrate,
        s3_503_three_times=bucket(503, 3),
        s3_reset_before_twice=bucket("reset_before", 2),
        s3_PUT_passed_on_then_reset_once=bucket("reset_after", 1, match=is_picture),
        host_503_once=host(503, 1),
        host_429_once=host(429, 1, headers={"Retry-After": "1"}),
        replicate_create_reset_after_once=vendor("create", "reset_after", 1),
    ),
    *_rows(Migrate, {
        "s3 503 from the start": (bucket(503), _BUSY, 1),
        "s3 503 for every GET": (bucket(503, match=is_get), _BUSY, 1),
        "s3 503 for every PUT": (bucket(503, match=is_put), _BUSY, 3),
        "s3 503 for pictures": (bucket(503, match=is_picture), _BUSY, 3),
        "s3 503 from the first create": (once_created(bucket(503)), _BUSY, 3),
        "s3 403 from the start": (bucket(403), _REFUSED, 2),
        "s3 403 from the third picture": (fresh(403, lambda: from_the(3, is_picture)), _REFUSED, None),
        "replicate create 503 for ever": (vendor("create", 503), "503", 3),
        "replicate download 500 for ever": (vendor("download", 500), "500", 3),
        "prefect gone for 30 s from the start": (_AWAY, _PREFECT, None),
        "prefect gone for 30 s from the first create": (once_created(_AWAY), _PREFECT, None),
        "disk full": (small_disk, _DISK, None),
        "disk fills at the first create": (disk_that_fills, _DISK, None),
        "disk read-only": (read_only, _DISK, None),
    }),
    *_rows(MigrateAgain, {
        "host 403": (host(403), "403", 3),
        "host 404": (host(404), "404", 0),
        "host 410": (host_says(410), "410", 0),
        "host 429 for ever": (host(429), "429", 3),
        "host 500 for ever": (host(500), "500", 3),
        "host reset before, for ever": (host("reset_before"), _BROKEN, 3),
        "host hangs": (host("stall"), "longer than", 3),
        "host html": (host("html"), "picture", 3),
        "host truncated": (host("truncated"), "whole|ended|broke|body", 3),
        "host endless": (host("endless"), "bytes|large", 3),
        "host empty": (host("empty"), "picture", 3),
        "host bomb": (host("bomb"), "pixels|large|30", 3),
        "host polyglot": (host("polyglot"), "picture|behind|end", 3),
        "host svg": (host("svg"), "picture", 3),
        "host redirects for ever": (host("redirect"), "redirect", 3),
    }, _BRIEFLY),
]  # fmt: skip

USAGE = [
    *_passes(Usage, s3_503_three_times=bucket(503, 3), s3_reset_before_twice=bucket("reset_before", 2)),
    *_rows(Usage, {
        "s3 503 for every LIST": (bucket(503, match=is_list), _BUSY, 1),
        "s3 403 for every LIST": (bucket(403, match=is_list), _REFUSED, 2),
        "s3 503 from the second GET": (fresh(503, lambda: from_the(2, is_get)), _BUSY, 1),
        "s3 reset before, for ever": (bucket("reset_before"), _BROKEN, 1),
        "s3 truncated LIST": (bucket("truncated", match=is_list), ".", 1),
        "prefect gone for 30 s": (_AWAY, "PREFECT_API_URL", 2),
        "disk full": (disk_for_temporary_files, _DISK, None),
    }),
    *_rows(StorageReport, {
        "s3 503 three times": (bucket(503, 3), ".", 0),
        "s3 503 for every PUT": (bucket(503, match=is_put), _BUSY, 1),
        "s3 503 from the fifth PUT": (fresh(503, lambda: from_the(5, is_put)), _BUSY, 1),
        "s3 403 for every PUT": (bucket(403, match=is_put), _REFUSED, 1),
        "s3 PUT passed on, then reset, once": (bucket("reset_after", 1, match=is_put), ".", 0),
        "prefect gone for 30 s from the first PUT": (at_the(1, is_put, _AWAY), _PREFECT, None),
    }),
]  # fmt: skip

BRAND = [
    *_passes(
        BrandSet,
        s3_503_three_times=bucket(503, 3),
        s3_PUT_passed_on_then_reset_once=bucket("reset_after", 1, match=is_put),
    ),
    *_rows(BrandSet, {
        "s3 503 for every GET": (bucket(503, match=is_get), _BUSY, 1),
        "s3 503 for every PUT": (bucket(503, match=is_put), _BUSY, 1),
        "s3 503 from the second PUT": (fresh(503, lambda: from_the(2, is_put)), _BUSY, 1),
        "s3 503 from the third PUT": (fresh(503, lambda: from_the(3, is_put)), _BUSY, 1),
        "s3 503 for every DELETE": (bucket(503, match=is_delete), _BUSY, 1),
        "s3 403 for every PUT": (bucket(403, match=is_put), _REFUSED, None),
        "prefect gone for 30 s from the first PUT": (at_the(1, is_put, _AWAY), _PREFECT, None),
        "disk full": (small_disk, _DISK, None),
    }),
]  # fmt: skip

ERASE = [
    *_passes(
        Erase,
        s3_503_three_times=bucket(503, 3),
        s3_DELETE_passed_on_then_reset_once=bucket("reset_after", 1, match=is_delete),
    ),
    *_rows(Erase, {
        "s3 503 for every LIST": (bucket(503, match=is_list), _BUSY, 1),
        "s3 503 for every DELETE": (bucket(503, match=is_delete), _BUSY, 1),
        "s3 503 from the tenth DELETE": (fresh(503, lambda: from_the(10, is_delete)), _BUSY, 1),
        "s3 403 from the tenth DELETE": (fresh(403, lambda: from_the(10, is_delete)), _REFUSED, None),
        "s3 reset before, for ever": (bucket("reset_before"), _BROKEN, 1),
        "prefect gone for 30 s from the tenth DELETE": (at_the(10, is_delete, _AWAY), _PREFECT, None),
        "prefect gone for 30 s": (_AWAY, "PREFECT_API_URL", 2),
    }),
]  # fmt: skip

TENANTS = [*MIGRATE, *USAGE, *BRAND, *ERASE]
