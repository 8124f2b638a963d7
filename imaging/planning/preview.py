"""The plan of a run before it: which pictures would be made, reused or made again, and what that would cost."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from imaging.kinds import Kind
from imaging.makers import Provider

Action = Literal["make", "reuse", "remake"]


class PlannedImage(BaseModel):
    """A picture of the plan. `price_usd`: what a run would pay for it. `why`: it is not simply made or reused."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: Kind
    provider: Provider
    model: str
    prompt: str | None = None
    price_usd: float = 0.0
    action: Action
    why: str | None = None


class ArticlePlan(BaseModel):
    """What the next run of an article would do. `problems`: what the pictures would lack, or why money is short."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    slug: str
    topic: str
    images: list[PlannedImage]
    problems: list[str] = []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cost_usd(self) -> float:
        """The price of all pictures."""
        return sum_usd(image.price_usd for image in self.images)

    def __str__(self) -> str:
        counts = Counter(image.action for image in self.images)
        actions = ", ".join(f"{counts[action]} {action}" for action in ("make", "remake", "reuse") if counts[action])
        return f"{actions}; {self.cost_usd:.3f} USD"


class Skipped(BaseModel):
    """An article of a source that could not be read, or files that are none."""

    model_config = ConfigDict(frozen=True)

    path: str
    why: str


class SourcePlan(BaseModel):
    """What the next runs of a source's articles would do."""

    model_config = ConfigDict(frozen=True)

    articles: list[ArticlePlan]
    skipped: list[Skipped] = []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cost_usd(self) -> float:
        """The price of all articles."""
        return sum_usd(article.cost_usd for article in self.articles)


def sum_usd(prices: Iterable[float]) -> float:
    """Return the sum of prices in USD, to a millionth."""
    return round(sum(prices), 6)
