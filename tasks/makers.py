"""The task of each maker, in the order in which they are submitted."""

from collections.abc import Mapping
from typing import Any

from prefect import Task

from imaging.makers import Provider
from tasks.cards import draw_platform_card
from tasks.comparison import generate_comparison
from tasks.painting import paint_offline
from tasks.predictions import collect_prediction

TASKS: Mapping[Provider, Task[..., Any]] = {
    "replicate": collect_prediction,
    "pillow": draw_platform_card,
    "painter": paint_offline,
    # Last: where threads are few, a picture that waits for its model to start keeps none from the others.
    "chutes": generate_comparison,
}
