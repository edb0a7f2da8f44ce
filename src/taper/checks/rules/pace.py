"""Pace of a taper: every reduction against each guideline's rate, per step and over time."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from taper._base.numbers import write_number, write_percent
from taper._base.records import changed
from taper._base.text import write_span
from taper.amounts.dose import DailyDose
from taper.amounts.duration import days
from taper.checks.answers import find, gap
from taper.checks.case import Case, heard, on_file
from taper.checks.dose_levels import (
    LevelChange,
    Levels,
    breaks_of,
    fewest_days,
    levels_of,
    most_days,
    replacement_words,
    skipping_days,
    step_at,
    used_before,
)
from taper.checks.length_of_use import is_short, most_in_short_use, use_fits
from taper.checks.open_question import NotAssessed, Reason
from taper.checks.review import Answer, Clear, Finding, Part, Severity
from taper.knowledge.stopping_advice import Stopping, StoppingShape
from taper.source import Subject

NAME = "pace"
SUBJECT = Subject.STOPPING
READS = ("before", "before.for", "indication", "patient.age", "patient.sex")

_Paces = Callable[[Fraction, Fraction], Fraction | None]


@dataclass(frozen=True)
class _Question:
    """One drug, one source with a figure, and the reductions to compare."""

    case: Case
    drug: str
    fact: Stopping
    levels: Levels
    paces: _Paces
    breaks: frozenset[int]
    skipping: tuple[tuple[int, int | None], ...]

    @cached_property
    def falls(self) -> list[LevelChange]:
        return [change for change in self.levels.falls if not (self.has_no_figure(change) or self.is_later(change))]

    @cached_property
    def beyond(self) -> list[LevelChange]:
        """The reductions beyond the source's figure, one by one and as a rate."""
        single = (change for change in self.falls if not self.allows(change) and self.speaks_of(change))
        return [*single, *(change for change, _ in self.together)]

    @cached_property
    def together(self) -> list[tuple[LevelChange, Fraction]]:
        """The reductions that are beyond it as a rate, and how many paces each is."""
        return list(_together(self))

    def speaks_of(self, change: LevelChange) -> bool:
        return self.paces(change.before.mg, change.after.mg) is not None

    def allows(self, change: LevelChange) -> bool:
        """Whether a reduction is one pace of the source or less."""
        paces = self.paces(change.before.mg, change.after.mg)
        return paces is not None and paces <= 1

    def part_of(self, change: LevelChange) -> Part:
        """Whether it ends the taking of the drug, lies between the days of one cycle, or is any other reduction."""
        if not change.after.mg and (change.after.run is None or change.day in self.breaks):
            return "end"
        begun = bisect_left(self.skipping, change.day, key=lambda span: span[0])
        last = self.skipping[begun - 1][1] if begun else 0
        return "cycle" if last is None or change.day <= last else ""

    def has_no_figure(self, change: LevelChange) -> bool:
        """Whether it is the last reduction, to 0, which no percentage of the current dose ever reaches."""
        return self.levels.is_final_stop(change) and _of_current(self.fact)

    def is_later(self, change: LevelChange) -> bool:
        """Whether a source that gives a size for the first reduction alone has none for this one."""
        return self.fact.shape is StoppingShape.FIRST_REDUCTION and change is not self.levels.falls[0]


