"""What a plot reads of a schedule: one drug's daily totals in order, and what is known at both ends."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from taper._base.shown import show
from taper.amounts.dose import DailyDose, MassUnit
from taper.errors import InvalidInput
from taper.plans.plan import Before
from taper.schedules.schedule import Day, End, NoteKind, Schedule


@dataclass(frozen=True, slots=True)
class DrawnTotal:
    """Consecutive dates, both inclusive, with one total."""

    first: date
    last: date
    total: DailyDose


@dataclass(frozen=True, slots=True)
class PauseSpan:
    """Consecutive dates, both inclusive, on which the plan says why nothing is taken."""

    first: date
    last: date
    kind: NoteKind


@dataclass(frozen=True)
class DrugTotals:
    """One drug of a schedule: a total for each date, what was taken before (None if unknown), and how it ends.

    `carried` are the totals with what a course that begins later says was taken until then. Days at the end for
    which a decision is needed have no total, since nothing planned is not the same as nothing taken.
    """

    drug: str
    first: date
    last: date
    totals: tuple[DailyDose, ...]
    carried: tuple[DailyDose, ...]
    before: DailyDose | None
    end: End
    unit: MassUnit
    spans: tuple[PauseSpan, ...]

    @property
    def until(self) -> date:
        """The last date that has a total."""
        return self.first + timedelta(days=len(self.totals) - 1)

    @property
    def stops(self) -> bool:
        return self.end is End.STOP

    @property
    def levels(self) -> tuple[DrawnTotal, ...]:
        """The stretches of equal totals, in order."""
        return tuple(self._levels())

    def _levels(self) -> Iterator[DrawnTotal]:
        index = 0
        for total, group in groupby(self.totals):
            count = len(list(group))
            start = self.first + timedelta(days=index)
            yield DrawnTotal(start, start + timedelta(days=count - 1), total)
            index += count

    @property
    def top(self) -> DailyDose:
        """The largest total before and in the plan."""
        known = self.totals if self.before is None else (self.before, *self.totals)
        return max(known, key=lambda total: total.mg)

    @property
    def last_dose_on(self) -> date:
        """The last date shown on which something is taken."""
        index = max(number for number, total in enumerate(self.totals) if total)
        return self.first + timedelta(days=index)


def tracks_of(schedule: Schedule, drug: str | None = None) -> tuple[DrugTotals, ...]:
    """The tracks of every drug of a schedule of which a dose is shown, or of one.

    Raises:
        InvalidInput: If the plan does not hold the drug, or no dose of it is shown.
    """
    shown = [name for name in schedule.realized.drugs if any(name in day.totals for day in _distinct(schedule))]
    if drug is None:
        if not shown:
            raise InvalidInput("no dose is shown, so nothing can be drawn; check the plan, or give a longer horizon")
        return tuple(_track(schedule, name) for name in shown)
    if drug not in shown:
        raise InvalidInput(f"no dose of {show(drug)} is shown; name one of {', '.join(shown) or 'no drugs'}")
    return (_track(schedule, drug),)


def track_of(schedule: Schedule, drug: str | None) -> DrugTotals:
    """The one track to draw.

    Raises:
        InvalidInput: If there are several drugs and none is named, or the named one is not shown.
    """
    tracks = tracks_of(schedule, drug)
    if len(tracks) > 1:
        raise InvalidInput(f"the plan holds {', '.join(track.drug for track in tracks)}; name one with drug=")
    return tracks[0]


def _distinct(schedule: Schedule) -> Iterable[Day]:
    return {id(day.intakes): day for day in schedule.days}.values()


def _track(schedule: Schedule, drug: str) -> DrugTotals:
    courses = [course.course for course in schedule.realized.courses if course.drug == drug]
    spans = tuple(_spans(schedule, {course.id for course in courses}))
    totals = _totals(schedule, drug, spans)
    taken = [(course.starts_on_day, course.before.largest) for course in courses if isinstance(course.before, Before)]
    known = all(course.before is not None for course in courses)
    ends = {schedule.course_ends[course.id] for course in courses}
    return DrugTotals(
        drug=drug,
        first=schedule.start,
        last=schedule.last,
        totals=totals,
        carried=tuple(_carried(totals, taken)),
        before=_sum(total for _, total in taken) if known else None,
        end=next(end for end in (End.DECISION, End.CONTINUES, End.WINDOW, End.REVIEW, End.STOP) if end in ends),
        unit=next(total.unit for total in totals if total),
        spans=spans,
    )


def _totals(schedule: Schedule, drug: str, spans: tuple[PauseSpan, ...]) -> tuple[DailyDose, ...]:
    nothing = DailyDose(0)
    totals = [day.totals.get(drug, nothing) for day in schedule.days]
    if spans and spans[-1].kind is NoteKind.DECISION and spans[-1].last == schedule.last:
        decided = (spans[-1].first - schedule.start).days
        while len(totals) > decided and not totals[-1]:
            totals.pop()
    return tuple(totals)


def _spans(schedule: Schedule, courses: set[str]) -> Iterator[PauseSpan]:
    for kind, group in groupby(schedule.days, key=lambda day: _why_empty(day, courses)):
        days = list(group)
        if kind is not None:
            yield PauseSpan(days[0].date, days[-1].date, kind)


def _why_empty(day: Day, courses: set[str]) -> NoteKind | None:
    kinds = [note.kind for note in day.notes if note.course in courses]
    return next((kind for kind in kinds if kind in {NoteKind.GAP, NoteKind.DECISION}), None)


def _carried(totals: Iterable[DailyDose], taken: list[tuple[int, DailyDose]]) -> Iterator[DailyDose]:
    for number, total in enumerate(totals, start=1):
        still = [before for start, before in taken if start > number]
        yield _sum([total, *still]) if still else total


def _sum(totals: Iterable[DailyDose]) -> DailyDose:
    return DailyDose(sum((total.mg for total in totals), Fraction(0)))
