"""A drug's daily total as levels in order, from what was taken before to what comes after a stop, and its changes."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from taper.amounts.dose import DailyDose, MassUnit
from taper.amounts.duration import Duration
from taper.checks.case import Case, CourseIntake, Run, day_words
from taper.checks.day_spans import DaySpans
from taper.checks.other_medicines import in_own_column
from taper.knowledge.monograph import own_half_lives
from taper.plans.plan import Before, Course
from taper.schedules.realization import RealizedStep


@dataclass(frozen=True, slots=True)
class Level:
    """Consecutive days with one total; `run` is None before the plan and after a stop.

    `last` is None where it goes on without an end. What was taken before is a level whose last day is 0.
    """

    first: int
    last: int | None
    total: DailyDose
    run: Run | None = None

    @property
    def mg(self) -> Fraction:
        return self.total.mg


@dataclass(frozen=True, slots=True)
class LevelChange:
    """The passage from one level to the next: on which day, from what, to what."""

    before: Level
    after: Level

    @property
    def day(self) -> int:
        return self.after.first

    @property
    def mg(self) -> Fraction:
        return self.before.mg - self.after.mg

    @property
    def place(self) -> CourseIntake | None:
        """A dose that belongs to the change: of the day it falls on, else of the day before."""
        for level in (self.after, self.before):
            if level.run is not None and level.run.intakes:
                return level.run.intakes[0]
        return None


@dataclass(frozen=True)
class Levels:
    """The levels of one drug in order, and what is known at their two ends.

    `knows_before` is false where a course does not say what was taken before it. `stops` says that the plan ends
    in a stop, which is then the last level.
    """

    all: tuple[Level, ...]
    knows_before: bool
    stops: bool

    @cached_property
    def changes(self) -> tuple[LevelChange, ...]:
        """Every change of the total, in order."""
        pairs = zip(self.all, self.all[1:], strict=False)
        return tuple(LevelChange(one, other) for one, other in pairs if one.mg != other.mg)

    @cached_property
    def falls(self) -> tuple[LevelChange, ...]:
        return tuple(change for change in self.changes if change.mg > 0)

    @cached_property
    def rises(self) -> tuple[LevelChange, ...]:
        return tuple(change for change in self.changes if change.mg < 0)

    @cached_property
    def peak(self) -> DailyDose:
        """The largest total before or in the plan."""
        return max((level.total for level in self.all), key=lambda total: total.mg)

    def is_final_stop(self, change: LevelChange) -> bool:
        """Whether a change is the reduction to 0 with which the plan stops the drug."""
        return self.stops and change.after is self.all[-1]

    def falls_within(self, days: int) -> tuple[LevelChange, ...]:
        """Each reduction, counted from the highest total of the so many days before it: the other reading of a rate."""
        if days not in self._within:
            self._within[days] = tuple(self._falls_within(days))
        return self._within[days]

    @cached_property
    def _within(self) -> dict[int, tuple[LevelChange, ...]]:
        return {}

    def _falls_within(self, days: int) -> Iterator[LevelChange]:
        # The window holds levels from the highest down; what a later and higher one hides can never be the highest.
        window: deque[Level] = deque()
        for one, other in zip(self.all, self.all[1:], strict=False):
            while window and window[-1].mg <= one.mg:
                window.pop()
            window.append(one)
            while window[0].last is not None and window[0].last < other.first - days:
                window.popleft()
            if one.mg > other.mg:
                yield LevelChange(window[0], other)


def levels_of(case: Case, drug: str) -> Levels:
    """The levels of a drug: what was taken before, each stretch of days, and 0 after a stop.

    What was taken before a course counts until the course begins. A cycle that goes on without an end is shown
    twice, so that the passage from its last day to its first is seen.
    """
    return case.once(("levels", drug), lambda: _levels(case, drug))


def _levels(case: Case, drug: str) -> Levels:
    courses, runs = case.courses_of(drug), case.runs(drug)
    befores = [(case.bounds(course)[0], course.course.before) for course in courses]
    taken = [(start, before.largest.mg) for start, before in befores if isinstance(before, Before)]
    unit = next(run for run in runs if run.intakes).total.unit
    made = [Level(0, 0, _dose(sum((mg for _, mg in taken), Fraction(0)), unit))]
    steady = list(_steady(case, drug)) if len(courses) == 1 else []
    made += _flattened([Level(run.first, run.last, run.total, run) for run in case.days(drug)], steady)
    made += _again(runs) if not any(last is None for _, last, _ in steady) else ()
    stops = _stops(case, drug)
    if stops:
        while made[-1].run is not None and not made[-1].run.intakes:
            made.pop()
        made.append(Level((made[-1].last or 0) + 1, None, _dose(Fraction(0), unit)))
    return Levels(tuple(made), all(before is not None for _, before in befores), stops)


def _steady(case: Case, drug: str) -> Iterator[tuple[int, int | None, Fraction]]:
    """Cycles with days without a dose in which fewer than about two half-lives pass, each as its average."""
    monograph = case.monograph(drug)
    lives = in_own_column(case, own_half_lives(case.applying(monograph.half_lives, drug))) if monograph else []
    least = min((life.low for life in lives if not life.up_to and case.compares(life.source)), default=None)
    if least is None:
        return
    for course in case.courses_of(drug):
        for step, (first, last) in zip(course.steps, course.course.bounds(case.start), strict=True):
            is_cycle = step.step.weekly is None and any(not day.intakes for day in step.days)
            hours = 24 * days_between(step)
            if is_cycle and hours and not is_swing(hours, least):
                yield first, last, sum((day.total.mg for day in step.days), Fraction(0)) / len(step.days)


def _flattened(levels: list[Level], steady: list[tuple[int, int | None, Fraction]]) -> list[Level]:
    """Levels in which each steady cycle is one level at its average: the drug does not leave in between."""
    for first, last, mg in steady:
        inside = [level for level in levels if level.first >= first and (last is None or level.first <= last)]
        taken = next((level for level in inside if level.mg), None)
        if taken is not None:
            kept = [level for level in levels if level not in inside]
            one = Level(first, last, _dose(mg, taken.total.unit), taken.run)
            levels = sorted([*kept, one], key=lambda level: level.first)
    return levels


def _dose(mg: Fraction, unit: MassUnit) -> DailyDose:
    return DailyDose(mg).in_unit(unit)


def _again(runs: tuple[Run, ...]) -> Iterator[Level]:
    cycle = [run for run in runs if run.repeats]
    length = sum((run.last or run.first) - run.first + 1 for run in cycle)
    for run in cycle:
        yield Level(run.first + length, (run.last or run.first) + length, run.total, run)


def _stops(case: Case, drug: str) -> bool:
    last = [run for run in case.runs(drug) if run.intakes][-1]
    held = {item.course for item in last.intakes}
    final = [course for course in case.courses_of(drug) if course.course.id in held]
    return last.last is not None and not last.repeats and all(course.course.then == "stop" for course in final)


@dataclass(frozen=True, slots=True)
class Break:
    """Days without a dose between two doses of one drug, and the levels before and after it.

    `is_told` says that it is more than the empty days of a cycle: it lies between two courses, or is written as a
    time in which doses were not taken. `waits` says that a person decides what is taken on some of its days. `levels`
    are all of the drug; `places` those at which what is before it begins and ends, and what is after it.
    """

    first: int
    last: int
    levels: tuple[Level, ...]
    places: tuple[int, int, int, int]
    is_told: bool
    waits: bool = False

    @property
    def days(self) -> int:
        return self.last - self.first + 1

    @property
    def before(self) -> tuple[Level, ...]:
        return self.levels[self.places[0] : self.places[1]]

    @property
    def resumed(self) -> tuple[Level, ...]:
        return self.levels[self.places[2] : self.places[3]]


def breaks_of(case: Case, levels: Levels, drug: str) -> tuple[Break, ...]:
    """Every break of a drug, in order; `before` and `resumed` reach to the next one that is told."""
    taken = levels.all[:-1] if levels.stops else levels.all
    inside = [index for index, level in enumerate(taken) if index and not level.mg and level.run is not None]
    with_dose = [index for index, level in enumerate(taken) if level.mg]
    groups = [(g[0], g[-1]) for g in _in_a_row(inside) if with_dose and with_dose[0] < g[0] and g[-1] < with_dose[-1]]
    bounds = [case.bounds(course) for course in case.courses_of(drug)]
    gaps, decisions = (_empty_steps(case, drug, kind) for kind in ("gap", "decision"))
    told = list[bool]()
    for start, end in groups:
        days = taken[start].first, taken[end].last or 0
        inner = any(first <= days[0] and (last is None or days[1] <= last) for first, last in bounds)
        told.append(not inner or gaps.meets(*days) or decisions.meets(*days))
    found, begin = list[Break](), 0
    ends = [start for (start, _), is_told in zip(groups, told, strict=True) if is_told]
    for (start, end), is_told in zip(groups, told, strict=True):
        until = ends[place] if (place := bisect_right(ends, end)) < len(ends) else len(taken)
        first, last = taken[start].first, taken[end].last or 0
        waits = decisions.meets(first, last)
        found.append(Break(first, last, taken, (begin, start, end + 1, until), is_told, waits))
        begin = end + 1 if is_told else begin
    return tuple(found)


def _in_a_row(indexes: list[int]) -> Iterator[list[int]]:
    group: list[int] = []
    for index in indexes:
        if group and index != group[-1] + 1:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def undecided(case: Case, drug: str) -> Iterator[str]:
    """The days between or after doses for which a person decides what is taken, in words."""
    for gap in breaks_of(case, levels_of(case, drug), drug):
        if gap.waits:
            yield f"what is taken on {day_words(gap.first, gap.last)}; a person decides that"
    yield from waiting_at_end(case, drug)


def waiting_at_end(case: Case, drug: str) -> Iterator[str]:
    """The days without doses at the end of a course that wait for a person's decision, in words."""
    for course in case.courses_of(drug):
        if course.course.needs_decision:
            yield _waiting(case, course.course)


