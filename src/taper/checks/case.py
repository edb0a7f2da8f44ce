"""The case a rule reads: the plan as days, the person, and the cited facts of each drug."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import zip_longest
from math import lcm
from typing import Any, TypeVar

from taper._base.limits import LONGEST_DAYS
from taper._base.shown import show
from taper.amounts.dose import DailyDose
from taper.amounts.duration import short_date
from taper.checks.open_question import NotAssessed, Reason
from taper.checks.review import LeftOut, Severity, Why
from taper.errors import InvalidInput, NotFound
from taper.knowledge.cited import Cited
from taper.knowledge.formulary import Formulary
from taper.knowledge.kidney_reading import applies_to_age
from taper.knowledge.monograph import Monograph
from taper.people.patient import Patient
from taper.plans.plan import Before, StartNeeded
from taper.plans.step_days import StepDays
from taper.products.product import DosageForm, Release
from taper.schedules.realization import RealizedCourse, RealizedDay, RealizedIntake, RealizedPlan, RealizedStep
from taper.source import Source

_Fact = TypeVar("_Fact", bound=Cited)
_Made = TypeVar("_Made")

COUNTRIES = {"us": ("US",), "uk": ("UK",), "eu": ("EU", "DE", "FR", "IT", "NL", "IE")}
"""The jurisdictions whose sources speak first for the products of a market."""


@dataclass(frozen=True, slots=True)
class CourseIntake:
    """One dose of a day: of which course and step, and the realized intake."""

    course: str
    step: int
    intake: RealizedIntake


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive days on which a drug is taken alike; `last` is None where the plan goes on without an end.

    `repeats` marks a day of a cycle that goes on without an end: it comes again in every cycle.
    """

    first: int
    last: int | None
    total: DailyDose
    intakes: tuple[CourseIntake, ...]
    repeats: bool = False


def day_words(first: int, last: int | None) -> str:
    """Day numbers for a reader: "day 1", "days 1-3", "from day 8"."""
    if last is None:
        return f"from day {first}"
    return f"day {first}" if first == last else f"days {first}-{last}"


