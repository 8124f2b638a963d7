"""Making a plan's pictures: within the budget, again where one has vanished, by another model where the first makes
none, and by a fallback where none comes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from blocks.budgets.spending import Admission
from flows.article_run.late import offered_again, reported
from flows.article_run.pictures import (
    Making,
    NotMade,
    Outcome,
    Result,
    Results,
    Substitutes,
    costing,
    noted,
    outcome_of,
)
from flows.article_run.run_log import log_fallbacks, log_vanished
from imaging.entry import failed, reused
from imaging.makers import MAKERS
from imaging.planning.over_hero import over_hero, without_hero
from imaging.spec import ImageSpec


def make(making: Making, *, refresh: bool) -> tuple[Making, Results]:
    """Return a result for each spec of the plan. Cards over the hero come last: they wait for it.

    The inventory may have become another one: a bucket that was away may answer by now.
    """
    over = [spec for spec in making.plan.specs if spec.needs_hero]
    first = [spec for spec in making.plan.specs if not spec.needs_hero]
    # Where only the painter is left, it does not replace a picture that a vendor was paid for.
    done: Results = _paid_before(making, [spec for spec in first if MAKERS[spec.provider].is_painter])
    made = _ordered(making, _missing(first, done), refresh=refresh)
    made = _by_alternatives(making, _missing(first, done), made, refresh=refresh)
    done, not_made = {**done, **made.done}, made.not_made
    done, over_too, instead_of = _with_fallbacks(making, _missing(first, done), not_made, done)
    if over or over_too:
        making, done = offered_again(making, done)  # the hero that they show is read from the bucket
    done = _with_cards_over_hero(making, over, done, overwrite=refresh)
    done = _with_cards_over_hero(making, over_too, done, instead_of=instead_of)
    making, done = offered_again(making, done)
    return making, reported(making, done)


def _missing(specs: Iterable[ImageSpec], done: Results) -> list[ImageSpec]:
    return [spec for spec in specs if spec.name not in done]


def _ordered(
    making: Making, specs: Sequence[ImageSpec], instead_of: Substitutes = MappingProxyType({}), *, refresh: bool
) -> Outcome:
    """Order the specs within the budget, and again those whose pictures the bucket has lost."""
    made = _within_budget(making, specs, instead_of, refresh=refresh, overwrite=refresh)
    if made.vanished:
        log_vanished(made.vanished)
        again = _within_budget(making, made.vanished, instead_of, overwrite=True)
        made = Outcome({**made.done, **again.done}, {**made.not_made, **again.not_made}, ())
    for spec in specs:
        cost_usd = _cost_usd(spec.name, made, instead_of)
        making.spending.correct(spec, cost_usd)
        making.spending.count(spec, cost_usd, is_made=_is_made(spec.name, made))
    return made


def _cost_usd(name: str, made: Outcome, instead_of: Substitutes) -> float:
    """Return what the orders for one spec have cost, without those for the pictures whose place it takes."""
    if reason := made.not_made.get(name):
        return reason.cost_usd
    return made.done[name].image.cost_usd - (instead_of[name][1].cost_usd if name in instead_of else 0.0)


def _is_made(name: str, made: Outcome) -> bool:
    """Return whether a picture came in this run."""
    return name in made.done and made.done[name].image.status not in {"reused", "failed"}


def _by_alternatives(making: Making, specs: Sequence[ImageSpec], made: Outcome, *, refresh: bool) -> Outcome:
    """Have each picture that its model does not make made by the next model of its role, as long as there is one."""
    ordered = {spec.name: spec for spec in specs}
    done, not_made = dict(made.done), dict(made.not_made)
    last = {name: ordered[name] for name in not_made}
    while turn := {name: one for name, spec in last.items() if (one := _alternative(making, spec, not_made[name]))}:
        instead_of = {name: (ordered[name], not_made[name]) for name in turn}
        log_fallbacks(turn.values(), {name: not_made[name].why for name in turn})
        made = _ordered(making, list(turn.values()), instead_of, refresh=refresh)
        done |= made.done
        not_made |= {name: not_made[name].and_then(turn[name], reason) for name, reason in made.not_made.items()}
        last = {name: turn[name] for name in made.not_made}
    return Outcome(done, not_made, ())


def _alternative(making: Making, spec: ImageSpec, reason: NotMade) -> ImageSpec | None:
    """Return the next model's picture in the place of `spec`, which was not made; None where its own may yet come."""
    if reason.over_budget or making.run.in_flight.closed or making.spending.is_had(spec):
        return None
    return next(iter(making.plan.planner.alternatives(spec)), None)


