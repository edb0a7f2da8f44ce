"""The first reduction: from what was taken before to the first day of the plan."""

from collections.abc import Iterator
from fractions import Fraction

from taper._base.numbers import write_percent
from taper._base.records import changed
from taper.amounts.dose import DailyDose
from taper.checks.answers import advice_words, fall_words, find, gap, other_uses, unheard
from taper.checks.case import Case, heard, on_file
from taper.checks.dose_levels import LevelChange, Levels, levels_of, replacement_words, used_before
from taper.checks.length_of_use import use_fits
from taper.checks.open_question import Reason
from taper.checks.review import Answer, Clear, Finding, Severity
from taper.knowledge.stopping_advice import Stopping, StoppingShape
from taper.source import Subject

NAME = "first-change"
SUBJECT = Subject.STOPPING
READS = ("before", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Compare the first reduction with the largest single reduction that each source names, in its own shape.

    The day's total of all courses of a drug is compared, on the first day of each course, with what was taken until
    then. More than a source allows at most is high, more than its typical figure is moderate, and moderate at most
    where the advice is for some indications and none is given. A source without a figure, and an unknown `before`, are
    not assessed; a first day that is no lower is clear.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        fitting = case.fitting(monograph.stopping, drug)
        compared = yield from heard(case, NAME, drug, fitting)
        others = unheard(case, drug, case.applying(monograph.stopping, drug))
        yield from _assess_drug(case, drug, compared, others, has_advice=bool(fitting))


def _assess_drug(
    case: Case, drug: str, facts: tuple[Stopping, ...], others: tuple[Stopping, ...], *, has_advice: bool
) -> Iterator[Answer]:
    levels = levels_of(case, drug)
    if not levels.knows_before:
        yield gap(NAME, drug, Reason.FACT, "what was taken before day 1", facts=["before"])
        return
    firsts = {case.bounds(course)[0] for course in case.courses_of(drug) if course.course.before != "nothing"}
    falls = [change for change in levels.falls if change.day in firsts]
    if not falls:
        yield Clear(rule=NAME, drug=drug)
    elif not has_advice:
        yield other_uses(case, NAME, drug, others, "advice on reducing the drug")
    for change in falls:
        about = [fact for fact in facts if _speaks_of(fact, change) and not _is_of_the_stop(fact, levels)]
        judged = [(fact, _compare(case, drug, fact, change)) for fact in about]
        printed = any(isinstance(a, Clear) and (fact.bands or fact.step_high) for fact, a in judged)
        yield from (_beside_printed(answer, printed=printed) for _, answer in judged)


def _speaks_of(fact: Stopping, change: LevelChange) -> bool:
    down_to, least = fact.down_to_daily_dose, fact.from_daily_dose
    return (down_to is None or change.before.mg > down_to.mg) and (least is None or change.before.mg >= least.mg)


def _is_of_the_stop(fact: Stopping, levels: Levels) -> bool:
    """Whether a source speaks of the whole way to a stop alone, which abrupt-stop judges."""
    is_timed = fact.shape in {StoppingShape.MINIMUM_TIME, StoppingShape.FEWER_INTAKES} and levels.stops
    return is_timed or fact.shape is StoppingShape.NOT_NEEDED


def _beside_printed(answer: Answer, *, printed: bool) -> Answer:
    """A reduction that another source on file itself prints is moderate at most; both are shown."""
    if not printed or not isinstance(answer, Finding) or answer.severity is not Severity.HIGH:
        return answer
    return changed(answer, {"severity": Severity.MODERATE})


def _compare(case: Case, drug: str, fact: Stopping, change: LevelChange) -> Answer:
    before = change.before
    used = used_before(case, drug)
    fits = use_fits(case, drug, fact, None if used is None else used + change.day - 1)
    if fits is False:
        return Clear(rule=NAME, drug=drug, source=fact.source)
    allowed = _allowed(fact, before.mg)
    words = f"from {before.total} to {change.after.total}, {write_percent(change.mg / before.mg)} of it"
    if allowed is None:
        missing = f"a figure for one reduction ({words}); the source says {advice_words(fact)}"
        return gap(NAME, drug, Reason.NO_FIGURE, missing, of=[fact])
    if change.mg <= allowed:
        return Clear(rule=NAME, drug=drug, source=fact.source)
    unit = before.total.unit
    value, limit = (DailyDose(mg).in_unit(unit).text for mg in (change.mg, allowed))
    if fact.percent_high is not None:
        value, limit = write_percent(change.mg / before.mg), write_percent(fact.percent_high / 100)
    briefly = f"{'at most' if fact.at_most else 'typically'} {fall_words(fact, before.total)}"
    said = f"{briefly}; it depends on how long the drug was taken before" if fits is None else briefly
    replaced = replacement_words(case, drug, change.day, change.day)
    severity = Severity.HIGH if fact.at_most else Severity.MODERATE
    place = change.place
    return find(case, NAME, drug, fact, severity, _happens(case, drug, change, replaced), said, briefly=briefly,
                course=place.course if place else None, step=place.step if place else None, day=change.day,
                last_day=change.day, value=value, limit=limit)  # fmt: skip


def _happens(case: Case, drug: str, change: LevelChange, replaced: str) -> str:
    share = write_percent(change.mg / change.before.mg)
    first = f"{drug} first drops {share} ({change.before.total} to {change.after.total}"
    return f"{first} {case.when(change.day, change.day)}){replaced}"


def _allowed(fact: Stopping, before: Fraction) -> Fraction | None:
    if fact.shape is StoppingShape.FIXED and fact.step_high is not None:
        return fact.step_high.mg
    if fact.percent_high is not None:
        return before * fact.percent_high / 100
    bands = [band.step_high.mg for band in fact.bands if band.down_to.mg < before <= band.from_dose.mg]
    return max(bands, default=None)