@dataclass(frozen=True)
class Case:
    """A realized plan, a person, and the sources to compare with; rules read it and change nothing.

    `sources` narrows every comparison to those source ids; what is on file and not compared is listed in the review.
    `market` is the market asked for; without it the products say whose sources speak first.
    """

    realized: RealizedPlan
    patient: Patient
    formulary: Formulary
    start: date | None = None
    sources: tuple[str, ...] = ()
    market: str | None = None

    @property
    def courses(self) -> tuple[RealizedCourse, ...]:
        return self.realized.courses

    @property
    def drugs(self) -> tuple[str, ...]:
        return self.realized.drugs

    def courses_of(self, drug: str) -> tuple[RealizedCourse, ...]:
        """The courses of a drug."""
        return tuple(course for course in self.courses if course.drug == drug)

    def monograph(self, drug: str) -> Monograph | None:
        """What is on file about a drug, or None."""
        return self.formulary.get(drug)

    @cached_property
    def _bounds(self) -> dict[str, tuple[tuple[int, int | None], ...]]:
        return self.realized.bounds(self.start)

    def runs(self, drug: str) -> tuple[Run, ...]:
        """The days of a drug in order, courses summed, equal neighbors joined; days without doses are runs of 0."""
        return self.runs_of(self.courses_of(drug))

    def runs_of(self, courses: Iterable[RealizedCourse]) -> tuple[Run, ...]:
        """The days of some courses taken together, of one drug or of several, in order."""
        listed = tuple(courses)
        ids = tuple(course.course.id for course in listed)
        return self.once(("runs", *ids), lambda: tuple(_merged(self._pieces(listed))))

    def once(self, key: tuple[str, ...], make: Callable[[], _Made]) -> _Made:
        """What several rules read of this case, made when the first of them asks for it."""
        if key not in self._held:
            self._held[key] = make()
        made: _Made = self._held[key]
        return made

    @cached_property
    def _held(self) -> dict[tuple[str, ...], Any]:
        return {}

    def days(self, drug: str) -> tuple[Run, ...]:
        """The days of a drug, each total with what is still taken from before: it counts until its course begins."""
        return self.once(("days", drug), lambda: self._days_of(drug))

    def _days_of(self, drug: str) -> tuple[Run, ...]:
        befores = [(self.bounds(course)[0], course.course.before) for course in self.courses_of(drug)]
        taken = [(start, before.largest.mg) for start, before in befores if isinstance(before, Before) and start > 1]
        return tuple(_with_before(self.runs(drug), taken)) if taken else self.runs(drug)

    def bounds(self, course: RealizedCourse) -> tuple[int, int | None]:
        """The first and the last day of a course; None where it goes on."""
        held = self._bounds[course.course.id]
        return held[0][0], held[-1][1]

    def _pieces(self, courses: tuple[RealizedCourse, ...]) -> Iterator[Run]:
        held = [self._bounds[course.course.id] for course in courses]
        lanes = [(course, StepDays(bounds)) for course, bounds in zip(courses, held, strict=True)]
        ends = (edge for bounds in held for first, last in bounds for edge in (first, last and last + 1))
        edges = sorted({1, *(edge for edge in ends if edge)})
        for first, after in zip_longest(edges, edges[1:]):
            active = [piece for course, days in lanes for piece in _piece(course, days, first)]
            if active or after is not None:
                yield from self._days(active, first, after)

    def _days(self, active: "list[_Piece]", first: int, after: int | None) -> Iterator[Run]:
        cycles = [1 if p.step.step.is_constant else len(p.step.days) for p in active]
        period = lcm(*cycles) if cycles else 1
        if period == 1:
            yield self._run(active, first, None if after is None else after - 1)
            return
        last = first + min(period, LONGEST_DAYS) - 1 if after is None else after - 1
        for day in range(first, last + 1):
            yield self._run(active, day, day, repeats=after is None)

    def _run(self, active: "list[_Piece]", first: int, last: int | None, *, repeats: bool = False) -> Run:
        weekday = self._weekday(first, active)
        if len(active) == 1:
            day = active[0].day(first, weekday)
            return Run(first, last, day.total, active[0].named(day), repeats)
        taken = (intake for piece in active for intake in piece.named(piece.day(first, weekday)))
        intakes = tuple(sorted(taken, key=lambda item: (item.intake.slot.is_clock, item.intake.slot)))
        return Run(first, last, DailyDose.of(item.intake.dose for item in intakes), intakes, repeats)

    def _weekday(self, day: int, active: "list[_Piece]") -> int | None:
        if not any(piece.step.step.weekly is not None for piece in active):
            return None
        if self.start is None:
            raise StartNeeded("a weekly pattern has days only once the plan has a start; give a start date")
        return (self.start + timedelta(days=day - 1)).weekday()

    # When something is, for a reader.

    def when(self, first: int, last: int | None) -> str:
        """When something is: "on 27 Sep 2027", "from 27 Sep to 2 Oct 2027"; without a start "on day 8"."""
        if self.start is None:
            words = day_words(first, last)
            return words if last is None else f"on {words}"
        begin = self._date(first)
        if last is None:
            return f"from {begin} on"
        end = self._date(last)
        return f"on {begin}" if first == last else f"from {_without_year(begin, end)} to {end}"

    def _date(self, day: int) -> str:
        assert self.start is not None
        return short_date(self.start + timedelta(days=day - 1))

    def when_taken(self, stretch: tuple[Run, ...]) -> str:
        """When neighboring days of the plan are, for a reader."""
        words = self.when(stretch[0].first, stretch[-1].last)
        return f"{words}, and again in every cycle" if any(run.repeats for run in stretch) else words

    # Whose sources speak.

    @cached_property
    def countries(self) -> frozenset[str]:
        """The jurisdictions whose sources speak first: of the market asked for, else of the products used."""
        used = {product.market for course in self.courses for product in course.used if product.market}
        markets = {self.market} if self.market else used
        return frozenset(code for name in markets for code in COUNTRIES.get(name, (name.upper(),)))

    def is_own(self, source: Source) -> bool:
        """Whether a source is of the plan's own country."""
        return source.jurisdiction is not None and bool(self.countries & set(source.jurisdiction.split("/")))

    def is_abroad(self, source: Source) -> bool:
        """Whether a source is of another country than the plan's; never where either is unknown."""
        return bool(self.countries) and source.jurisdiction is not None and not self.is_own(source)

    def weight(self, source: Source) -> tuple[Any, ...]:
        """A key by which the weightiest source comes first: the plan's own country, grade, year."""
        year = source.year if isinstance(source.year, int) else 0
        place = 0 if self.is_own(source) else 2 if self.is_abroad(source) else 1
        return place, str(source.grade), -year, source.organization, source.id

    def who(self, source: Source) -> str:
        """Who says so, for the middle of a message: "NICE (UK, 2022, grade B; another country's advice)"."""
        place = f"{source.jurisdiction}, " if source.jurisdiction and source.called == source.organization else ""
        layer = "" if source.layer == "shipped" else f"; from the overlay {source.layer}"
        weak = ", secondary source" if source.grade == "C" else ""
        abroad = "; another country's advice" if self.is_abroad(source) else ""
        return f"{source.called} ({place}{source.year}, grade {source.grade}{weak}{layer}{abroad})"

    def sources_of(self, drug: str) -> tuple[Source, ...]:
        """The sources of a drug that are compared and of which something is about the plan's products."""
        return self.once(("sources", drug), lambda: tuple(self._sources_of(drug)))

    def _sources_of(self, drug: str) -> Iterator[Source]:
        monograph = self.formulary.monograph(drug)  # no rule asks for the sources of a drug that is not on file
        fits = {fact.source.id for fact in self.applying(monograph.facts, drug)}
        yield from (source for source in monograph.sources if source.id in fits and self.compares(source))

    def later_than(self, source: Source) -> Source | None:
        """A later version of the same label in the same layer that is on file; it speaks in its place."""
        return self._later.get((source.id, source.layer))

    @cached_property
    def _later(self) -> dict[tuple[str, str], Source]:
        held = {s.id: s for drug in self.drugs if (m := self.monograph(drug)) is not None for s in m.sources}
        newest: dict[tuple[str, str], Source] = {}
        for source in held.values():
            key = (source.set_id or "", source.layer)
            if source.set_id and (key not in newest or _version(source) > _version(newest[key])):
                newest[key] = source
        made = {}
        for source in held.values():
            last = newest.get((source.set_id or "", source.layer))
            if last is not None and _version(last) > _version(source):
                made[source.id, source.layer] = last
        return made

    def compares(self, source: Source) -> bool:
        """Whether a source is compared: the caller named it, or named none and no later version of it is on file."""
        return source.id in self.sources if self.sources else self.later_than(source) is None

    @cached_property
    def _made_of(self) -> dict[str, tuple[Release, frozenset[DosageForm], frozenset[str]]]:
        return {c.course.id: _made_of(c) for c in self.courses}

    def applies_to(self, fact: Cited, course: RealizedCourse) -> bool:
        """Whether a fact is about the release and a form of the products that a course uses."""
        return _is_about(fact, *self._made_of[course.course.id])

    def applying(self, facts: Iterable[_Fact], drug: str) -> tuple[_Fact, ...]:
        """The facts that apply to the release and form in which the plan takes a drug, whatever the age."""
        return tuple(fact for fact in facts if any(self.applies_to(fact, c) for c in self.courses_of(drug)))

    def fitting(self, facts: Iterable[_Fact], drug: str) -> tuple[_Fact, ...]:
        """The facts that apply, but for those about another use than the plan's."""
        return tuple(fact for fact in self.applying(facts, drug) if self.indication_fits(fact, drug) is not False)

    def uses_of(self, drug: str) -> frozenset[str | None]:
        """What the courses of a drug are for, by every name on file of it; with None where a course names nothing."""
        written = {course.course.indication for course in self.courses_of(drug)}
        named = (self.formulary.condition(use).names for use in written if use is not None)
        return frozenset(written).union(*named)

    def indication_fits(self, fact: Cited, drug: str) -> bool | None:
        """Whether a fact is about the plan's indication; None if it is about some, and a course names none."""
        if not fact.indications:
            return True
        wanted = self.uses_of(drug)
        if wanted & set(fact.indications):
            return True
        return None if None in wanted else False

    def person_fits(self, fact: Cited) -> bool | None:
        """Whether the person is of the age and sex of which a fact is; None if that cannot be told."""
        fits = (self._age_fits(fact), self._sex_fits(fact))
        return False if False in fits else None if None in fits else True

    def _age_fits(self, fact: Cited) -> bool | None:
        if not fact.needs_age:
            return True
        if self.patient.age is None:
            return None
        return applies_to_age(fact.age_from, fact.age_below, self.patient.age)

    def _sex_fits(self, fact: Cited) -> bool | None:
        if fact.sex is None:
            return True
        return None if self.patient.sex is None else str(self.patient.sex) == fact.sex

    def person_open(self, fact: Cited) -> tuple[str, ...]:
        """The facts about the person that would have to be given to tell whether a fact is about them."""
        age = ("patient.age",) if self._age_fits(fact) is None else ()
        return (*age, "patient.sex") if self._sex_fits(fact) is None else age


