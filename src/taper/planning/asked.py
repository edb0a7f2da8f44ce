"""What a planner was asked, as a course carries it in its `made_by`."""

from pydantic import JsonValue

from taper.amounts.duration import Duration
from taper.planning.solver.problem import Problem, Solved
from taper.plans.regimen import Regimen
from taper.plans.request import weights_as_data


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
    for name in ("forms", "mix_forms", "round_liquids", "fewest_products"):
        if getattr(problem, name) != getattr(Problem, name):
            made[name] = getattr(problem, name)
    return made | weights_as_data(problem.weights)
