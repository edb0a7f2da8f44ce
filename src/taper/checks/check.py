"""Rules read a realized plan and return findings, what could not be assessed, and what was clear."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from types import ModuleType

from taper._base.takes import takes
from taper.checks.case import Case, check_doses, check_sources
from taper.checks.one_fact import one_line_each, put_together
from taper.checks.one_finding import one_finding_each
from taper.checks.review import Answer, Finding, Review
from taper.checks.rules import (
    abrupt_stop,
    age,
    ceiling,
    combined_equivalent,
    concentration_change,
    contraindication,
    cycle_cut,
    dilution,
    duration,
    equivalent_rise,
    first_change,
    formulation_swap,
    gap,
    intake_ceiling,
    interaction,
    kidney,
    liver,
    pace,
    pregnancy,
    score,
    substitution,
    swing,
    titration_speed,
    weekly_ceiling,
)
from taper.knowledge.formulary import Formulary
from taper.people.patient import UNKNOWN, Patient
from taper.schedules.realization import RealizedPlan
from taper.schedules.schedule import Schedule

ALL: tuple[ModuleType, ...] = (
    ceiling,
    intake_ceiling,
    weekly_ceiling,
    combined_equivalent,
    equivalent_rise,
    kidney,
    liver,
    age,
    pregnancy,
    contraindication,
    interaction,
    substitution,
    abrupt_stop,
    first_change,
    pace,
    titration_speed,
    duration,
    gap,
    swing,
    score,
    formulation_swap,
    concentration_change,
    dilution,
    cycle_cut,
)
"""Every rule, as its module; each has a `NAME`, what it `READS`, `SUBJECT` (what a section
of a source would have to speak of for it to be clear) and an `assess(case)`."""


def rule_names() -> tuple[str, ...]:
    """The names of the rules, as findings carry them."""
    return tuple(module.NAME for module in ALL)


@takes
def check(
    plan: RealizedPlan | Schedule,
    patient: Patient | None = None,
    *,
    start: date | None = None,
    sources: Iterable[str] = (),
    formulary: Formulary | None = None,
    market: str | None = None,
) -> Review:
    """Compare a realized plan with every cited limit that applies. It changes nothing.

    Args:
        plan: A realized plan, or a schedule, which brings its start.
        patient: What is known about the person; without it every rule that needs a fact is not assessed.
        start: The date of day 1, where the plan has months or weekdays.
        sources: Ids of sources to compare with; others are listed as left out. All are compared if none is named.
        market: The market whose sources speak first ("us", "uk"); that of the products if not given.
        formulary: The facts to compare with; those the plan was realized with if not given.

    Raises:
        NotFound: If a named source is on file for none of the plan's drugs.
        InvalidInput: If a course holds no dose on any of its days.
        StartNeeded: If the plan has months or weekdays and no start is given.

    Example:
        >>> from taper import Formulary, load_protocol, realize
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> review = check(realized)
        >>> len(review.findings) > 0 and len(review.not_assessed) > 0
        True
    """
    made = plan.realized if isinstance(plan, Schedule) else plan
    begins = plan.start if isinstance(plan, Schedule) else start
    held = formulary if formulary is not None else made.formulary
    case = Case(made, patient or UNKNOWN, held, begins, tuple(sources), market)
    check_sources(case)
    check_doses(case)
    answers = _answers(case)
    dated = (a.starting(begins) if begins is not None and isinstance(a, Finding) else a for a in answers)
    return Review.of(dated, changes_from=plan.changes_from if isinstance(plan, Schedule) else None)


def _answers(case: Case) -> Iterator[Answer]:
    yield from one_line_each(case, one_finding_each(case, _of_each_rule(case)))


def _of_each_rule(case: Case) -> Iterator[Answer]:
    for module in ALL:
        assess: Callable[[Case], Iterable[Answer]] = module.assess
        yield from put_together(case, assess(case), module.SUBJECT)
