"""Stopping: how a drug gets to 0, against each source's advice on reducing and stopping it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

from taper._base.numbers import write_percent
from taper._base.records import changed
from taper.amounts.dose import DailyDose
from taper.checks.answers import advice_words, fall_words, find, gap, other_uses, unheard
from taper.checks.case import Case, CourseIntake, capped, heard, on_file
from taper.checks.dose_levels import (
    Level,
    breaks_of,
    levels_of,
    most_days,
    replacement_words,
    step_at,
    undecided,
    used_before,
)
from taper.checks.length_of_use import most_in_short_use, use_fits
from taper.checks.open_question import Reason
from taper.checks.review import Answer, Clear, Finding, Severity
from taper.knowledge.stopping_advice import Stopping, StoppingBand, StoppingShape
from taper.schedules.realization import RealizedStep
from taper.source import Subject

NAME = "abrupt-stop"
SUBJECT = Subject.STOPPING
READS = ("before", "before.for", "indication")


@dataclass(frozen=True)
class _Ending:
    """How a drug comes to 0: its levels from the highest on, and what is known of them.

    `lasting` is for how many days it stays at 0 where it is taken again later; None for the end of the drug.
    """

    case: Case
    drug: str
    levels: tuple[Level, ...]
    lasting: int | None
    knows_before: bool
    used_days: int | None

    @property
    def day(self) -> int:
        return self.levels[-1].last or 0

    @property
    def place(self) -> CourseIntake:
        """The first of the last doses; a course begins with a dose, so that there is one."""
        runs = (level.run for level in reversed(self.levels))
        return next(run.intakes[0] for run in runs if run is not None and run.intakes)

    @cached_property
    def maintained(self) -> DailyDose:
        return max((level.total for level in self.levels), key=lambda total: total.mg)

    @cached_property
    def reduced_over(self) -> int:
        """From the last day at the highest total to the last day with a dose."""
        most = self.maintained.mg
        return self.day - max(level.last or 0 for level in self.levels if level.mg == most)

    @cached_property
    def last(self) -> DailyDose:
        """The total from which it stops; of a cycle, its largest day."""
        cycle = self.levels[-1].run
        if cycle is None or not cycle.intakes:  # pragma: no cover - what stops in a plan has doses in it
            return self.levels[-1].total
        places = {(item.course, item.step) for item in cycle.intakes}
        days = lcm(*(len(step_at(self.case, item).days) for item in cycle.intakes))
        near = (level for level in self.levels if (level.last or 0) > self.day - days and level.run is not None)
        same = (n for n in near if n.run is not None and {(i.course, i.step) for i in n.run.intakes} == places)
        return max((level.total for level in same), key=lambda total: total.mg)

    @cached_property
    def skipping(self) -> RealizedStep | None:
        """The cycle with days without a dose in which it ends, if it does."""
        step = step_at(self.case, self.place)
        return step if any(not day.intakes for day in step.days) else None

    @cached_property
    def is_straight(self) -> bool:
        return self.last.mg == self.maintained.mg


def assess(case: Case) -> Iterator[Answer]:
    """Judge every stop of a drug: its end, and each time in between in which it is not taken, other than the empty
    days of a cycle. A course that continues, ends in a review or waits for a decision is not a stop.

    A stop straight from the maintained dose is high under any advice to reduce, unless the source names stopping at
    once as one of its ways; so is a last reduction above what a source allows at most, one above its typical figure
    that is more than half of the maintained dose, a reduction shorter than its least time, and, where a source
    gives no figure, a last reduction of more than half. Another last reduction above a typical figure is moderate,
    as it is under the rule pace.

    A least time is one for the whole reduction. Two equal reductions, one at its beginning and one at its end, are the
    coarsest that is counted as spread over it: of T days, any w may hold half of the maintained dose and w/T of the
    other half; more is high, as a reduction made in one go with a plateau before or after it. "Slowly"
    without a figure is otherwise not assessed on pace. Advice for some indications is moderate at most where none is
    given, and so is advice after long use whose source gives no length. Advice after so long a use is compared where
    the drug may have been used so long; it does not apply to a shorter use. In a use that is shorter than any length
    for which a source on file gives advice, advice without a length is low, or moderate where the source of that length
    asks for a reduction after a shorter use too. Where another source on file itself prints
    the step from which the drug stops, or lets it be taken on alternate days there, no finding is more than moderate;
    nor is that of a source where a weightier one asks for a reduction only after a longer use than this.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        yield from (gap(NAME, drug, Reason.UNDECIDED, words) for words in undecided(case, drug))
        endings = list(_endings(case, drug))
        if not endings:
            continue
        fitting = case.fitting(monograph.stopping, drug)
        facts = yield from heard(case, NAME, drug, fitting)
        if not fitting:
            others = unheard(case, drug, case.applying(monograph.stopping, drug))
            yield other_uses(case, NAME, drug, others, "advice on stopping the drug")
        for ending in endings:
            yield from _judge_ending(ending, facts)