def _without_year(begin: str, end: str) -> str:
    return begin.rsplit(" ", 1)[0] if begin[-4:] == end[-4:] else begin


def _version(source: Source) -> tuple[int, int]:
    return source.version or 0, source.year if isinstance(source.year, int) else 0


def _with_before(runs: tuple[Run, ...], taken: list[tuple[int, Fraction]]) -> Iterator[Run]:
    unit = next(run for run in runs if run.intakes).total.unit
    for run in runs:
        edges = sorted({start for start, _ in taken if start > run.first and (run.last is None or start <= run.last)})
        for first, after in zip([run.first, *edges], [*edges, None], strict=True):
            still = sum((mg for start, mg in taken if start > first), Fraction(0))
            total = DailyDose(run.total.mg + still).in_unit(unit) if still else run.total
            yield replace(run, first=first, last=run.last if after is None else after - 1, total=total)


def applies_to_products(fact: Cited, course: RealizedCourse) -> bool:
    """Whether a fact is about the release and a form of the products that a course uses."""
    return _is_about(fact, *_made_of(course))


def _made_of(course: RealizedCourse) -> tuple[Release, frozenset[DosageForm], frozenset[str]]:
    used = course.used
    return course.release, frozenset(product.form for product in used), frozenset(product.id for product in used)


