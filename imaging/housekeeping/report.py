"""The report of `lifecycle`: the rules of the buckets, and orphans."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class BucketRules(BaseModel):
    """The rules of one kind of a bucket, a line each. `changed`: whether they were set. `why`: why there are none."""

    model_config = ConfigDict(frozen=True)

    bucket: str
    kind: Literal["lifecycle", "cors"]
    rules: list[str] = []
    changed: bool = False
    why: str | None = None


class Orphan(BaseModel):
    """A picture in an article's folder that no manifest names. `removed`: with all its versions."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    article: str
    key: str
    bytes: int
    removed: bool = False


class LifecycleReport(BaseModel):
    """What `lifecycle` has found and done. `orphans`: null where they were not asked for. `notes`: what was left."""

    model_config = ConfigDict(frozen=True)

    buckets: list[BucketRules] = []
    orphans: list[Orphan] | None = None
    notes: list[str] = []
