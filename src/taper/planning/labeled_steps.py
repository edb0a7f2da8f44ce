"""Titration by a label's own steps, and by an increment after the last of them."""

from collections.abc import Iterator

from taper.amounts.dose import Dose
from taper.amounts.duration import Duration, days
from taper.errors import InvalidInput
from taper.knowledge.monograph import Titration, TitrationStep
from taper.paces.pace import Aim
from taper.planning.climb import Climb, NoTitration, by_increment
from taper.plans.plan import Step
from taper.plans.regimen import NOTHING, Regimen


def labeled(
    climb: Climb,
    by: Titration,
    now: Regimen,
    aim: Aim | None,
    further: tuple[Dose, Duration] | None,
    *,
    alternates: bool,
) -> Iterator[Step]:
    """The steps of a label up to the target, and then by a further increment if one is given.

    Raises:
        InvalidInput: If a range has no aim, or there are fewer times of day than intakes.
        NoTitration: If the steps do not lead to the target.
    """
    made = list(_label_steps(by, climb.target, now, aim, alternates=alternates, ends=further is not None))
    last = now
    for index, (day, step, total) in enumerate(made):
        regimen = climb.divided(total.mg, _times(step, climb))
        following = made[index + 1][0] if index + 1 < len(made) else None
        lasting = None if following is None else days(following - day)
        last = regimen
        if lasting is None and further is not None and regimen.total.mg < climb.target.mg:
            lasting = further[1]
        if step.every_other_day:
            yield Step(cycle=(regimen, NOTHING), kind="increase", lasting=lasting)
        else:
            yield Step(regimen=regimen, kind="increase", lasting=lasting)
    if further is not None and last.total.mg < climb.target.mg:
        yield from by_increment(climb, last, *further)


def _times(step: TitrationStep, climb: Climb) -> int:
    """In how many intakes a day: as labeled; in all of them where the label only says that the dose is divided."""
    if step.times_per_day is not None or not step.divided:
        return step.times_per_day or 1
    if len(climb.slots) < 2:
        raise InvalidInput(f"the label divides {step.total} a day; name two times of day or more", where="slots")
    return len(climb.slots)


def _label_steps(
    by: Titration, target: Dose, now: Regimen, aim: Aim | None, *, alternates: bool, ends: bool = False
) -> Iterator[tuple[int, TitrationStep, Dose]]:
    """The label's steps as day, step and total, from above what is taken now up to the target.

    Where what is taken now alternates, the same total taken every day is the next step above it. Where it `ends`, the
    label's own increments are left out.
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
    if not ends:
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
        raise NoTitration(
            f"the labeled steps {reached} and name no increment with an interval; give another target, or "
            "an increment to go on by (beyond)"
        )
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