def _is_about(fact: Cited, release: Release, forms: frozenset[DosageForm], ids: frozenset[str]) -> bool:
    is_form = not fact.forms or bool(forms & set(fact.forms))
    return (
        (not fact.releases or release in fact.releases)
        and is_form
        and (not fact.products or bool(ids & set(fact.products)))
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """One step of a course, and its first day."""

    course: str
    number: int
    step: RealizedStep
    first: int

    def day(self, number: int, weekday: int | None) -> RealizedDay:
        return self.step.on(number - self.first, weekday)

    def named(self, day: RealizedDay) -> tuple[CourseIntake, ...]:
        return tuple(CourseIntake(self.course, self.number, intake) for intake in day.intakes)


def _piece(course: RealizedCourse, days: StepDays, day: int) -> Iterator[_Piece]:
    """The step of a course that holds a day, if one does."""
    found = days.at(day)
    if found is not None:
        place, gone = found
        yield _Piece(course.course.id, place + 1, course.steps[place], day - gone)


def _merged(pieces: Iterable[Run]) -> Iterator[Run]:
    held: Run | None = None
    for run in pieces:
        if held is not None and _alike(held, run):
            held = Run(held.first, run.last, held.total, held.intakes, held.repeats)
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:  # pragma: no branch - a drug of the plan has at least one day
        yield held


def _alike(one: Run, other: Run) -> bool:
    def doses(run: Run) -> list[tuple[object, ...]]:
        return [(item.course, item.step, item.intake.slot, item.intake.dose) for item in run.intakes]

    return one.repeats == other.repeats and doses(one) == doses(other)


def stretches(runs: Iterable[Run], test: Callable[[Run], bool]) -> Iterator[tuple[Run, ...]]:
    """Neighboring runs for which a test holds, joined: one finding for a stretch of days, not one a day."""
    group: list[Run] = []
    for run in runs:
        if test(run):
            group.append(run)
        elif group:
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)