def _judge_ending(ending: _Ending, facts: tuple[Stopping, ...]) -> Iterator[Answer]:
    shorter = [f for f in facts if use_fits(ending.case, ending.drug, f, ending.used_days) is False]
    yield from (_clear(fact, ending) for fact in shorter)
    about = [fact for fact in facts if fact not in shorter and _is_about(fact, ending)]
    # The rows of one source's table are facts of their own; those for other doses give way to the one that speaks.
    speaking = {fact.source for fact in about if _last_fall_allowed(fact, ending) is not None}
    about = [fact for fact in about if not fact.bands or fact.source not in speaking or _bands_at(fact, ending)]
    judged = [(fact, _judge(fact, ending)) for fact in about]
    printed = [fact for fact, answer in judged if isinstance(answer, Clear) and _prints(fact, ending)]
    untapered = [fact for fact in shorter if fact.used_for_at_least is not None and fact.from_daily_dose is None]
    yield from (_beside_lighter(ending, _beside_printed(answer, printed), untapered) for _, answer in judged)
    if facts and not about and not shorter:
        stop = f"a stop {ending.case.when(ending.day, ending.day)} from {ending.last}"
        words = f"advice on {stop}; sources on file are for others"
        yield gap(NAME, ending.drug, Reason.OTHER_PEOPLE, words, of=facts)


def _prints(fact: Stopping, ending: _Ending) -> bool:
    """Whether a source prints the last step for the plan's use, in mg or as alternate days, or needs no taper."""
    if ending.case.indication_fits(fact, ending.drug) is not True:
        return False
    is_in_mg = bool(fact.bands or fact.step_high or fact.last_dose)
    return (
        is_in_mg or fact.shape is StoppingShape.NOT_NEEDED or fact.stops_at_once or _allows_alternate_days(fact, ending)
    )


def _allows_alternate_days(fact: Stopping, ending: _Ending) -> bool:
    most, step = fact.alternate_days_at, ending.skipping
    return most is not None and step is not None and all(day.total.mg <= most.mg for day in step.days)


def _beside_printed(answer: Answer, printed: list[Stopping]) -> Answer:
    if not printed or not isinstance(answer, Finding) or answer.severity is not Severity.HIGH:
        return answer
    return changed(answer, {"severity": Severity.MODERATE})


def _beside_lighter(ending: _Ending, answer: Answer, untapered: list[Stopping]) -> Answer:
    """A stop is no more than moderate where a weightier source asks for a taper after a longer use only."""
    if not isinstance(answer, Finding) or answer.severity is not Severity.HIGH or answer.source is None:
        return answer
    own = ending.case.weight(answer.source)
    if not any(ending.case.weight(fact.source) < own for fact in untapered):
        return answer
    return changed(answer, {"severity": Severity.MODERATE})


def _endings(case: Case, drug: str) -> Iterator[_Ending]:
    levels = levels_of(case, drug)
    stops = [gap for gap in breaks_of(case, levels, drug) if gap.is_told]
    final = stops[-1].resumed if stops else levels.all[: len(levels.all) - levels.stops]
    whole: list[tuple[tuple[Level, ...], int | None, bool]] = [(gap.before, gap.days, not gap.waits) for gap in stops]
    whole += [(final, None, levels.stops)]
    used = used_before(case, drug)
    for taken, lasting, is_stop in whole:
        if is_stop:
            used = None if used is None else used + (taken[-1].last or 0) - max(taken[0].first, 1) + 1
            yield _Ending(case, drug, taken, lasting, levels.knows_before, used)


def _is_about(fact: Stopping, ending: _Ending) -> bool:
    if fact.to_lowest_that_works or (fact.down_to_daily_dose is not None and fact.down_to_daily_dose):
        return False  # it reaches down to a dose, and says nothing of stopping from there
    return fact.from_daily_dose is None or ending.maintained.mg >= fact.from_daily_dose.mg


def _judge(fact: Stopping, ending: _Ending) -> Answer:
    if fact.shape is StoppingShape.NOT_NEEDED or fact.stops_at_once or _allows_alternate_days(fact, ending):
        return _clear(fact, ending)
    allowed = _last_fall_allowed(fact, ending)
    if allowed is not None:
        is_within = ending.last.mg <= allowed
        return _clear(fact, ending) if is_within else _too_much(fact, ending, allowed)
    if ending.is_straight:
        return _finding(fact, ending, "straight from the maintained dose", advice_words(fact))
    if _gives_a_time(fact):
        return _judge_time(fact, ending)
    if 2 * ending.last.mg > ending.maintained.mg:
        share = write_percent(ending.last.mg / ending.maintained.mg)
        return _finding(fact, ending, f"{share} of the maintained {ending.maintained}", advice_words(fact))
    missing = f"the pace down to {ending.last}, of which sources give no figure"
    return gap(NAME, ending.drug, Reason.NO_FIGURE, missing, of=[fact])


