"""The makers of pictures, and the properties of each: vendors, our cards, and the offline painter."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Vendor = Literal["replicate", "chutes", "fal"]
"""Makers that are paid."""

Provider = Literal[Vendor, "pillow", "painter", "unknown", "people"]
MadeBy = Literal[Vendor, "unknown", "people"]
"""Who may have made a picture that comes from an old address."""

_TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class SourceType(StrEnum):
    """The kind of source that a picture has, in the IPTC's terms."""

    TRAINED = f"{_TERMS}trainedAlgorithmicMedia"  # made by a trained model
    COMPOSITE = f"{_TERMS}compositeWithTrainedAlgorithmicMedia"  # a card with such a picture in it
    ALGORITHMIC = f"{_TERMS}algorithmicMedia"  # made by an algorithm that was not trained: the offline painter


@dataclass(frozen=True, slots=True)
class Maker:
    """One maker of pictures.

    `revision` is part of its pictures' digests, and so of their cache entries. Raise it by hand when the code changes
    their looks: a hash of the source would not see a changed helper. By maker, since a new look of our cards
    is no reason to pay a vendor again.
    """

    name: Provider
    label: str
    revision: int
    source_type: SourceType | None = None  # in the mark of its pictures; None: they need none by themselves
    is_paid: bool = False
    keeps_orders: bool = False  # an order that was not waited for can be collected later
    model_name: str = ""  # pattern of its models' names, which become part of addresses, hosts and keys
    model_named: str = ""  # the same in words
    painted_format: Literal["png", "jpg"] = "png"  # of the painter's picture in place of one of its own
    is_painter: bool = False  # fills the places of vendors that are not configured
    draws_cards: bool = False


_PART = r"[A-Za-z0-9][A-Za-z0-9._-]*"

REPLICATE = Maker(
    "replicate", "Replicate", 1, SourceType.TRAINED, is_paid=True, keeps_orders=True,
    model_name=rf"{_PART}(/{_PART})?(:[0-9a-f]+)?", model_named="owner/model or owner/model:version",
)  # fmt: skip
CHUTES = Maker(
    "chutes", "Chutes", 1, SourceType.TRAINED, is_paid=True, painted_format="jpg",
    model_name=r"[A-Za-z0-9-]+", model_named="its slug: letters, digits and hyphens",  # it becomes part of the host
)  # fmt: skip
FAL = Maker(
    "fal", "fal.ai", 1, SourceType.TRAINED, is_paid=True, keeps_orders=True,
    model_name=rf"{_PART}(/{_PART})+", model_named="owner/app or owner/app/path",
)  # fmt: skip
PILLOW = Maker("pillow", "Pillow", 3, draws_cards=True)
PAINTER = Maker("painter", "the offline painter", 2, SourceType.ALGORITHMIC, is_painter=True)
# Of pictures that were not made here, but came from old addresses.
UNKNOWN = Maker("unknown", "an AI system that nobody has noted", 1, SourceType.TRAINED)
PEOPLE = Maker("people", "people, without AI", 1)

_ALL = (REPLICATE, CHUTES, FAL, PILLOW, PAINTER, UNKNOWN, PEOPLE)
MAKERS: Mapping[str, Maker] = {maker.name: maker for maker in _ALL}
