"""What of a row differs from the row above: which times of day, and on which days something is taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from taper.amounts.dose import Dose
from taper.plans.plan import Before
from taper.plans.regimen import Regimen, Slot
from taper.products.product import Portion
from taper.schedules.schedule import ScheduledIntake
from taper.words.stretches import Pick, StretchLine

_Taken = Mapping[Slot, tuple[Dose, tuple[Portion, ...]]]


@dataclass(frozen=True, slots=True)
class LineChange:
    """The times of day that changed, whether the total did, and whether the same doses are taken on other days."""

    slots: frozenset[Slot] = frozenset()
    total: bool = False
    days: bool = False


def compare_line(line: StretchLine, row: Sequence[StretchLine], above: Sequence[StretchLine]) -> LineChange:
    """A line of a course beside those of the same course in the row above.

    Each line is compared with what was taken on its own days: of two lines that alternate, one may stay as it was.

    Args:
        line: The line.
        row: All lines of its course in its row.
        above: All lines of its course in the row above; empty where it begins.
    """
    if not line.intakes:
        return LineChange()
    now = _taken(line.intakes)
    befores: list[_Taken] = [_taken(each.intakes) for each in _alike(line, row, above)]
    # The same dose on more days than before is told by its days, where it says which they are.
    if _had_free_days(line, above) and (line.pick is None or now not in befores):
        befores.append({})
    slots = _differing(now, befores)
    total = bool(slots) and any(_total(before) != _total(now) for before in befores)
    return LineChange(slots, total, not slots and _comes_on_other_days(line.pick, [each.pick for each in above]))


def compare_with_before(line: StretchLine, before: Before) -> LineChange:
    """The first line of a course beside what was taken before the plan, by doses alone: no product of it is known."""
    now: _Taken = {intake.slot: (intake.dose, ()) for intake in line.intakes}
    taken: list[_Taken] = [
        {intake.slot: (intake.dose, ()) for intake in day} for day in _days_before(line.pick, before)
    ]
    if line.pick is not None and now in taken:
        taken = [now]
    slots = _differing(now, taken) if now else frozenset()
    total = bool(slots) and any(_total(day) != _total(now) for day in taken)
    is_new_pattern = not slots and len(before.days) == 1
    return LineChange(slots, total, is_new_pattern and line.pick is not None and line.pick.alone)


def _days_before(pick: Pick | None, before: Before) -> Iterable[Regimen]:
    if before.weekly is None or pick is None or not pick.weekdays:
        return before.days
    return [before.days[index] for index in pick.weekdays]


def _taken(intakes: Iterable[ScheduledIntake]) -> _Taken:
    return {intake.slot: (intake.dose, intake.portions) for intake in intakes}


def _total(taken: _Taken) -> Fraction:
    return sum((dose.mg for dose, _ in taken.values()), Fraction(0))


def _differing(now: _Taken, befores: Iterable[_Taken]) -> frozenset[Slot]:
    return frozenset(slot for before in befores for slot in {*now, *before} if now.get(slot) != before.get(slot))


def _alike(line: StretchLine, row: Sequence[StretchLine], above: Sequence[StretchLine]) -> Sequence[StretchLine]:
    """The lines above that are of the days of a line, as far as their patterns correspond."""
    picks = [each.pick for each in above]
    if line.pick is None or None in picks:
        return above
    weekdays = set(line.pick.weekdays)
    if weekdays and all(pick is not None and pick.weekdays for pick in picks):
        return [each for each in above if each.pick is not None and weekdays & set(each.pick.weekdays)]
    same = [each for each in above if _taken(each.intakes) == _taken(line.intakes)]
    if same:
        return same
    place = row.index(line)
    return [above[place]] if [_shape(pick) for pick in picks] == [_shape(each.pick) for each in row] else above


def _had_free_days(line: StretchLine, above: Sequence[StretchLine]) -> bool:
    """Whether nothing was taken on some of the days of a line, in the row above."""
    picks = [each.pick for each in above if each.pick is not None]
    if not above or line.pick is None:
        return not above or any(pick.alone for pick in picks)
    before = {weekday for pick in picks for weekday in pick.weekdays}
    return bool(line.pick.weekdays and before) and not set(line.pick.weekdays) <= before


def _comes_on_other_days(pick: Pick | None, above: Sequence[Pick | None]) -> bool:
    # Where other days now have doses too, their own lines tell that these are no longer the only ones.
    if pick is None or {_shape(pick), _shape(replace(pick, alone=True))} & {*map(_shape, above)}:
        return False
    # Beside days that stay as they were, the line of the other days tells the change.
    return pick.alone or None not in above


def _shape(pick: Pick | None) -> object:
    if pick is None:
        return None
    return (pick.weekdays or (len(pick.dates), pick.every)), pick.alone
