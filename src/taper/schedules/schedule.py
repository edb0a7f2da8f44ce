"""Schedules: a realized plan on calendar dates, one entry for each day."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from taper._base.limits import LONGEST_DAYS, MOST_SCHEDULED, MOST_WRITTEN
from taper._base.numbers import say_count, write_count
from taper._base.shown import Bound, align, cut, shorten, show, some_of
from taper._base.tables import write_html_table
from taper._base.takes import takes
from taper.amounts.dose import DailyDose, Dose
from taper.amounts.duration import Duration, check_date, day_after
from taper.errors import InvalidInput, NotFound
from taper.plans.log import Log
from taper.plans.regimen import Slot
from taper.plans.step_days import StepDays
from taper.products.product import Portion, Product
from taper.schedules.realization import RealizedCourse, RealizedDay, RealizedPlan, RealizedStep

if TYPE_CHECKING:
    import taper

FORMAT = "taper-schedule/1"


class End(StrEnum):
    """How a schedule or a course ends: in a stop, going on, at a review, undecided, or cut off by the window shown."""

    STOP = "stop"
    CONTINUES = "continues"
    REVIEW = "review"
    DECISION = "decision needed"
    WINDOW = "window"


class NoteKind(StrEnum):
    """What a day says beside its doses."""

    REVIEW_BEFORE = "waits for review"
    STEP_BACK = "stepped back"
    GAP = "not taken"
    DECISION = "decision needed"


@dataclass(frozen=True, slots=True)
class Note:
    """What a day says beside its doses, of one course: why it holds none, or what its step waits for."""

    course: str
    step: int
    kind: NoteKind

    def to_dict(self) -> dict[str, Any]:
        """The note as plain data."""
        return {"course": self.course, "step": self.step, "note": self.kind.value}


@dataclass(frozen=True, slots=True)
class Gate:
    """A step that waits for a person's word before it begins."""

    course: str
    step: int
    day: int
    date: date

    def to_dict(self) -> dict[str, Any]:
        """The gate as plain data."""
        return {"course": self.course, "step": self.step, "day": self.day, "date": self.date.isoformat()}


class HorizonNeeded(InvalidInput):
    """A plan without an end has a calendar only up to a horizon."""