def assess(case: Case) -> Iterator[Answer]:
    """Compare every reduction of the day's total with each source's fastest pace: percent of the current dose, of the
    first dose, so many mg, or so many mg by how high the dose is.

    Two readings are reported. Per step: no single reduction is larger than the source's figure. As a rate: the
    reductions on any days of one interval in a row are together no larger. Beyond what a source allows at most is high,
    beyond its typical pace is moderate. Cycles are compared day against day, and their average is shown too; a cycle in
    which fewer than about two half-lives pass between doses counts by its average. A reduction beyond a percentage that
    another source on file prints in mg, at the same interval, is moderate, and both are shown. Advice about longer use
    than the plan's does not apply; in a use that is shorter than any length for which a source on file gives advice,
    advice without a length is low, or moderate where the source of that length asks for a reduction after a shorter
    use too, as under abrupt-stop.

    Where a source gives a size for the first reduction and then an interval alone, that one reduction is compared, two
    reductions within less than the interval are moderate, and the sizes of later ones are not assessed under it.

    A reduction to 0 has no percentage of the current dose; it is not assessed under one, unless it is more mg than that
    percentage of the dose at the start. A source without a figure, a dose that the source does not cover, and an
    unknown `before` are not assessed. Where a source wants another drug in its place first, a reduction without one of
    those in the plan is moderate. The least time of a whole withdrawal is checked by abrupt-stop; where a source gives
    it with a pace, it is checked here.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        levels = levels_of(case, drug)
        if not levels.falls and levels.knows_before:
            continue
        advice = [fact for fact in monograph.stopping if fact.shape is not StoppingShape.NOT_NEEDED]
        facts = yield from heard(case, NAME, drug, case.fitting(advice, drug))
        yield from _assess_drug(case, drug, levels, facts)


def _assess_drug(case: Case, drug: str, levels: Levels, facts: tuple[Stopping, ...]) -> Iterator[Answer]:
    if not levels.knows_before:
        yield gap(NAME, drug, Reason.FACT, "what was taken before day 1", facts=["before"])
    if not levels.falls:
        return
    if not facts and not levels.stops:  # of a stop, the rule on stops says so
        yield gap(NAME, drug, Reason.NO_SOURCE, "a pace for reducing the drug")
    used = used_before(case, drug)
    until = None if used is None else used + levels.falls[0].day - 1
    # How the lowest dose that works is found is no advice on a short course, which seeks none.
    short = [fact for fact in facts if fact.to_lowest_that_works and is_short(case, drug, until)]
    longer = [fact for fact in facts if fact in short or use_fits(case, drug, fact, until) is False]
    yield from (Clear(rule=NAME, drug=drug, source=fact.source) for fact in longer)
    speaking = [fact for fact in facts if fact not in longer]
    changing = [fact for fact in speaking if fact.change_to]
    yield from (_changed_first(case, drug, levels, fact) for fact in changing if _is_about(fact, levels))
    asked = list(_questions(case, drug, levels, speaking))
    sizeless = [question.fact for question in asked if any(map(question.is_later, levels.falls))]
    yield from _without_figure(drug, levels, [f for f in speaking if f not in changing], sizeless)
    most = most_in_short_use(case, drug, until)
    judged = [(q, [_in_short_use(q, answer, most) for answer in _judge(q)]) for q in asked]
    printed = [question for question in asked if question.fact.bands or question.fact.step_high]
    yield from (_beside_printed(q, answer, printed) for q, answers in judged for answer in answers)
    for source in dict.fromkeys(question.fact.source for question in asked):
        yield from _beyond_the_source([question for question in asked if question.fact.source == source])


def _in_short_use(question: _Question, answer: Answer, most: Severity | None) -> Answer:
    """Advice that gives no length of use is less grave in one that is shorter than any for which sources give one."""
    if most is None or not isinstance(answer, Finding) or question.fact.used_for_at_least is not None:
        return answer
    says = f"{answer.says}; it gives no length of use, and this one is short"
    return _restated(question, answer, min(answer.severity, most), says)


def _restated(question: _Question, answer: Finding, severity: Severity, says: str) -> Finding:
    made = find(question.case, NAME, question.drug, question.fact, severity, answer.happens, says)
    return changed(answer, {"severity": made.severity, "says": made.says, "message": made.message})


def _beside_printed(question: _Question, answer: Answer, printed: list[_Question]) -> Answer:
    """A percentage is no more than moderate where another source prints the very reductions in mg; both are shown."""
    if not isinstance(answer, Finding) or answer.severity is not Severity.HIGH or question.fact.percent_high is None:
        return answer
    for other in printed:
        allowed = all(other.allows(change) for change in question.beyond)
        if allowed and not {change.day for change in other.beyond} & {change.day for change in question.beyond}:
            says = f"{answer.says}; {question.case.who(other.fact.source)} prints these reductions"
            return _restated(question, answer, Severity.MODERATE, says)
    return answer


def _questions(case: Case, drug: str, levels: Levels, facts: list[Stopping]) -> Iterator[_Question]:
    breaks = frozenset(each.first for each in breaks_of(case, levels, drug) if each.is_told)
    skipping = tuple(sorted(skipping_days(case, drug), key=lambda span: span[0]))
    for fact in facts:
        paces = _paces(fact, levels.peak.mg)
        if paces is not None and case.person_fits(fact) is not False and _is_about(fact, levels):
            yield _Question(case, drug, fact, levels, paces, breaks, skipping)


def _without_figure(drug: str, levels: Levels, facts: list[Stopping], sizeless: list[Stopping]) -> Iterator[Answer]:
    unsaid = (f for f in facts if _paces(f, levels.peak.mg) is None and not _is_judged_by_stop(f, levels))
    silent = [fact for fact in unsaid if not fact.stops_at_once] + sizeless
    if silent:
        words = ", ".join(sorted({str(fact.shape) for fact in silent}))
        yield gap(NAME, drug, Reason.NO_FIGURE, f"a figure for the pace; sources say {words}", of=silent)


def _changed_first(case: Case, drug: str, levels: Levels, fact: Stopping) -> Answer:
    """Whether one of the drugs that a source wants in its place is in the plan, where the drug itself is reduced."""
    if set(fact.change_to) & set(case.drugs):
        return Clear(rule=NAME, drug=drug, source=fact.source)
    if fact.used_for_at_least is not None and used_before(case, drug) is None:
        words = "how long the drug was taken before; the advice depends on it"
        return gap(NAME, drug, Reason.FACT, words, of=[fact], facts=["before.for"])
    fall = levels.falls[0]
    happens = f"{drug} is reduced from {fall.before.total} to {fall.after.total} {case.when(fall.day, fall.day)}"
    says = f"{' or '.join(fact.change_to)} in its place before it is reduced"
    place = fall.place
    return find(case, NAME, drug, fact, Severity.MODERATE, happens, says, day=fall.day, last_day=fall.day,
                value=drug, limit=" or ".join(fact.change_to), about=" or ".join(fact.change_to),
                course=place.course if place else None, step=place.step if place else None)  # fmt: skip


def _is_judged_by_stop(fact: Stopping, levels: Levels) -> bool:
    return fact.shape in {StoppingShape.MINIMUM_TIME, StoppingShape.FEWER_INTAKES} and levels.stops


def _is_about(fact: Stopping, levels: Levels) -> bool:
    return fact.from_daily_dose is None or levels.peak.mg >= fact.from_daily_dose.mg


# The figure of a source as a measure: how many of its paces a reduction is. None where the source does not speak.


def _of_current(fact: Stopping) -> bool:
    of_others = {StoppingShape.PERCENT_OF_START, StoppingShape.FIRST_REDUCTION}
    return fact.percent_high is not None and fact.shape not in of_others


def _paces(fact: Stopping, start: Fraction) -> _Paces | None:
    if fact.bands:
        return lambda before, after: _banded(fact, before, after)
    floor = fact.down_to_daily_dose.mg if fact.down_to_daily_dose is not None else Fraction(-1)
    if fact.step_high is not None:
        step = fact.step_high.mg
        return lambda before, after: (before - after) / step if before > floor else None
    if fact.percent_high is None:
        return None
    part = fact.percent_high / 100
    if fact.shape is not StoppingShape.PERCENT_OF_START:
        return lambda before, after: (before - after) / (before * part) if before > floor else None
    return lambda before, after: (before - after) / (start * part) if before > floor else None


def _banded(fact: Stopping, before: Fraction, after: Fraction) -> Fraction | None:
    paces, reached = Fraction(0), Fraction(0)
    for band in fact.bands:
        top, foot = min(before, band.from_dose.mg), max(after, band.down_to.mg)
        if top > foot:
            paces += (top - foot) / band.step_high.mg
            reached += top - foot
    return paces if reached == before - after else None


# Both readings.


def _judge(asked: _Question) -> Iterator[Answer]:
    single = [(change, asked.paces(change.before.mg, change.after.mg)) for change in asked.falls]
    above = [(change, paces) for change, paces in single if paces is not None and paces > 1]
    together = asked.together
    answers: list[Answer] = []
    for changes, reading in ((above, "per step"), (together, "as a rate")):
        parts: dict[Part, list[tuple[LevelChange, Fraction]]] = {}
        for change, paces in changes:
            parts.setdefault(asked.part_of(change), []).append((change, paces))
        answers += [_found(asked, of_part, reading) for of_part in parts.values()]
    answers += [*_too_soon(asked), *_least_time(asked), *_last_fall(asked)]
    known = [_as_known(asked, answer) for answer in answers]
    is_whole = not any(map(asked.is_later, asked.levels.falls)) and all(paces is not None for _, paces in single)
    if not known and asked.levels.knows_before and is_whole:
        known = [Clear(rule=NAME, drug=asked.drug, source=asked.fact.source, figures=("dose",))]
    yield from (answer for answer in known if answer is not None)


def _together(asked: _Question) -> Iterator[tuple[LevelChange, Fraction]]:
    if asked.fact.every_low is None or asked.fact.shape is StoppingShape.FIRST_REDUCTION:
        return
    for change in asked.levels.falls_within(fewest_days(asked.fact.every_low)):
        if not asked.has_no_figure(change):
            paces = asked.paces(change.before.mg, change.after.mg)
            previous = change.before.last
            if paces is not None and paces > 1 and previous is not None and previous < change.day - 1:
                yield change, paces


def _found(asked: _Question, above: list[tuple[LevelChange, Fraction]], reading: str) -> Answer:
    worst, _ = max(above, key=lambda item: (item[1], -item[0].day))
    fact, first, last = asked.fact, above[0][0].day, above[-1][0].day
    begin = (worst.before.last or 0) + 1 if reading == "as a rate" else first
    case = asked.case
    when = case.when(worst.day, worst.day) if reading == "per step" else case.when(begin, worst.day)
    since = min(begin, first) if asked.part_of(worst) != "end" else asked.levels.falls[0].day
    more = "" if len(above) == 1 else f"; {len(above)} such reductions {case.when(min(begin, first), last)}"
    happens = (
        f"{asked.drug} drops {write_percent(worst.mg / worst.before.mg)} ({worst.before.total} to {worst.after.total} "
        f"{when}){more}{_average(asked, worst)}{replacement_words(case, asked.drug, since, last)}"
    )
    how = "at most" if fact.at_most else "typically"
    taken = ", taken together over that time" if reading == "as a rate" else ""
    place = worst.place
    return find(case, NAME, asked.drug, fact, Severity.HIGH if fact.at_most else Severity.MODERATE, happens,
                f"{how} {_limit(fact, worst)}{_every(fact)}{taken}", day=min(begin, first), last_day=last,
                value=_value(asked, worst), limit=_limit(fact, worst), by_amount=True, part=asked.part_of(worst),
                course=place.course if place else None, step=place.step if place else None)  # fmt: skip


def _limit(fact: Stopping, change: LevelChange) -> str:
    if fact.percent_high is not None:
        return f"{write_number(fact.percent_high)} %"
    if fact.step_high is not None:
        return str(fact.step_high)
    held = [band for band in fact.bands if band.down_to.mg < change.before.mg <= band.from_dose.mg]
    return str(held[0].step_high) if held else "the source's bands"


def _value(asked: _Question, change: LevelChange) -> str:
    """How much a reduction is, in the unit of the limit: a share of the dose of which the source gives a percentage."""
    if asked.fact.percent_high is not None:
        is_of_start = asked.fact.shape is StoppingShape.PERCENT_OF_START
        return write_percent(change.mg / (asked.levels.peak if is_of_start else change.before).mg)
    return DailyDose(change.mg).in_unit(change.before.total.unit).text


def _every(fact: Stopping) -> str:
    of = ""
    if fact.shape is StoppingShape.FIRST_REDUCTION:
        return " of the dose at the first reduction"
    if fact.percent_high is not None:
        of = " of the current dose" if _of_current(fact) else " of the first dose"
    return of + (f" every {fact.every_low}" if fact.every_low is not None else "")


def _average(asked: _Question, change: LevelChange) -> str:
    place = change.place
    step = step_at(asked.case, place).step if place is not None else None
    return f"; the step is {step.average}" if step is not None and not step.is_constant else ""


# What a source gives beside its pace, and where it does not speak.


def _too_soon(asked: _Question) -> Iterator[Answer]:
    """Two reductions in less than the interval of a source that gives later ones no size."""
    fact, low, last = asked.fact, asked.levels.all[0].mg, None
    if fact.shape is not StoppingShape.FIRST_REDUCTION or fact.every_low is None:
        return
    for change in asked.levels.falls:
        # A cycle falls and rises again; what goes below every day before it is a reduction.
        if last is not None and change.after.mg < low and change.day - last.day < fewest_days(fact.every_low):
            apart = str(days(change.day - last.day))
            happens = (
                f"{asked.drug} is reduced twice within {apart}, to {last.after.total} and to {change.after.total} "
                f"{asked.case.when(last.day, change.day)}"
            )
            place = change.place
            yield find(asked.case, NAME, asked.drug, fact, Severity.MODERATE, happens,
                       f"a reduction every {write_span(fact.every_low, fact.every_high)}", day=last.day,
                       last_day=change.day, value=apart, limit=str(fact.every_low),
                       course=place.course if place else None, step=place.step if place else None)  # fmt: skip
            return
        if change.after.mg < low or last is None:
            low, last = change.after.mg, change


def _least_time(asked: _Question) -> Iterator[Answer]:
    fact, levels = asked.fact, asked.levels
    if fact.lasting_at_least is None or fact.shape is StoppingShape.MINIMUM_TIME or fact.intakes:
        return
    if not (levels.stops and levels.knows_before):
        return
    end = levels.all[-1].first - 1
    peak = max((level.last or 0) for level in levels.all if level.mg == levels.peak.mg)
    if end - peak < most_days(fact.lasting_at_least):
        # A stop straight from the highest total lies on its last day; there is no day between the two.
        begin = min(peak + 1, end)
        when = asked.case.when(begin, end)
        happens = f"{asked.drug} goes from {levels.peak} to a stop in {end - peak} days {when}"
        yield find(asked.case, NAME, asked.drug, fact, Severity.HIGH if fact.at_most else Severity.MODERATE,
                   happens, f"over at least {fact.lasting_at_least}", day=begin, last_day=end, by_amount=True,
                   part="end", value=f"{end - peak} days", limit=str(fact.lasting_at_least))  # fmt: skip


def _last_fall(asked: _Question) -> Iterator[Answer]:
    fact, levels = asked.fact, asked.levels
    stop = next((change for change in levels.falls if asked.has_no_figure(change)), None)
    if stop is None:
        return
    assert fact.percent_high is not None
    most = levels.peak.mg * fact.percent_high / 100
    if stop.mg > most and levels.knows_before:
        yield _found(asked, [(stop, stop.mg / most)], "per step")
    else:
        missing = f"a figure for the last reduction, from {stop.before.total} to 0; sources give a percentage"
        yield gap(NAME, asked.drug, Reason.NO_FIGURE, f"{missing} of the current dose", of=[fact])


def _beyond_the_source(asked: list[_Question]) -> Iterator[Answer]:
    """Reductions between doses of which a source does not speak; the rows of its table are taken together."""
    first = asked[0]
    for change in first.falls:
        if all(question.paces(change.before.mg, change.after.mg) is None for question in asked):
            span = f"from {change.before.total} to {change.after.total}"
            words = f"a pace for the reduction {span}; sources on file are for other doses"
            yield gap(NAME, first.drug, Reason.OTHER_PEOPLE, words, of=[first.fact])
            return


def _as_known(asked: _Question, answer: Answer) -> Answer | None:
    if isinstance(answer, NotAssessed):
        return answer
    missing = list(_unknown(asked))
    if missing:
        words, facts = [words for words, _ in missing], [fact for _, fact in missing]
        return gap(NAME, asked.drug, Reason.FACT, " and ".join(words), of=[asked.fact], facts=facts)
    return answer


def _unknown(asked: _Question) -> Iterable[tuple[str, str]]:
    of_before = {StoppingShape.PERCENT_OF_START, StoppingShape.FIRST_REDUCTION}
    if asked.fact.shape in of_before and not asked.levels.knows_before:
        yield "the dose of which the percentage is taken, before day 1", "before"
    for name in asked.case.person_open(asked.fact):
        yield f"{name.removeprefix('patient.')} (this source's advice depends on it)", name
    if asked.fact.used_for_at_least is not None and used_before(asked.case, asked.drug) is None:
        yield "how long the drug was taken before; the advice depends on it", "before.for"