def _waiting(case: Case, course: Course) -> str:
    taken = max(index for index, step in enumerate(course.steps) if not step.is_empty)
    bounds = course.bounds(case.start)
    first, waits = (bounds[taken][1] or 0) + 1, bounds[-1][0]
    if first == waits:
        return f"what follows day {first - 1}; a person decides that"
    many = "the day" if waits - first == 1 else f"the {waits - first} days"
    return f"what follows {many} without a dose from day {first}; a person decides that"


def _empty_steps(case: Case, drug: str, kind: str) -> DaySpans:
    """The days of the steps of a kind in which nothing is taken."""
    found = [
        days
        for course in case.courses_of(drug)
        for step, days in zip(course.course.steps, course.course.bounds(case.start), strict=True)
        if step.kind == kind and days[1] is not None
    ]
    spans = DaySpans()
    for place, (first, last) in enumerate(sorted(found)):
        spans.add(first, last, place)
    return spans


def skipping_days(case: Case, drug: str) -> Iterator[tuple[int, int | None]]:
    """The first and last days of the steps of a drug with days without a dose in their pattern."""
    for course in case.courses_of(drug):
        for step, (first, last) in zip(course.steps, course.course.bounds(case.start), strict=True):
            if days_between(step) > 1:
                yield first, last