def _within_budget(
    making: Making,
    specs: Sequence[ImageSpec],
    instead_of: Substitutes = MappingProxyType({}),
    *,
    refresh: bool = False,
    overwrite: bool = False,
) -> Outcome:
    """Order those of the specs that the budgets have room for; the others are not made."""
    stored = making.inventory.stored
    due = [spec for spec in specs if spec.price_usd and (overwrite or not stored(spec.digest))]
    admitted: Admission = making.spending.admit(due, refresh=overwrite)
    within = [spec for spec in specs if spec.name not in admitted.beyond]
    outcome = outcome_of(
        making, within, refresh=refresh, overwrite=overwrite, order_once=admitted.order_once, instead_of=instead_of
    )
    beyond = {
        name: NotMade(why, over_budget=True, failed=name in admitted.refused) for name, why in admitted.beyond.items()
    }
    return replace(outcome, not_made={**outcome.not_made, **beyond})


def _free(making: Making, specs: Sequence[ImageSpec], instead_of: Substitutes, *, overwrite: bool = False) -> Outcome:
    """Make pictures that cost nothing, again where one has vanished."""
    outcome = outcome_of(making, specs, overwrite=overwrite, instead_of=instead_of)
    if not outcome.vanished:
        return outcome
    again = outcome_of(making, outcome.vanished, overwrite=True, instead_of=instead_of)
    return Outcome({**outcome.done, **again.done}, {**outcome.not_made, **again.not_made}, ())


def _with_fallbacks(
    making: Making, missing: Sequence[ImageSpec], not_made: Mapping[str, NotMade], done: Results
) -> tuple[Results, list[ImageSpec], Substitutes]:
    """Fill the places of pictures that are over the budget, or that no model makes.

    Return also the cards among the fallbacks that still wait for the hero, and what they take the place of.
    """
    refused = [spec for spec in missing if not_made[spec.name].failed]
    refusals = {spec.name: noted(making, _empty(spec, not_made[spec.name])) for spec in refused}
    missing = [spec for spec in missing if spec not in refused]
    instead_of = {spec.name: (spec, not_made[spec.name]) for spec in missing}
    done = {**done, **refusals, **_paid_before(making, missing, instead_of)}
    fallbacks = [making.plan.planner.fallback(spec) for spec in _missing(missing, done)]
    log_fallbacks(fallbacks, {spec.name: not_made[spec.name].why for spec in fallbacks})
    made = _free(making, [spec for spec in fallbacks if not spec.needs_hero], instead_of)
    return {**done, **made.done}, [spec for spec in fallbacks if spec.needs_hero], instead_of


def _empty(spec: ImageSpec, reason: NotMade) -> Result:
    return Result(spec, costing(failed(spec, reason.why), reason.cost_usd))


def _with_cards_over_hero(
    making: Making,
    cards: Sequence[ImageSpec],
    done: Results,
    *,
    overwrite: bool = False,
    instead_of: Substitutes = MappingProxyType({}),
) -> Results:
    """Draw cards over the hero that the article has now, or else without one."""
    if not cards:
        return done
    hero = done["hero"].image if "hero" in done else making.inventory.entry("hero")
    if hero and hero.durable:
        drawn = _free(making, [over_hero(card, hero) for card in cards], instead_of, overwrite=overwrite)
    else:
        drawn = Outcome({}, {card.name: NotMade("there is no hero to show") for card in cards}, ())
    plain = [card for card in cards if card.name in drawn.not_made]
    # One that takes the place of a social picture already says so.
    instead_of = {**{card.name: (card, drawn.not_made[card.name]) for card in plain}, **instead_of}
    return {**done, **drawn.done, **_free(making, [without_hero(card) for card in plain], instead_of).done}


def _paid_before(
    making: Making, specs: Iterable[ImageSpec], instead_of: Substitutes = MappingProxyType({})
) -> dict[str, Result]:
    """Return the pictures that a vendor was paid for in these places before, and that the bucket still has."""
    found = {spec.name: (spec, making.inventory.paid_for(spec.name)) for spec in specs}
    return {
        name: noted(making, Result(spec, reused(image, making.url)), instead_of.get(name))
        for name, (spec, image) in found.items()
        if image
    }
