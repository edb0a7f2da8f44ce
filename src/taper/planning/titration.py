"""Titrations: upward to a target, by increments or by a label's own steps, with doses that products make."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.errors import InvalidInput, NotFound
from taper.knowledge.monograph import Monograph, Titration
from taper.paces.pace import Aim
from taper.planning.climb import Climb, by_increment
from taper.planning.explicit_steps import Steps, StepsReport
from taper.planning.labeled_steps import labeled
from taper.planning.taper import DayDoses, check_drug, read_day
from taper.plans.plan import Before, Course, Plan, Step
from taper.plans.regimen import NOTHING, Regimen, Slot
from taper.plans.request import TitrationRequest
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product


@takes
def plan_titration(
    *,
    drug: str,
    to: Dose | str,
    slots: Sequence[str],
    products: Iterable[Product],
    by: Titration | tuple[Dose | str, Duration | str],
    before: DayDoses | Before | Literal["nothing"] = "nothing",
    aim: Aim | None = None,
    first: Iterable[DayDoses] = (),
    larger: str | None = None,
    beyond: tuple[Dose | str, Duration | str] | None = None,
    weights: Weights = STANDARD,
    indication: str | None = None,
    title: str | None = None,
) -> Steps:
    """A plan upward to a daily total, never faster than the steps asked for, in doses that the products make.

    By an increment: one intake rises at a time, in the order of `slots`, turn by turn from the first that takes least,
    each by the largest step that can be made within the increment; one that no product makes is refused. By a label's
    titration: each labeled total is divided as evenly as the products allow over the first so many of `slots`; a total
    above the target is left out, and the target is the last step.

    With `larger` an increment adds to the day's total, which is divided over all of `slots`: in whole units where they
    make it, as evenly as they then can, and the larger part is taken at that time of day.

    Args:
        drug: The drug, as its products name it.
        to: The daily total to arrive at: a target, or a ceiling that the caller names.
        slots: The times of day in the order in which they are added, such as evening, morning, noon.
        products: What can be dispensed.
        by: An increment and its interval, or one titration of a monograph.
        before: What is taken until day 1: one day's doses, or a `Before` where they differ from day to day.
        aim: Which end of a labeled range to plan by; needed where there is one.
        first: The days to begin with, one an interval, before the increments: such as 12.5 mg, then 25 mg.
        larger: The time of day that takes the larger part where a total does not divide evenly.
        beyond: An increment and its interval, to go on by where a label's steps end below the target.
        weights: What the planner weighs; judgment, not evidence.
        indication: What the drug is taken for.
        title: The plan's title.

    Raises:
        InvalidInput: If the target is not above what is taken, or a range has no aim.
        NotReachable: If a dose cannot be made; the message names the nearest.
        NoTitration: If the steps do not lead to the target.

    Example:
        >>> tablets = [Product(id="baclofen-10mg", drug="baclofen", form="tablet", strength="10 mg", score=2)]
        >>> made = plan_titration(drug="baclofen", to="15 mg", by=("5 mg", "3 days"), products=tablets,
        ...                       slots=["evening", "morning", "noon"])
        >>> for step in made.course.steps:
        ...     print(step.lasting or "then", "|", step)
        3 days | 5 mg evening
        3 days | 5 mg morning, 5 mg evening
        then | 5 mg morning, 5 mg noon, 5 mg evening
    """
    listed = check_drug(drug, products)
    taken = _read_before(before)
    now = NOTHING if taken == "nothing" else max(taken.days, key=lambda day: day.total.mg)
    target = _target(to)
    alternates = taken != "nothing" and not taken.is_constant
    if target.mg <= now.total.mg and not (alternates and target.mg == now.total.mg):
        raise InvalidInput(f"the target of {target} is not above the {now.total} taken now; plan a taper", where="to")
    named = tuple(Slot(name) for name in slots)
    if len(set(named)) != len(named) or not named:
        raise InvalidInput("slots names no time of day, or one twice; name each once, in the order they are added")
    most = None if larger is None else _larger(larger, named)
    climb = Climb(listed, target, named, weights, most)
    further = None if beyond is None else _increment(beyond, "beyond")
    opening = _opening(first, now, target)
    if isinstance(by, Titration):
        _check_release(by, listed)
        if opening:
            raise InvalidInput("a label says how to begin; leave out first, or give an increment", where="first")
        steps = tuple(labeled(climb, by, now, aim, further, alternates=alternates))
    elif alternates:
        raise InvalidInput("what is taken differs from day to day, so no increment adds to it; give one day's doses")
    elif further is not None:
        raise InvalidInput(
            "beyond goes on from a label's steps; an increment already goes to the target", where="beyond"
        )
    else:
        size, every = _increment(by, "by")
        begun = [Step(regimen=day, kind="increase", lasting=every) for day in opening]
        steps = (*begun, *by_increment(climb, opening[-1] if opening else now, size, every))
    made_by = TitrationRequest(
        pattern="titration",
        to=target,
        slots=named,
        by=by.model_dump(mode="json", exclude_defaults=True) if isinstance(by, Titration) else _increment(by, "by"),
        products=tuple(product.id for product in listed),
        aim=aim,
        first=tuple(opening),
        larger=most,
        beyond=further,
        weights=weights,
    )
    course = Course(
        drug=drug,
        indication=indication,
        before=taken,
        then="continue",
        steps=steps,
        products=tuple(product.id for product in listed),
        made_by=made_by,
    )
    return Steps(Plan(title=title, courses=(course,)), StepsReport(course))


def _target(to: Dose | str) -> Dose:
    return Dose.parse(to) if isinstance(to, str) else to


def _increment(by: tuple[Dose | str, Duration | str], where: str) -> tuple[Dose, Duration]:
    size, every = by
    return size if isinstance(size, Dose) else Dose.parse(size), Duration.of(every, where)


def _larger(name: str, slots: tuple[Slot, ...]) -> Slot:
    if Slot(name) not in slots:
        named = ", ".join(map(str, slots))
        raise InvalidInput(f"{name} is not among the slots {named}; name one of them", where="larger")
    return Slot(name)


def _opening(first: Iterable[DayDoses], now: Regimen, target: Dose) -> list[Regimen]:
    """The days to begin with that lie above what is taken now."""
    made = [read_day(day, "first") for day in first]
    for one, other in pairwise([NOTHING, *made]):
        if other.total <= one.total:
            raise InvalidInput(
                f"{other} is not above {one or 'nothing'}; write each day higher than the last", where="first"
            )
    if made and made[-1].total.mg >= target.mg:
        raise InvalidInput(f"{made[-1]} is not below the target of {target}; leave it out", where="first")
    return [day for day in made if day.total > now.total]


def _check_release(by: Titration, products: tuple[Product, ...]) -> None:
    release = products[0].release
    if by.releases and release not in by.releases:
        spoken = " and ".join(by.releases)
        raise InvalidInput(
            f"{by.source.id} titrates {spoken} release, and the products are {release} release; name another source",
            where="by",
        )


def _read_before(before: DayDoses | Before | Literal["nothing"]) -> Before | Literal["nothing"]:
    if isinstance(before, Before):
        return before
    if isinstance(before, str):
        return "nothing"
    return Before(regimen=read_day(before, "before"))


@takes
def choose_titration(
    monograph: Monograph, *, source: str | None = None, column: str | None = None, indication: str | None = None
) -> Titration:
    """One titration of a monograph, by its source, its co-medication column and its indication.

    Args:
        monograph: Of the drug.
        source: The id of the source, where several have one.
        column: The co-medication column, where a source has several.
        indication: What the drug is taken for, where titrations differ by it.

    Raises:
        NotFound: If none fits, or several do; the message lists those on file, and none is picked.

    Example:
        >>> from taper import Formulary
        >>> monograph = Formulary.shipped().monograph("baclofen")
        >>> choose_titration(monograph, source="us-tablet-dailymed").source.id
        'us-tablet-dailymed'
    """
    fits = [
        item
        for item in monograph.titrations
        if (source is None or item.source.id == source)
        and (column is None or item.column == column)
        and (indication is None or not item.indications or indication in item.indications)
    ]
    if len(fits) == 1:
        return fits[0]
    listed = fits or list(monograph.titrations)
    held = "; ".join(dict.fromkeys(map(_named, listed)))
    what = "several titrations fit" if fits else "no titration fits"
    raise NotFound(f"{what}; on file: {held or 'none'}. Name a source, a column or an indication", where=monograph.drug)


def _named(item: Titration) -> str:
    """What tells one titration of a drug from another."""
    parts = (item.source.id, item.column and f"column {item.column}", " or ".join(item.indications))
    return ", ".join(part for part in (*parts, " ".join((*item.releases, *item.forms))) if part)