def replacement_words(case: Case, drug: str, first: int, last: int) -> str:
    """That drugs which a table sets beside this one rise meanwhile, for the end of a finding on its reductions."""
    risen = []
    for other in case.drugs:
        if other != drug and any(table.holds(drug) and table.holds(other) for table in case.formulary.tables):
            rises = [change for change in levels_of(case, other).rises if first <= change.day <= last]
            if rises:
                highest = max((change.after.total for change in rises), key=lambda total: total.mg)
                risen.append(f"{other} rises to {highest}")
    if not risen:
        return ""
    return f"; meanwhile {' and '.join(risen)}: {drug} is compared alone, as if it were not replaced"


def step_at(case: Case, place: CourseIntake) -> RealizedStep:
    """The step to which a dose belongs."""
    return case.realized.course(place.course).steps[place.step - 1]


def days_between(step: RealizedStep) -> int:
    """The most days from one dose of a step's pattern to the next; 0 for a step without doses."""
    taken = [index for index, day in enumerate(step.days) if day.intakes]
    if not taken:
        return 0
    around = [*taken[1:], taken[0] + len(step.days)]
    return max(later - earlier for earlier, later in zip(taken, around, strict=True))


def used_before(case: Case, drug: str) -> int | None:
    """For how many days, at least, a drug was taken before the plan: 0 if it was not, None if unknown."""
    if any(course.course.before is None for course in case.courses_of(drug)):
        return None
    lengths = _lengths_before(case, drug)
    known = [fewest_days(length) for length in lengths if length is not None]
    return max(known, default=0) if len(known) == len(lengths) else None


def length_before(case: Case, drug: str) -> Duration | None:
    """The longest that a drug was taken before the plan, as it is written; None where that is not known."""
    return max((each for each in _lengths_before(case, drug) if each is not None), key=fewest_days, default=None)


def _lengths_before(case: Case, drug: str) -> list[Duration | None]:
    befores = (course.course.before for course in case.courses_of(drug))
    return [before.lasting for before in befores if isinstance(before, Before)]


def is_swing(hours: int, half_life: Fraction) -> bool:
    """Whether about two half-lives pass, or more: of the dose before about a quarter is left, or less."""
    return hours >= _ABOUT * 2 * half_life


_ABOUT = Fraction(9, 10)


def fewest_days(length: Duration) -> int:
    """The days of a length of time, a month counted as 28."""
    return length.days + 28 * length.months


def most_days(length: Duration) -> int:
    """The days of a length of time, a month counted as 31."""
    return length.days + 31 * length.months
