"""The report on an erasure: by place, how much there is or was."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Found(BaseModel):
    """How much of a target there is in one place: things (objects, files, runs, entries), all versions, and bytes.

    `examples`: the first few names.
    """

    model_config = ConfigDict(frozen=True)

    place: str
    number: int = 0
    versions: int = 0
    bytes: int = 0
    examples: list[str] = []


class ErasureReport(BaseModel):
    """What there is to erase (`planned`), was erased (`erased`), or is there after all (`left`).

    `places`: how much was found before. `left`: how much was found by looking again afterwards. `notes`: what erase
    does not touch, and the operator has to.
    """

    model_config = ConfigDict(frozen=True)

    user_id: str
    article: str | None = None
    status: Literal["planned", "erased", "left"]
    places: list[Found] = []
    left: list[Found] = []
    notes: list[str] = []