def on_file(case: Case, rule: str) -> Generator[NotAssessed, None, tuple[tuple[str, Monograph], ...]]:
    """The drugs of a plan that are on file, each with its monograph; a *not assessed* for each that is not."""
    yield from uncited(case, rule)
    held = ((drug, case.monograph(drug)) for drug in case.drugs)
    return tuple((drug, monograph) for drug, monograph in held if monograph is not None)


def heard(
    case: Case, rule: str, drug: str, facts: Iterable[_Fact]
) -> Generator[LeftOut | NotAssessed, None, tuple[_Fact, ...]]:
    """The facts of the sources that are compared; of every other source that it was left out."""
    listed = tuple(facts)
    yield from left_out(case, rule, drug, listed)
    return tuple(fact for fact in listed if case.compares(fact.source))


def uncited(case: Case, rule: str) -> Iterator[NotAssessed]:
    """A *not assessed* for each drug that is not in the formulary."""
    for drug in case.drugs:
        if case.monograph(drug) is None:
            yield NotAssessed(rule=rule, drug=drug, reason=Reason.NO_DRUG, what=(drug,))


def left_out(case: Case, rule: str, drug: str, facts: Iterable[Cited]) -> Iterator[LeftOut | NotAssessed]:
    """The sources that are on file for a rule and not compared, because the caller named others or a later one speaks.

    If the caller left out all of them the rule is not assessed: what would object was not asked.
    """
    listed = tuple(facts)
    gone = [fact.source for fact in listed if not case.compares(fact.source)]
    for source in gone:
        yield LeftOut(rule=rule, drug=drug, source=source, why=Why.NOT_NAMED if case.sources else Why.EARLIER)
    if listed and len(gone) == len(listed) and case.sources:
        what = tuple(dict.fromkeys(source.id for source in gone))
        yield NotAssessed(rule=rule, drug=drug, reason=Reason.LEFT_OUT, what=what)


def check_sources(case: Case) -> None:
    """Raise if a named source is on file for none of the plan's drugs.

    Raises:
        NotFound: Listing those that are.
    """
    held = {s.id for drug in case.drugs if (m := case.monograph(drug)) is not None for s in m.sources}
    for name in case.sources:
        if name not in held:
            raise NotFound(
                f"the source {show(name)} is not on file for {', '.join(case.drugs)}. Name one of "
                f"{', '.join(sorted(held))}"
            )


def check_doses(case: Case) -> None:
    """Raise if a course holds no dose on any of its days, so that there is nothing to compare.

    Raises:
        InvalidInput: Naming the course.
    """
    taken = {item.course for drug in case.drugs for run in case.runs(drug) for item in run.intakes}
    for course in case.courses:
        if course.course.id not in taken:
            raise InvalidInput(
                "holds no dose on any of its days: they end before the first one; lengthen it, or change its pattern",
                where=f"course {course.course.id}",
            )


def capped(severity: Severity, *, weak: bool) -> Severity:
    """A severity, moderate at most where what it rests on can never decide."""
    return min(severity, Severity.MODERATE) if weak else severity
