"""What a course carries of the request that made it, and what can be asked again from a later day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from taper.dates import Duration
from taper.errors import InvalidInput
from taper.patterns.problem import Problem, Solved
from taper.patterns.weights import STANDARD, Weights
from taper.plan import Before, Course, Step
from taper.reachable import Handling
from taper.regimen import NOTHING, Regimen


def made_by_taper(
    solved: Solved, stays: str, excess: str, shortest: Duration | None, longest: Duration | None
) -> dict[str, JsonValue]:
    """A request for a taper, complete but for its products, of which it names the ids."""
    problem = solved.problem
    to: JsonValue = dict(problem.to.as_dict()) if isinstance(problem.to, Regimen) else problem.to.text
    made: dict[str, JsonValue] = {
        "pattern": "taper",
        "before": dict(problem.before.as_dict()),
        "to": to or "0 mg",
        "pace": str(problem.pace),
        "order": str(problem.order),
        "stays": stays,
        "excess": excess,
        "products": [product.id for product in problem.products],
    }
    made |= made_of(problem)
    if problem.forms == "one":
        made["liquid"] = [slot.name for slot in solved.on_liquid]
    if shortest is not None:
        made["shortest"] = str(shortest)
    if longest is not None:
        made["longest"] = str(longest)
    return made


def made_of(problem: Problem) -> dict[str, JsonValue]:
    """What of a question differs from the defaults, as a plan's `made_by` holds it."""
    made: dict[str, JsonValue] = {}
    if problem.start is not None:
        made["start"] = dict(problem.start.as_dict())
    for name in ("forms", "mix_forms", "round_liquids"):
        if getattr(problem, name) != getattr(Problem, name):
            made[name] = getattr(problem, name)
    return made | weights_as_data(problem.weights)


def weights_as_data(weights: Weights) -> dict[str, JsonValue]:
    """Weights as a `made_by` holds them: not at all where they are the standard ones."""
    return {} if weights == STANDARD else {"weights": weights.model_dump(mode="json")}


def read_weights(made: Mapping[str, Any]) -> Weights:
    """The weights that a `made_by` holds."""
    return Weights.read(made["weights"]) if "weights" in made else STANDARD


_OF_A_TAPER = ("pace", "order", "to", "stays", "excess", "forms", "mix_forms", "round_liquids")


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
