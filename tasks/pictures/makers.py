"""The task of each maker, in the order in which they are submitted."""

from collections.abc import Mapping
from typing import Any

from prefect import Task

from imaging.makers import MAKERS, Maker, Provider
from tasks.pictures.cards import draw_platform_card
from tasks.pictures.comparison import generate_comparison
from tasks.pictures.painting import paint_offline
from tasks.pictures.predictions import collect_prediction


def _task(maker: Maker) -> Task[..., Any]:
    if maker.is_paid:
        return collect_prediction if maker.keeps_orders else generate_comparison
    return draw_platform_card if maker.draws_cards else paint_offline


def _answers_at_once(maker: Maker) -> bool:
    return maker.is_paid and not maker.keeps_orders


TASKS: Mapping[Provider, Task[..., Any]] = {
    # Last those that answer at once: where threads are few, a picture that waits for its model to start keeps none
    # from the others.
    maker.name: _task(maker)
    for maker in sorted(MAKERS.values(), key=_answers_at_once)
    if maker.is_paid or maker.draws_cards or maker.is_painter  # the others made what came from old addresses
}