@dataclass(frozen=True, slots=True)
class ScheduledIntake:
    """One dose on one day: of which course and step, when, how much, and made of what."""

    course: str
    step: int
    drug: str
    slot: Slot
    dose: Dose
    portions: tuple[Portion, ...]

    def to_dict(self) -> dict[str, Any]:
        """The intake as plain data."""
        return {
            "course": self.course,
            "step": self.step,
            "drug": self.drug,
            "slot": self.slot.name,
            "dose": self.dose.text,
            "units": [_unit(portion) for portion in self.portions],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Day:
    """One calendar date, its number in the plan counted from 1, and its doses in order; it may hold none.

    `notes` say why it holds none where doses were not taken or a decision is needed, and what its steps wait for.
    """

    date: date
    number: int
    intakes: tuple[ScheduledIntake, ...]
    notes: tuple[Note, ...] = ()

    def __str__(self) -> str:
        doses = ", ".join(f"{intake.dose} {intake.slot} of {intake.drug}" for intake in self.intakes)
        return f"day {self.number}, {self.date}: {doses or 'nothing'}"

    def __repr__(self) -> str:
        return f"<Day {self.number}, {self.date}>"

    @property
    def totals(self) -> dict[str, DailyDose]:
        """The day's total of each drug that is taken."""
        drugs = dict.fromkeys(intake.drug for intake in self.intakes)
        return {drug: DailyDose.of(i.dose for i in self.intakes if i.drug == drug) for drug in drugs}

    def to_dict(self) -> dict[str, Any]:
        """The day as plain data."""
        made = {
            "date": self.date.isoformat(),
            "day": self.number,
            "intakes": [intake.to_dict() for intake in self.intakes],
            "totals": {drug: total.text for drug, total in self.totals.items()},
        }
        return made | ({"notes": [note.to_dict() for note in self.notes]} if self.notes else {})


@dataclass(frozen=True, slots=True, repr=False)
class DatedStep:
    """A step on dates, both inclusive; `last` is None where it is open. `shown` says how much the schedule shows."""

    course: str
    number: int
    drug: str
    realized: RealizedStep
    first_day: int
    last_day: int | None
    first: date
    last: date | None

    def __str__(self) -> str:
        return f"{self.course}, step {self.number}: {self.first} to {self.last or 'no end'}, {self.realized.step}"

    def __repr__(self) -> str:
        return f"<DatedStep {self.course} {self.number}: {self.first} to {self.last or 'no end'}>"


@dataclass(frozen=True, slots=True)
class Beyond:
    """What a window leaves out of a closed plan: how many days and intakes, and the plan's last date."""

    days: int
    intakes: int
    last: date

    def __str__(self) -> str:
        doses = "1 dose" if self.intakes == 1 else f"{self.intakes} doses"
        many = "1 more day" if self.days == 1 else f"{self.days} more days"
        return f"{many} with {doses} beyond this window, to {self.last.isoformat()}"


@dataclass(frozen=True, slots=True)
class ToCome:
    """The steps of a course that begin after the last day shown: how many, and the first and the last of them."""

    course: str
    steps: int
    first: date
    last: date
    doses: str

    def __str__(self) -> str:
        if self.steps == 1:
            return f"{self.course}: 1 more step, {self.doses}, from {self.first}"
        return f"{self.course}: {self.steps} more steps from {self.first}; the last, {self.doses}, from {self.last}"

    def to_dict(self) -> dict[str, Any]:
        """The steps as plain data."""
        dates = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return {"course": self.course, "steps": self.steps, **dates, "doses": self.doses}


@dataclass(frozen=True, slots=True, repr=False)
class Schedule(Bound):
    """A realized plan on dates: its days, its dated steps, how it ends, and what a window leaves out.

    `log` is what happened to it since it was first made, where it was adjusted.
    """

    realized: RealizedPlan
    start: date
    days: tuple[Day, ...]
    steps: tuple[DatedStep, ...]
    ends: End
    course_ends: dict[str, End]
    beyond: Beyond | None = None
    log: Log | None = None
    _steps_of: dict[str, tuple[DatedStep, ...]] = field(default_factory=dict, init=False, compare=False)

    def __len__(self) -> int:
        return len(self.days)

    def __iter__(self) -> Iterator[Day]:
        return iter(self.days)

    def __getitem__(self, index: int | slice | date) -> Day | tuple[Day, ...]:
        """A day by its place from 0, several by a slice, or one by its date."""
        return self.on(index) if isinstance(index, date) else self.days[index]

    def __str__(self) -> str:
        name = self.realized.plan.title or ", ".join(self.realized.drugs)
        hidden = self.to_come if self.beyond is None else (self.beyond,)
        head = f"{name}: {self.start} to {self.last} ({self.ends}{''.join(f'; {item}' for item in hidden)})"
        rows = [tuple(cell.replace("\n", "; ") for cell in row) for row in _notebook_rows(self)]
        return shorten([head, *align([("days", "dates", "doses", "total"), *rows])], whole="to_table()")

    def __repr__(self) -> str:
        return f"<Schedule of {', '.join(self.realized.drugs)}: {len(self.days)} days from {self.start}>"

    if TYPE_CHECKING:  # public functions as methods, bound at the front door
        apply_log = taper.apply_log
        check = taper.check
        count_supply = taper.count_supply
        to_arrow = taper.to_arrow
        to_csv = taper.to_csv
        to_fhir = taper.to_fhir
        to_html = taper.to_html
        to_ical = taper.to_ical
        to_markdown = taper.to_markdown
        to_pandas = taper.to_pandas
        to_pdf = taper.to_pdf
        to_polars = taper.to_polars
        to_records = taper.to_records
        to_table = taper.to_table
        to_xlsx = taper.to_xlsx

    @property
    def last(self) -> date:
        """The last date shown."""
        return self.days[-1].date

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The steps shown that wait for a person's word, in order of days."""
        waiting = [
            Gate(step.course, step.number, step.first_day, step.first)
            for step in self.steps
            if step.realized.step.review_before
        ]
        return tuple(sorted(waiting, key=lambda gate: gate.day))

    @property
    def changes_from(self) -> int | None:
        """The number of the first day that is not history: that of the last change, or None without one."""
        changed = self.log.changes_from if self.log is not None else None
        return None if changed is None else (changed - self.start).days + 1

    @property
    def to_come(self) -> tuple[ToCome, ...]:
        """What of each course begins only after the last day shown."""
        later: dict[str, list[DatedStep]] = {}
        for step in _dated_steps(self.realized, self.start):
            if step.first_day > len(self.days):
                later.setdefault(step.course, []).append(step)
        return tuple(
            ToCome(name, len(steps), steps[0].first, steps[-1].first, str(steps[-1].realized.step))
            for name, steps in later.items()
        )

    @property
    def products(self) -> tuple[Product, ...]:
        """Every product that a dose shown is made of, by id."""
        used = {portion.product for day in self.days for intake in day.intakes for portion in intake.portions}
        held = {product.id: product for course in self.realized.courses for product in course.products}
        return tuple(held[name] for name in sorted(used))

    def on(self, when: date) -> Day:
        """The entry of a date.

        Raises:
            InvalidInput: If the schedule does not show it.
        """
        index = (check_date(when) - self.start).days
        if not 0 <= index < len(self.days):
            raise InvalidInput(f"{when} is not shown; name a day from {self.start} to {self.last}")
        return self.days[index]

    @takes
    def steps_of(self, course: str) -> tuple[DatedStep, ...]:
        """The dated steps of a course that begin within what is shown."""
        # Sorted by course once: words ask for it at every step.
        if not self._steps_of:
            self._steps_of.update(_by_course(self.steps))
        return self._steps_of.get(course, ())

    @takes
    def step(self, course: str, number: int) -> DatedStep:
        """A dated step of a course by its number, which must begin within what is shown.

        Raises:
            NotFound: If none of this number is shown.
        """
        # The steps shown of a course are its first ones, so that the number is the place.
        shown = self.steps_of(course)
        if not shown:
            held = some_of(sorted(self._steps_of))
            raise NotFound(f"{cut(course)} has no step here; name one of {held}")
        if not 1 <= number <= len(shown):
            raise NotFound(f"{cut(course)} has no step {show(number)} here; {len(shown)} are shown. Give one of them")
        return shown[number - 1]

    def to_dict(self) -> dict[str, Any]:
        """The schedule as plain data in the format `taper-schedule/1`."""
        made: dict[str, Any] = {"format": FORMAT, "start": self.start.isoformat(), "ends": self.ends.value}
        if self.beyond is not None:
            made["beyond"] = {
                "days": self.beyond.days, "intakes": self.beyond.intakes, "last": self.beyond.last.isoformat()
            }  # fmt: skip
        if self.to_come:
            made["to_come"] = [item.to_dict() for item in self.to_come]
        made["courses"] = {name: end.value for name, end in self.course_ends.items()}
        if self.gates:
            made["gates"] = [gate.to_dict() for gate in self.gates]
        notes = [note for step in self.steps for note in _own_notes(step)]
        if notes:
            made["notes"] = notes
        if self.log is not None:
            made["log"] = self.log.to_dict()
        made["days"] = [day.to_dict() for day in self.days]
        return made

    def _repr_html_(self) -> str:
        name = self.realized.plan.title or ", ".join(self.realized.drugs)
        hidden = self.to_come if self.beyond is None else (self.beyond,)
        beyond = "".join(f"; {item}" for item in hidden)
        caption = f"{name}: {self.start} to {self.last} ({self.ends}{beyond})"
        return write_html_table(caption, ("days", "dates", "doses", "total"), _notebook_rows(self))


@takes
def to_schedule(realized: RealizedPlan, *, start: date, horizon: Duration | None = None) -> Schedule:
    """Lay a realized plan on dates.

    Args:
        realized: The plan with its recipes.
        start: The date of day 1.
        horizon: How far to show it from day 1. A plan without an end needs one; for a plan with an end it is a
            window, and what lies beyond it is counted and named.

    Raises:
        HorizonNeeded: If the plan has no end and no horizon is given.
        InvalidDate: If the start or the end lies outside 1900 to 2200.
        InvalidInput: If it is longer than 20 years or holds more doses than a schedule may.

    Example:
        >>> from taper.plans.plan import Plan
        >>> from taper.schedules.realization import realize
        >>> plan = Plan.read({"courses": [{"drug": "x", "then": "stop",
        ...     "steps": [{"for": "2 days", "regimen": {"evening": "5 mg"}}]}]})
        >>> made = realize(plan, [Product(id="x5", drug="x", form="tablet", strength="5 mg")])
        >>> [str(day.date) for day in to_schedule(made, start=date(2027, 3, 1)).days]
        ['2027-03-01', '2027-03-02']
    """
    check_date(start)
    steps = tuple(_dated_steps(realized, start))
    length = _plan_length(steps)
    shown = _shown_days(realized, start, horizon, length)
    _check_length(max(shown, length or 0))
    _check_count(steps, shown, MOST_SCHEDULED, "a schedule")
    everything = list(_days(realized, steps, start, 1, shown))
    ends = {course.course.id: _course_end(course, steps, shown) for course in realized.courses}
    beyond = None
    if length is not None and length > shown:
        beyond = _beyond(steps, start, shown, length)
    visible = tuple(step for step in steps if step.first_day <= shown)
    return Schedule(realized, start, tuple(everything), visible, _end(ends), ends, beyond)


def _dated_steps(realized: RealizedPlan, start: date) -> Iterator[DatedStep]:
    for course in realized.courses:
        bounds = course.course.bounds(start)
        for number, (step, (first, last)) in enumerate(zip(course.steps, bounds, strict=True), start=1):
            yield DatedStep(
                course.course.id,
                number,
                course.drug,
                step,
                first,
                last,
                _date(start, first),
                None if last is None else _date(start, last),
            )


def _date(start: date, day: int) -> date:
    return check_date(start + timedelta(days=day - 1))


def _plan_length(steps: tuple[DatedStep, ...]) -> int | None:
    lasts = [step.last_day for step in steps]
    return None if None in lasts else max(last for last in lasts if last is not None)


def _shown_days(realized: RealizedPlan, start: date, horizon: Duration | None, length: int | None) -> int:
    if horizon is None:
        if length is None:
            names = ", ".join(c.course.id for c in realized.courses if c.course.is_open)
            raise HorizonNeeded(f"{names} has no stop date; give a horizon, such as weeks(4), or --days 28")
        return length
    wanted = (day_after(start, (horizon,)) - start).days
    return wanted if length is None else min(wanted, length)


def _check_length(days: int) -> None:
    if days > LONGEST_DAYS:
        raise InvalidInput(f"{days} days are more than 20 years; split the plan")


def check_written(schedule: Schedule) -> None:
    """Refuse to write a schedule of more doses than a sheet or a calendar holds.

    Raises:
        InvalidInput: If it has more; the message says how many days fit.
    """
    _check_count(schedule.steps, len(schedule), MOST_WRITTEN, "this format")


def count_all_doses(realized: RealizedPlan, start: date) -> int:
    """How many doses a plan without an open end has from its start to its end, without making them."""
    steps = tuple(_dated_steps(realized, start))
    return _count_doses(steps, 1, _plan_length(steps) or 0)


def _check_count(steps: tuple[DatedStep, ...], shown: int, most: int, holder: str) -> None:
    """Refuse days of too many doses before any is made or written, and say how many days fit."""
    count = _count_doses(steps, 1, shown)
    if count > most:
        fit = bisect_right(range(1, shown), most, key=lambda last: _count_doses(steps, 1, last))
        raise InvalidInput(
            f"{shown} days hold {count} doses, and {holder} holds at most {most}; show fewer days: "
            f"give a horizon of {fit} days or less (--days {fit})"
        )


def _count_doses(steps: tuple[DatedStep, ...], first: int, last: int) -> int:
    """How many doses stand on the days from one to another, without making them."""
    return sum(_doses_of(step, first, last) for step in steps)


def _doses_of(dated: DatedStep, first: int, last: int) -> int:
    begin, end = max(first, dated.first_day), last if dated.last_day is None else min(last, dated.last_day)
    if begin > end:
        return 0
    counts = [len(day.intakes) for day in dated.realized.days]
    offset = begin - dated.first_day
    place = (dated.first.weekday() + offset) % 7 if dated.realized.step.weekly is not None else offset % len(counts)
    rounds, rest = divmod(end - begin + 1, len(counts))
    return rounds * sum(counts) + sum((counts + counts)[place : place + rest])


def _course_end(course: RealizedCourse, steps: tuple[DatedStep, ...], shown: int) -> End:
    last = next(step.last_day for step in reversed(steps) if step.course == course.course.id)
    if course.course.needs_decision:
        return End.DECISION
    if last is None:
        return End.CONTINUES
    if last > shown:
        return End.WINDOW
    return End.STOP if course.course.then == "stop" else End.REVIEW


def _end(ends: dict[str, End]) -> End:
    for kind in (End.DECISION, End.CONTINUES, End.WINDOW, End.REVIEW):
        if kind in ends.values():
            return kind
    return End.STOP


def _by_course(steps: tuple[DatedStep, ...]) -> dict[str, tuple[DatedStep, ...]]:
    made: dict[str, list[DatedStep]] = {}
    for step in steps:
        made.setdefault(step.course, []).append(step)
    return {course: tuple(listed) for course, listed in made.items()}


def _days(realized: RealizedPlan, steps: tuple[DatedStep, ...], start: date, first: int, last: int) -> Iterator[Day]:
    by_course = _by_course(steps)
    lanes = [_Lane(by_course[course.course.id]) for course in realized.courses]
    seen: dict[tuple[int, ...], tuple[tuple[ScheduledIntake, ...], tuple[Note, ...]]] = {}
    for number in range(first, last + 1):
        when = start + timedelta(days=number - 1)
        groups = tuple(lane.on(number, when.weekday()) for lane in lanes)
        key = tuple(id(group) for group in groups)
        if key not in seen:
            merged = [intake for group in groups for intake in group.intakes]
            notes = tuple(note for group in groups for note in group.notes)
            seen[key] = tuple(sorted(merged, key=lambda intake: intake.slot)), notes
        yield Day(when, number, *seen[key])


@dataclass(frozen=True, slots=True)
class _Group:
    """What one course gives to a day."""

    intakes: tuple[ScheduledIntake, ...] = ()
    notes: tuple[Note, ...] = ()


class _Lane:
    """The days of one course; equal days share their intakes."""

    def __init__(self, steps: tuple[DatedStep, ...]) -> None:
        self._steps = steps
        self._days = StepDays((step.first_day, step.last_day) for step in steps)
        self._made: dict[tuple[int, int], _Group] = {}
        self._empty = _Group()

    def on(self, number: int, weekday: int) -> _Group:
        found = self._days.at(number)
        if found is None:
            return self._empty
        index, offset = found
        step = self._steps[index]
        place = weekday if step.realized.step.weekly is not None else offset % len(step.realized.days)
        if (index, place) not in self._made:
            self._made[index, place] = _Group(_intakes(step, offset, weekday), tuple(_notes(step)))
        return self._made[index, place]


def _intakes(step: DatedStep, offset: int, weekday: int) -> tuple[ScheduledIntake, ...]:
    return tuple(
        ScheduledIntake(step.course, step.number, step.drug, intake.slot, intake.dose, intake.recipe.portions)
        for intake in step.realized.on(offset, weekday).intakes
    )


def _own_notes(step: DatedStep) -> Iterator[dict[str, Any]]:
    """What the writer of the plan says of a step and of its times of day."""
    at = {"course": step.course, "step": step.number, "first": step.first.isoformat()}
    if step.realized.step.note is not None:
        yield {**at, "note": step.realized.step.note}
    for slot, note in step.realized.step.slot_notes.items():
        yield {**at, "slot": slot.name, "note": note}


_NOTED = {"gap": NoteKind.GAP, "decision": NoteKind.DECISION, "step-back": NoteKind.STEP_BACK}


def _notes(dated: DatedStep) -> Iterator[Note]:
    step = dated.realized.step
    if step.review_before:
        yield Note(dated.course, dated.number, NoteKind.REVIEW_BEFORE)
    if step.kind in _NOTED:
        yield Note(dated.course, dated.number, _NOTED[step.kind])


def _beyond(steps: tuple[DatedStep, ...], start: date, shown: int, length: int) -> Beyond:
    return Beyond(length - shown, _count_doses(steps, shown + 1, length), _date(start, length))


def _unit(portion: Portion) -> dict[str, str]:
    if portion.volume is not None:
        return {"product": portion.product, "volume": str(portion.volume)}
    return {"product": portion.product, "count": write_count(portion.count or Fraction(0))}


_MOST_ROWS = 200


def _notebook_rows(schedule: Schedule) -> Iterator[tuple[str, str, str, str]]:
    products = {product.id: product for product in schedule.products}
    groups = [list(group) for _, group in groupby(schedule.days, key=lambda day: (day.intakes, day.notes))]
    for group in islice(groups, _MOST_ROWS):
        first, last = group[0], group[-1]
        numbers = str(first.number) if first is last else f"{first.number}-{last.number}"
        dates = str(first.date) if first is last else f"{first.date} to {last.date}"
        said = [*dict.fromkeys(note.kind.value for note in first.notes), *(_line(i, products) for i in first.intakes)]
        totals = ", ".join(f"{drug} {total}" for drug, total in first.totals.items())
        yield numbers, dates, "\n".join(said) or "nothing", totals
    if len(groups) > _MOST_ROWS:
        yield "...", "", f"{len(groups) - _MOST_ROWS} more rows are not shown; to_table shows them", ""


def _line(intake: ScheduledIntake, products: dict[str, Product]) -> str:
    portions = [
        f"{portion.volume or f'{say_count(portion.count or Fraction(0))} x'} {products[portion.product].label}"
        for portion in intake.portions
    ]
    return f"{intake.slot} {intake.dose} {intake.drug}: {' + '.join(portions)}"


def length_of(step: DatedStep) -> int:
    """How many days a step has; of an open one, more than any pattern has."""
    return LONGEST_DAYS if step.last is None else (step.last - step.first).days + 1


def occurring_days(step: DatedStep) -> list[tuple[int, RealizedDay]]:
    """The days of the pattern that the step reaches, each once, with their place in it; a week begins on Monday."""
    days = step.realized.days
    reached = min(length_of(step), len(days))
    if step.realized.step.weekly is None:
        return list(enumerate(days[:reached]))
    places = sorted((step.first + timedelta(days=offset)).weekday() for offset in range(reached))
    return [(place, days[place]) for place in places]
