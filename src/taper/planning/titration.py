"""Titrations: upward to a target, by increments or by a label's own steps, with doses that products make."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Literal

from taper._base.takes import takes
from taper.amounts.dose import DailyDose, Dose
from taper.amounts.duration import Duration, days
from taper.errors import CannotCompute, InvalidInput, NotFound
from taper.knowledge.monograph import Monograph, Titration, TitrationStep
from taper.paces.pace import Aim
from taper.planning.explicit_steps import Steps, StepsReport
from taper.planning.taper import Day, check_drug, read_day
from taper.plans.plan import Before, Course, Plan, Step
from taper.plans.regimen import NOTHING, Intake, Regimen, Slot
from taper.plans.request import TitrationRequest
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product
from taper.products.recipes import Reachable

_LONGEST = 1000


class NoTitration(CannotCompute):
    """The products or the label's steps do not lead to the target; the message says what stands in the way."""


@takes
def plan_titration(
    *,
    drug: str,
    to: Dose | str,
    slots: Sequence[str],
    products: Iterable[Product],
    by: Titration | tuple[Dose | str, Duration],
    before: Day | Before | Literal["nothing"] = "nothing",
    aim: Aim | None = None,
    weights: Weights = STANDARD,
    indication: str | None = None,
    title: str | None = None,
) -> Steps:
    """A plan upward to a daily total, never faster than the steps asked for, in doses that the products make.

    By an increment: one intake rises at a time, in the order of `slots`, turn by turn from the first that takes least,
    each by the largest step that can be made within the increment. By a label's titration: each labeled total is
    divided as evenly as the products allow over the first so many of `slots`; a total above the target is left out,
    and the target is the last step.

    Args:
        drug: The drug, as its products name it.
        to: The daily total to arrive at: a target, or a ceiling that the caller names.
        slots: The times of day in the order in which they are added, such as evening, morning, noon.
        products: What can be dispensed.
        by: An increment and its interval, or one titration of a monograph.
        before: What is taken until day 1: one day's doses, or a `Before` where they differ from day to day.
        aim: Which end of a labeled range to plan by; needed where there is one.
        weights: What the planner weighs; judgment, not evidence.
        indication: What the drug is taken for.
        title: The plan's title.

    Raises:
        InvalidInput: If the target is not above what is taken, or a range has no aim.
        NotReachable: If a dose cannot be made; the message names the nearest.
        NoTitration: If the steps do not lead to the target.

    Example:
        >>> tablets = [Product(id="baclofen-10mg", drug="baclofen", form="tablet", strength="10 mg", score=2)]
        >>> made = plan_titration(drug="baclofen", to="15 mg", by=("5 mg", days(3)), products=tablets,
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
    target = Dose.parse(to) if isinstance(to, str) else to
    alternates = taken != "nothing" and not taken.is_constant
    if target.mg <= now.total.mg and not (alternates and target.mg == now.total.mg):
        raise InvalidInput(f"the target of {target} is not above the {now.total} taken now; plan a taper", where="to")
    named = tuple(Slot(name) for name in slots)
    if len(set(named)) != len(named) or not named:
        raise InvalidInput("slots names no time of day, or one twice; name each once, in the order they are added")
    climb = _Climb(listed, target, named, weights)
    size = climb.target if isinstance(by, Titration) else Dose.parse(by[0]) if isinstance(by[0], str) else by[0]
    if isinstance(by, Titration):
        _check_release(by, listed)
        steps = tuple(_labeled(climb, by, now, aim, alternates=alternates))
    elif alternates:
        raise InvalidInput("what is taken differs from day to day, so no increment adds to it; give one day's doses")
    else:
        steps = tuple(_by_increment(climb, now, size, by[1]))
    made_by = TitrationRequest(
        pattern="titration",
        to=target,
        slots=named,
        by=by.model_dump(mode="json", exclude_defaults=True) if isinstance(by, Titration) else (size, by[1]),
        products=tuple(product.id for product in listed),
        aim=aim,
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


def _check_release(by: Titration, products: tuple[Product, ...]) -> None:
    release = products[0].release
    if by.releases and release not in by.releases:
        spoken = " and ".join(by.releases)
        raise InvalidInput(
            f"{by.source.id} titrates {spoken} release, and the products are {release} release; name another source",
            where="by",
        )


def _read_before(before: Day | Before | Literal["nothing"]) -> Before | Literal["nothing"]:
    if isinstance(before, Before):
        return before
    if isinstance(before, str):
        return "nothing"
    return Before(regimen=read_day(before, "before"))


class _Climb:
    """What the products make for one intake, up to the target."""

    def __init__(self, products: tuple[Product, ...], target: Dose, slots: tuple[Slot, ...], weights: Weights) -> None:
        self.slots = slots
        self.target = target
        self.reachable = Reachable(products, up_to=target, handling=weights.handling(round_liquids=False))
        self.doses = [dose for dose, _, _ in self.reachable.weigh()]
        self.unit = target.unit

    def regimen(self, amounts: dict[Slot, Fraction]) -> Regimen:
        return Regimen(Intake(slot, Dose(mg).in_unit(self.unit)) for slot, mg in amounts.items() if mg)

    def divided(self, total: Fraction, times: int) -> Regimen:
        """A total over the first so many slots, as evenly as can be made; the larger doses first."""
        if times > len(self.slots):
            raise InvalidInput(f"{times} intakes a day, and {len(self.slots)} times of day; name {times} in slots")
        best = min(self._parts(total, times, total), key=lambda parts: (max(parts) - min(parts), parts), default=None)
        if best is None:
            if times == 1:
                self.reachable.recipe(Dose(total).in_unit(self.unit))
            raise NoTitration(
                f"{Dose(total).in_unit(self.unit)} cannot be made in {times} intakes from these products; "
                "add a smaller strength, or name another number of intakes"
            )
        return self.regimen(dict(zip(self.slots, best, strict=False)))

    def _parts(self, total: Fraction, times: int, most: Fraction) -> Iterator[tuple[Fraction, ...]]:
        if times == 1:
            if total <= most and total in self.doses:
                yield (total,)
            return
        for dose in self.doses:
            if dose * times >= total and dose <= most and dose < total:
                for rest in self._parts(total - dose, times - 1, dose):
                    yield (dose, *rest)


def _by_increment(climb: _Climb, now: Regimen, size: Dose, every: Duration) -> Iterator[Step]:
    if not size:
        raise InvalidInput("an increment of 0 mg rises nowhere; write one above 0", where="by")
    taken = {slot: (now.dose_at(slot) or Dose(0)).mg for slot in climb.slots}
    for slot in now.slots:
        if slot not in taken:
            raise InvalidInput(f"something is taken at {slot} already; name it in slots too", where="slots")
    turn = min(range(len(climb.slots)), key=lambda place: taken[climb.slots[place]])
    for _ in range(_LONGEST):
        left = climb.target.mg - sum(taken.values())
        slot, dose = _next(climb, taken, turn, min(size.mg, left), size)
        taken[slot] = dose
        turn = climb.slots.index(slot) + 1
        done = sum(taken.values()) == climb.target.mg
        yield Step(regimen=climb.regimen(taken), kind="increase", lasting=None if done else every)
        if done:
            return
    raise NoTitration(f"more than {_LONGEST} steps lead to {climb.target}; give a larger increment")


def _next(climb: _Climb, taken: dict[Slot, Fraction], turn: int, most: Fraction, size: Dose) -> tuple[Slot, Fraction]:
    """The next slot in turn that can rise within the increment, and its new dose."""
    for offset in range(len(climb.slots)):
        slot = climb.slots[(turn + offset) % len(climb.slots)]
        higher = [dose for dose in climb.doses if taken[slot] < dose <= taken[slot] + most]
        if higher:
            return slot, max(higher)
    now = DailyDose(sum(taken.values())).in_unit(climb.unit)
    smallest = Dose(min(climb.doses)).in_unit(climb.unit) if climb.doses else climb.target
    raise NoTitration(
        f"from {now} no intake can rise by {Dose(most).in_unit(climb.unit)} or less (the increment is {size}); the "
        f"smallest dose that can be made is {smallest}. Give another target or increment, or add a smaller strength"
    )


def _labeled(climb: _Climb, by: Titration, now: Regimen, aim: Aim | None, *, alternates: bool) -> Iterator[Step]:
    made = list(_label_steps(by, climb.target, now, aim, alternates=alternates))
    for index, (day, step, total) in enumerate(made):
        regimen = climb.divided(total.mg, _times(step, climb))
        following = made[index + 1][0] if index + 1 < len(made) else None
        lasting = None if following is None else days(following - day)
        if step.every_other_day:
            yield Step(cycle=(regimen, NOTHING), kind="increase", lasting=lasting)
        else:
            yield Step(regimen=regimen, kind="increase", lasting=lasting)


def _times(step: TitrationStep, climb: _Climb) -> int:
    """In how many intakes a day: as labeled; in all of them where the label only says that the dose is divided."""
    if step.times_per_day is not None or not step.divided:
        return step.times_per_day or 1
    if len(climb.slots) < 2:
        raise InvalidInput(f"the label divides {step.total} a day; name two times of day or more", where="slots")
    return len(climb.slots)


def _label_steps(
    by: Titration, target: Dose, now: Regimen, aim: Aim | None, *, alternates: bool
) -> Iterator[tuple[int, TitrationStep, Dose]]:
    """The label's steps as day, step and total, from above what is taken now up to the target.

    Where what is taken now alternates, the same total taken every day is the next step above it.
    """
    last: tuple[int, TitrationStep, Dose] | None = None
    gone = 0
    for step in by.steps:
        total = _end(step.total, step.total_up_to, aim)
        if _is_behind(step, total, now, alternates=alternates):
            continue
        if last is None:
            gone = step.from_day - 1
        last = (step.from_day - gone, step, min(total, target))
        yield last
        if total >= target and not step.every_other_day:
            return
    yield from _beyond(by, target, last, now, aim, gone)


def _is_behind(step: TitrationStep, total: Dose, now: Regimen, *, alternates: bool) -> bool:
    """Whether as much as the step says is taken already."""
    if step.every_other_day == alternates:
        return total.mg <= now.total.mg
    # Every other day is less than every day of the same; every day of it is more.
    return total.mg < now.total.mg or (step.every_other_day and bool(now) and total.mg == now.total.mg)


def _beyond(
    by: Titration,
    target: Dose,
    last: tuple[int, TitrationStep, Dose] | None,
    now: Regimen,
    aim: Aim | None,
    gone: int,
) -> Iterator[tuple[int, TitrationStep, Dose]]:
    if by.increment_high is None or by.every_low is None:
        reached = f"end at {last[2]}" if last else "lie below what is taken now"
        raise NoTitration(f"the labeled steps {reached} and name no increment with an interval; give another target")
    times = (last[1].times_per_day if last else len(now.slots)) or 1
    size = _end(by.increment_low or by.increment_high, by.increment_high, aim)
    per_day = size * (times if by.increment_per == "intake" else 1)
    every = _interval(by, aim)
    total, day = (last[2], last[0]) if last else (Dose(now.total.mg), 1 - every)
    if last and by.increments_from_day is not None:
        day = max(day, by.increments_from_day - gone - every)
    while total < target:
        day, total = day + every, min(total + per_day, target)
        yield day, TitrationStep(from_day=day, total=total, times_per_day=times), total


def _interval(by: Titration, aim: Aim | None) -> int:
    assert by.every_low is not None
    slow, fast = by.every_high or by.every_low, by.every_low
    if slow != fast and aim is None:
        raise InvalidInput(f'the label gives {fast} to {slow}; add aim "slow" or "fast"', where="aim")
    chosen = fast if aim == "fast" else slow
    if not chosen.is_in_days:
        raise InvalidInput(f"an interval of {chosen} has no number of days; give an increment of your own", where="by")
    return chosen.days


def _end(low: Dose, high: Dose | None, aim: Aim | None) -> Dose:
    if high is None or high == low:
        return low
    if aim is None:
        raise InvalidInput(f'the label gives {low} to {high}; add aim "slow" or "fast"', where="aim")
    return high if aim == "fast" else low


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
        NotFound: If none fits, or several do; the message lists what is held, and none is picked.

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
    raise NotFound(f"{what}; held are {held or 'none'}. Name a source, a column or an indication", where=monograph.drug)


def _named(item: Titration) -> str:
    """What tells one titration of a drug from another."""
    parts = (item.source.id, item.column and f"column {item.column}", " or ".join(item.indications))
    return ", ".join(part for part in (*parts, " ".join((*item.releases, *item.forms))) if part)
