"""Validation of article sources: a folder, `bucket:FOLDER`, or the http(s) address of a feed."""

from pathlib import Path

from imaging.errors import InvalidInput

BUCKET = "bucket:"


def is_feed(source: str) -> bool:
    """Return whether the source is a feed's address."""
    return source.startswith(("http://", "https://"))


def checked_source(source: str) -> str:
    """Return the source in normal form: for a folder, the absolute path. Raises InvalidInput."""
    if source.startswith(BUCKET):
        if not source.removeprefix(BUCKET).strip("/"):
            raise InvalidInput("SOURCE: bucket: needs the folder of the articles, like bucket:acme/articles/")
        return source
    if is_feed(source):
        if "@" in source.split("/")[2]:
            raise InvalidInput("SOURCE: an address with credentials in it would be shown to people: give one without")
        return source
    if "://" in source or "\0" in source or not source.strip():
        raise InvalidInput("SOURCE: must be a folder, the http(s) address of a feed, or bucket:FOLDER")
    return str(Path(source).resolve())
