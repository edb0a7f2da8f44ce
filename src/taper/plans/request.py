"""What a course carries of the request that made it, and what can be asked again from a later day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from taper.errors import InvalidInput
from taper.plans.plan import Before, Course, Step
from taper.plans.regimen import NOTHING, Regimen
from taper.plans.weights import STANDARD, Weights
from taper.products.recipes import Handling


def weights_as_data(weights: Weights) -> dict[str, JsonValue]:
    """Weights as a `made_by` holds them: not at all where they are the standard ones."""
    return {} if weights == STANDARD else {"weights": weights.model_dump(mode="json")}


def read_weights(made: Mapping[str, Any]) -> Weights:
    """The weights that a `made_by` holds."""
    return Weights.read(made["weights"]) if "weights" in made else STANDARD


_OF_A_TAPER = ("pace", "order", "to", "stays", "excess", "forms", "mix_forms", "round_liquids", "fewest_products")


def asked_again(made: dict[str, Any], *names: str) -> dict[str, Any]:
    """The arguments that a `made_by` holds under the names given: those of `plan_taper`, if none are."""
    kept = {name: made[name] for name in (names or _OF_A_TAPER) if name in made}
    return kept | ({"weights": read_weights(made)} if "weights" in made else {})


@dataclass(frozen=True, slots=True)
class Making:
    """The limits under which a planner found how its doses are made, so that they are made in that way.

    `liquid` are the times of day that are on liquid throughout, where each intake keeps to one form; None elsewhere.
    """

    handling: Handling
    liquid: frozenset[str] | None = None


def making_of(made: Mapping[str, Any] | None) -> Making | None:
    """The limits of the planner that made a course, or None where none did."""
    if made is None or made.get("pattern") not in _PLANNERS:
        return None
    if made["pattern"] == "cross-taper":
        made = {"round_liquids": True, **(made.get("then") or {}), **{k: made[k] for k in ("weights",) if k in made}}
    rounds = made.get("round_liquids", made.get("pattern") in {None, "taper"})
    handling = read_weights(made).handling(mix_forms=made.get("mix_forms", False), round_liquids=rounds)
    return Making(handling, frozenset(made["liquid"]) if "liquid" in made else None)


_PLANNERS = {"taper", "titration", "micro-taper", "cross-taper"}


def step_until(course: Course, day: int) -> tuple[Step, int] | None:
    """The step of the day before the given one and its first day; None if the course has none then.

    Raises:
        InvalidInput: If its days are not known without a start date.
    """
    if not course.is_in_days:
        raise InvalidInput("its months or weekdays have no day numbers without a start; give before", where=course.id)
    for step, (first, last) in zip(course.steps, course.bounds(), strict=True):
        if first < day and (last is None or day <= last + 1):
            return step, first
    return None


def taken_until(course: Course, day: int) -> Regimen:
    """What a course says is taken on the day before the given one.

    Raises:
        InvalidInput: If the day lies outside the course, or its days are not known without a start date.
    """
    if day == course.starts_on_day and course.before is not None:
        return course.before.days[0] if isinstance(course.before, Before) else NOTHING
    found = step_until(course, day)
    if found is None:
        raise InvalidInput(f"day {day} lies outside the course; give one of its days", where=course.id)
    step, first = found
    return step.on(day - 1 - first)