def _gives_a_time(fact: Stopping) -> bool:
    """Whether a source gives the time of the whole way to a stop, with or without how intakes are left out."""
    return fact.lasting_at_least is not None and (fact.shape is StoppingShape.MINIMUM_TIME or bool(fact.intakes))


def _bands_at(fact: Stopping, ending: _Ending) -> list[StoppingBand]:
    return [band for band in fact.bands if band.down_to.mg < ending.last.mg <= band.from_dose.mg]


def _last_fall_allowed(fact: Stopping, ending: _Ending) -> Fraction | None:
    if fact.last_dose is not None:
        return fact.last_dose.mg
    if fact.shape is StoppingShape.FIXED and fact.step_high is not None:
        return fact.step_high.mg
    if fact.shape is StoppingShape.PERCENT_OF_START and fact.percent_high is not None and ending.knows_before:
        return ending.maintained.mg * fact.percent_high / 100
    return max((band.step_high.mg for band in _bands_at(fact, ending)), default=None)


# A least time, of the whole reduction.


def _judge_time(fact: Stopping, ending: _Ending) -> Answer:
    least = fact.lasting_at_least
    assert least is not None
    said = advice_words(fact)
    if not ending.knows_before:
        missing = f"what was taken before day 1; {said}"
        return gap(NAME, ending.drug, Reason.FACT, missing, of=[fact], facts=["before"])
    if ending.reduced_over < most_days(least):
        words = f"{ending.reduced_over} days after the last day at {ending.maintained}"
        return _finding(fact, ending, words, said, limit=str(least))
    crowded = _crowded(ending, most_days(least))
    if crowded is None:
        return _clear(fact, ending)
    before, after, amount = crowded
    when = ending.case.when(before, after)
    fallen = DailyDose(amount).in_unit(ending.last.unit)
    words = f"{fallen.text} of the reduction from {ending.maintained} comes {when} alone"
    return _finding(fact, ending, words, said, limit=str(least))


def _crowded(ending: _Ending, least: int) -> tuple[int, int, Fraction] | None:
    """The days that hold more of the reduction than is spread over the least time, and how much; None if none do."""
    highest, worst = ending.maintained.mg, None
    totals = [(level.first, (level.last or level.first) + 1, level.mg) for level in ending.levels]
    totals.append((ending.day + 1, 0, Fraction(0)))
    begin = 0
    for index, (after, _, low) in enumerate(totals):
        while begin < index and after - totals[begin][1] >= least:
            begin += 1
        for _, before, high in totals[begin:index]:
            share = (high - low) * 2 * least / (highest * (least + after - before))
            if share > 1 and (worst is None or share > worst[0]):
                worst = share, before, after, high - low
    return worst[1:] if worst is not None else None


# Answers.


def _too_much(fact: Stopping, ending: _Ending, allowed: Fraction) -> Answer:
    limit = DailyDose(allowed).in_unit(ending.last.unit)
    if fact.last_dose is not None:
        return _finding(fact, ending, "the last reduction", f"stopping from {limit}", limit=str(limit))
    said = f"{'at most ' if fact.at_most else ''}{fall_words(fact, ending.last)}"
    return _finding(fact, ending, "the last reduction", said, limit=limit.text)


def _clear(fact: Stopping, ending: _Ending) -> Clear:
    return Clear(rule=NAME, drug=ending.drug, source=fact.source)


def _finding(fact: Stopping, ending: _Ending, words: str, said: str, *, limit: str | None = None) -> Answer:
    again = f" for {ending.lasting} days" if ending.lasting is not None else ""
    run = f"{ending.drug} stops from {ending.last}{again} {ending.case.when(ending.day, ending.day)}"
    asks = fact.used_for_at_least is not None and ending.used_days is None
    long = "; it depends on how long the drug was taken before" if asks else ""
    long += "; it is about long use, and gives no length" if fact.after_long_use else ""
    replaced = replacement_words(ending.case, ending.drug, ending.levels[0].first, ending.day + 1)
    place = ending.place
    is_typical = limit is not None and not (fact.at_most or fact.lasting_at_least or ending.is_straight)
    is_small = is_typical and 2 * ending.last.mg <= ending.maintained.mg
    severity = capped(Severity.HIGH, weak=fact.after_long_use or is_small)
    most = most_in_short_use(ending.case, ending.drug, ending.used_days)
    if fact.used_for_at_least is None and most is not None:
        severity, long = min(severity, most), f"{long}; it gives no length of use, and this one is short"
    return find(ending.case, NAME, ending.drug, fact, severity, f"{run}; {words}{replaced}", f"{said}{long}",
                briefly=said, part="end",
                course=place.course, step=place.step, day=ending.day,
                last_day=ending.day + 1, value=str(ending.last), limit=limit or advice_words(fact))  # fmt: skip
