"""Plans to days: the days of many schedules as record batches, streamed, each dose exact as an integer over a grain."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby
from typing import Any, Final, Literal, get_args

from taper._base.shown import show
from taper._base.takes import takes
from taper.batch.days import repeated
from taper.batch.engine import LARGEST, Batch, dates, day_number, np, pa
from taper.batch.people import ROWS
from taper.errors import CannotCompute, InvalidInput
from taper.products.product import Portion
from taper.schedules.schedule import Schedule, ScheduledIntake

PerRow = Literal["day", "intake"]
"""What a row is: a day of a course, or a dose at a time of day."""

_Made = tuple[tuple[str, Fraction, str], ...]
"""Products with their amounts and units."""

_Cell = tuple[str, str, int | None, str | None, Fraction, _Made, str]
"""What rows share: course, drug, step, slot, mg, what it is made of, and how the course ends."""

_ONLY_OF_AN_INTAKE: Final = ("step", "slot")


@takes
def schedules_to_batches(schedules: Iterable[Schedule], *, per: PerRow = "day") -> Iterator[Batch]:
    """The days of many schedules as batches of the type `pyarrow.RecordBatch`, about a hundred thousand rows each.

    The schedules are taken one after the other and not kept, so that memory is bounded however many there are: give a
    generator that makes them.

    Columns: `plan`, the place of the schedule from 1; `course`; `drug`; `step` and `slot` where a row is an intake;
    `day`, counted from 1; `date`; `dose` and `grain`, so that `dose / grain` is the amount in mg, in lowest terms;
    `products`, a list of what it is made of: `product`, its id, with `amount / parts` of `unit`, which is "unit" or
    "mL"; and `ends`, how the course ends, such as "window" where it goes on beyond the days that the schedule shows.
    The types never depend on the plans.

    Args:
        schedules: The schedules to write; only what each shows is written.
        per: What a row is: "day", a course's total of a day, 0 mg on a day without any; or "intake", a dose at a time
            of day.

    Raises:
        WrongObject: If an item is no schedule.
        InvalidInput: If `per` is neither.
        CannotCompute: If the total of a day is finer than integers of 64 bits hold.
        MissingExtra: If numpy or pyarrow is not installed.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> starts = (date(2027, 3, day) for day in range(1, 8))
        >>> batches = schedules_to_batches(to_schedule(realized, start=start) for start in starts)
        >>> sum(batch.num_rows for batch in batches) == 7 * len(to_schedule(realized, start=date(2027, 3, 1)))
        True
    """
    if per not in get_args(PerRow):
        raise InvalidInput(f"per is {show(per)}; write {' or '.join(get_args(PerRow))}")
    return _batches(schedules, per)


def _batches(schedules: Iterable[Schedule], per: PerRow) -> Iterator[Batch]:
    gathered = _Gathered(per)
    for number, schedule in enumerate(schedules, start=1):
        gathered.add(number, schedule)
        if gathered.rows >= ROWS:
            yield from gathered.batches()
            gathered = _Gathered(per)
    yield from gathered.batches()


class _Gathered:
    """Some schedules as runs of equal days: of which plan, from which day, how many, and which cells each day has."""

    def __init__(self, per: PerRow) -> None:
        self.per = per
        self.rows = 0
        self._cells: dict[_Cell, int] = {}
        self._places: list[int] = []
        self._runs: list[tuple[int, int, int, int, int, int]] = []

    def add(self, plan: int, schedule: Schedule) -> None:
        """Take in a schedule as the plan of this number."""
        _check(schedule)
        start = day_number(schedule.start)
        seen: dict[int, tuple[int, int]] = {}
        # Equal days of a schedule share their intakes.
        for key, group in groupby(schedule.days, key=lambda day: id(day.intakes)):
            days = list(group)
            if key not in seen:
                seen[key] = self._placed(list(_cells_of(schedule, days[0].intakes, self.per)), plan)
            at, width = seen[key]
            self._runs.append((plan, start, days[0].number, len(days) * width, at, width))
            self.rows += len(days) * width

    def _placed(self, cells: list[_Cell], plan: int) -> tuple[int, int]:
        at = len(self._places)
        for cell in cells:
            amounts = cell[4], *(amount for _, amount, _ in cell[5])
            if max(max(amount.as_integer_ratio()) for amount in amounts) >= LARGEST:
                raise CannotCompute(f"the doses of a day add up to an amount of {cell[1]} finer than is counted; write "
                                    'them apart, with per="intake"', where=f"plan {plan}")  # fmt: skip
            self._places.append(self._cells.setdefault(cell, len(self._cells)))
        return at, len(cells)

    def batches(self) -> Iterator[Batch]:
        """What was taken in, as record batches."""
        plan, start, first, lengths, at, width = np.array(self._runs, np.int64).reshape(-1, 6).T
        places, cells = np.array(self._places, np.int64), _columns(self._cells)
        for run, within in repeated(lengths):
            day = first[run] + within // width[run]
            of = pa.array(places[at[run] + within % width[run]])
            columns = {name: column.take(of) for name, column in cells.items()}
            columns |= {"plan": pa.array(plan[run]), "day": pa.array(day.astype(np.int32))}
            columns["date"] = dates(start[run] + day - 1)
            yield pa.RecordBatch.from_arrays([columns[name] for name in _names(self.per)], names=_names(self.per))


def _check(item: Any) -> None:
    """What a generator gives is seen only when it comes; it is refused as in a list."""
    if not isinstance(item, Schedule):
        schedules_to_batches([item])


def _cells_of(schedule: Schedule, intakes: tuple[ScheduledIntake, ...], per: PerRow) -> Iterator[_Cell]:
    ends = schedule.course_ends
    if per == "intake":
        for each in intakes:
            made = _made_of([each])
            yield each.course, each.drug, each.step, each.slot.name, each.dose.mg, made, ends[each.course].value
        return
    for course in schedule.realized.courses:
        name = course.course.id
        mine = [each for each in intakes if each.course == name]
        mg = sum((each.dose.mg for each in mine), Fraction(0))
        yield name, course.drug, None, None, mg, _made_of(mine), ends[name].value


def _made_of(intakes: Iterable[ScheduledIntake]) -> _Made:
    amounts: dict[tuple[str, str], Fraction] = {}
    for intake in intakes:
        for portion in intake.portions:
            amount, unit = _amount(portion)
            amounts[portion.product, unit] = amounts.get((portion.product, unit), Fraction(0)) + amount
    return tuple((product, amount, unit) for (product, unit), amount in amounts.items())


def _amount(portion: Portion) -> tuple[Fraction, str]:
    if portion.volume is not None:
        return portion.volume.ml, "mL"
    assert portion.count is not None
    return portion.count, "unit"


def _names(per: PerRow) -> list[str]:
    names = ["plan", "course", "drug", "step", "slot", "day", "date", "dose", "grain", "products", "ends"]
    return names if per == "intake" else [name for name in names if name not in _ONLY_OF_AN_INTAKE]


def _columns(cells: Iterable[_Cell]) -> dict[str, Any]:
    course, drug, step, slot, mg, products, ends = zip(*cells, strict=True) if cells else ((),) * 7
    parts = [("product", pa.string()), ("amount", pa.int64()), ("parts", pa.int64()), ("unit", pa.string())]
    held = [[(name, *amount.as_integer_ratio(), unit) for name, amount, unit in each] for each in products]
    listed = [[dict(zip(("product", "amount", "parts", "unit"), row, strict=True)) for row in each] for each in held]
    return {
        "course": pa.array(course, pa.string()),
        "drug": pa.array(drug, pa.string()),
        "step": pa.array(step, pa.int32()),
        "slot": pa.array(slot, pa.string()),
        "dose": pa.array([each.numerator for each in mg], pa.int64()),
        "grain": pa.array([each.denominator for each in mg], pa.int64()),
        "products": pa.array(listed, pa.list_(pa.struct(parts))),
        "ends": pa.array(ends, pa.string()),
    }
