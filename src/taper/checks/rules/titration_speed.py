"""Titration speed: first dose and increases, against each source's labeled steps and increments."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from taper.amounts.dose import DailyDose, Dose
from taper.checks.answers import find, gap, other_uses, per_day, unheard
from taper.checks.case import Case, heard, on_file
from taper.checks.dose_levels import Break, Level, Levels, breaks_of, fewest_days, levels_of
from taper.checks.open_question import NotAssessed, Reason
from taper.checks.other_medicines import column_fits
from taper.checks.review import Answer, Clear, FigureKind, Finding, Severity
from taper.knowledge.monograph import Start, Titration, TitrationStep
from taper.source import Subject

NAME = "titration-speed"
SUBJECT = Subject.DOSAGE
READS = ("before", "patient.medications", "patient.as_needed", "patient.age", "patient.sex", "indication")


@dataclass(frozen=True, slots=True)
class _SpeedQuestion:
    """One drug, its levels from the first day it is taken, and one source."""

    case: Case
    drug: str
    fact: Titration
    taken: tuple[Level, ...]

    @property
    def begins(self) -> int:
        return self.taken[0].first


def assess(case: Case) -> Iterator[Answer]:
    """Compare a start and every increase with each source's words: its first dose, its labeled steps, its increments.

    A total that comes before the labeled day, and an increment that is larger, or comes sooner, than the source's are
    high where the source words them as the most, and moderate otherwise. A first day above the first dose is moderate.
    Labeled steps and first doses are for people who start: for someone who takes the drug already, for increases beyond
    them, and after a break faster than they allow, a source that gives nothing else is not assessed; nor is an unknown
    `before`. Where the label has a column for a co-medication, an unknown list of medicines is not assessed unless no
    column is exceeded. After the last labeled step only the increments of a source are compared.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        levels = levels_of(case, drug)
        if levels.knows_before and not _grows(case, drug, levels):
            continue
        on_speed: list[Titration | Start] = [*monograph.titrations, *monograph.starts]
        facts = yield from heard(case, NAME, drug, case.fitting(on_speed, drug))
        if facts:
            yield from _assess_drug(case, drug, levels, facts)
        else:
            others = unheard(case, drug, case.applying(on_speed, drug))
            yield other_uses(case, NAME, drug, others, "a speed for increasing the drug")


def _grows(case: Case, drug: str, levels: Levels) -> bool:
    """Whether a total is higher than what was taken before, or the drug is taken again after a break."""
    taken = levels.all[0].mg
    return any(level.mg > taken for level in levels.all) or any(b.is_told for b in breaks_of(case, levels, drug))


def _assess_drug(case: Case, drug: str, levels: Levels, facts: tuple[Titration | Start, ...]) -> Iterator[Answer]:
    if not levels.knows_before:
        yield gap(NAME, drug, Reason.FACT, "what was taken before day 1", facts=["before"])
        return
    compared = _compared(case, facts, starts=levels.all[0].mg == 0)
    if not compared and not _is_a_plain_start(case, drug, levels):
        missing = (
            "a speed for increasing the drug for this person and with these medicines; sources on file are for others"
        )
        yield gap(NAME, drug, Reason.OTHER_PEOPLE, missing, of=facts)
    answers = [answer for fact in compared for answer in _answers(case, drug, levels, fact)]
    told = {answer.source for answer in answers if isinstance(answer, Finding)}
    doubted = {source for fact, source in ((f, f.source) for f in facts) if _column_fits(case, fact) is None}
    unsettled = doubted if any(isinstance(answer, NotAssessed) for answer in answers) else set()
    yield from (a for a in answers if not (isinstance(a, Clear) and a.source in told | unsettled))


def _is_a_plain_start(case: Case, drug: str, levels: Levels) -> bool:
    """Whether a drug is begun at one dose, which a maximum for the person is compared with."""
    ceilings = case.applying(case.formulary.monograph(drug).ceilings, drug)
    is_capped = any(case.compares(item.source) and case.person_fits(item) for item in ceilings)
    return is_capped and not any(change.before.mg for change in levels.rises)


def _compared(case: Case, facts: tuple[Titration | Start, ...], *, starts: bool) -> list[Titration | Start]:
    """The facts that may be about the person.

    A first dose gives way to labeled steps of the same source, and to its increments once the drug is taken.
    """
    fitting = [f for f in facts if case.person_fits(f) is not False and _column_fits(case, f) is not False]
    labeled = {fact.source for fact in fitting if isinstance(fact, Titration) and (fact.steps or not starts)}
    return [fact for fact in fitting if isinstance(fact, Titration) or fact.source not in labeled]


def _answers(case: Case, drug: str, levels: Levels, fact: Titration | Start) -> list[Answer]:
    answers = list(_judge(case, drug, levels, fact))
    missing = list(_unknown(case, fact))
    if missing and any(isinstance(answer, Finding) for answer in answers):
        words, facts = [words for words, _ in missing], [name for _, names in missing for name in names]
        return [gap(NAME, drug, Reason.FACT, " and ".join(words), of=[fact], facts=facts)]
    return answers or [Clear(rule=NAME, drug=drug, source=fact.source, figures=_figures(fact))]


def _figures(fact: Titration | Start) -> tuple[FigureKind, ...]:
    """What a source gives: how the drug is begun, how it is increased, or both."""
    begins, rises = isinstance(fact, Start) or bool(fact.steps), not isinstance(fact, Start)
    return (*(("first dose",) if begins else ()), *(("increase",) if rises else ()))


def _column_fits(case: Case, fact: Titration | Start) -> bool | None:
    return True if isinstance(fact, Start) else column_fits(case, fact.with_names, fact.without_names)


def _unknown(case: Case, fact: Titration | Start) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in case.person_open(fact):
        yield f"{name.removeprefix('patient.')} (this source's advice depends on it)", (name,)
    if _column_fits(case, fact) is None:
        words = "the other medicines, which decide the column of the source's table"
        yield words, ("patient.medications", "patient.as_needed")


def _judge(case: Case, drug: str, levels: Levels, fact: Titration | Start) -> Iterator[Answer]:
    starts = levels.all[0].mg == 0
    first = next(index for index, level in enumerate(levels.all) if level.run is not None and level.run.intakes)
    taken = tuple(level for level in levels.all[first:] if level.run is not None)
    # Where a source speaks of breaks, whether a start is needed is answered by the rule on them.
    restarts = case.fitting(case.formulary.monograph(drug).restarts, drug)
    is_answered = any(case.compares(item.source) for item in restarts)
    again = [] if is_answered else [each for each in breaks_of(case, levels, drug) if each.is_told]
    if isinstance(fact, Start):
        yield from _from_first_dose(case, drug, fact, taken) if starts else _taken_already(drug, fact)
        yield from _afresh(drug, fact, [b for b in again if list(_first_dose(case, drug, fact, b.resumed))])
        return
    asked = _SpeedQuestion(case, drug, fact, taken)
    resumed = [each for each in again if list(_labeled(_SpeedQuestion(case, drug, fact, each.resumed)))]
    yield from _afresh(drug, fact, resumed)
    if starts:
        yield from _labeled(asked)
        yield from _beyond_steps(asked)
    elif fact.steps and fact.increment_high is None:
        missing = "a speed for someone who takes the drug already; sources on file are for a start"
        yield gap(NAME, drug, Reason.STARTS_ONLY, missing, of=[fact])
    if fact.increment_high is not None:
        yield from _increments(asked, levels, starts=starts)


def _taken_already(drug: str, fact: Start) -> Iterator[Answer]:
    missing = "a speed for someone who takes the drug already; sources on file are for a start"
    yield gap(NAME, drug, Reason.STARTS_ONLY, missing, of=[fact])


def _afresh(drug: str, fact: Titration | Start, gaps: list[Break]) -> Iterator[Answer]:
    """Breaks after which the drug is resumed faster than in a start; whether one is needed is told by other sources."""
    for each in gaps:
        words = f"whether a start is needed on day {each.last + 1}, after {each.days} days without a dose"
        yield gap(NAME, drug, Reason.STARTS_ONLY, f"{words}; sources on file are for a start", of=[fact])


def _from_first_dose(case: Case, drug: str, fact: Start, taken: tuple[Level, ...]) -> Iterator[Answer]:
    found = list(_first_dose(case, drug, fact, taken))
    yield from found
    monograph = case.formulary.monograph(drug)
    has_more = any(item.source == fact.source for item in case.applying(monograph.titrations, drug))
    if not found and not has_more and any(level.mg > taken[0].mg for level in taken):
        missing = "a speed for the increases after the first day; sources on file give a first dose only"
        yield gap(NAME, drug, Reason.STARTS_ONLY, missing, of=[fact])


def _first_dose(case: Case, drug: str, fact: Start, taken: tuple[Level, ...]) -> Iterator[Answer]:
    level, most = taken[0], fact.up_to or fact.dose
    if level.run is None or not level.run.intakes:  # pragma: no cover - what begins in a plan has doses in it
        return
    if fact.per == "week":
        limit, value = most.mg, _first_week(taken)
        words, limit_text = f"first {most} a week", f"{most} a week"
        value_text = f"{Dose(value).in_unit(most.unit)} a week"
    elif fact.times_per_day is not None:
        limit, value = most.mg * fact.times_per_day, level.mg
        words = f"first regimen of {per_day(Dose(limit).in_unit(most.unit))}"
        limit_text, value_text = per_day(Dose(limit).in_unit(most.unit)), str(level.total)
    else:
        largest = max((item.intake.dose for item in level.run.intakes), key=lambda dose: dose.mg)
        limit, value, words = most.mg, largest.mg, f"first dose of {most}"
        limit_text, value_text = str(most), str(largest)
    if value > limit:
        whom = f" for {'women' if fact.sex == 'female' else 'men'}" if fact.sex else ""
        happens = f"{drug} starts at {value_text} {case.when(level.first, level.first)}"
        yield _finding(case, drug, fact, level, (happens, f"{words}{whom}"), Severity.MODERATE, value_text, limit_text)


def _first_week(taken: tuple[Level, ...]) -> Fraction:
    """What is taken in the first seven days."""
    end = taken[0].first + 6
    spans = ((level.mg, min(end, end if level.last is None else level.last) - level.first + 1) for level in taken)
    return sum((mg * max(0, span) for mg, span in spans), Fraction(0))


# Labeled steps.


def _labeled(asked: _SpeedQuestion) -> Iterator[Answer]:
    fact = asked.fact
    if not fact.steps:
        return
    reach = (fact.increments_from_day or fact.steps[-1].from_day + 1) - 1
    yesterday = Fraction(0)
    for level in asked.taken:
        day = level.first - asked.begins + 1
        if day > reach:
            return
        step = next(step for step in reversed(fact.steps) if step.from_day <= day)
        most = max(_most(item).mg for item in fact.steps if item.from_day <= day)
        if level.mg > most or (step.every_other_day and _is_daily(asked, level, step, yesterday)):
            yield _too_soon(asked, level, step, most)
            return
        yesterday = level.mg


def _beyond_steps(asked: _SpeedQuestion) -> Iterator[Answer]:
    """Increases beyond the last labeled step, of a source that gives no increment."""
    fact = asked.fact
    facts = asked.case.formulary.monograph(asked.drug).titrations
    if not fact.steps or any(item.increment_high is not None for item in facts if item.source == fact.source):
        return
    most = max((_most(step) for step in fact.steps), key=lambda dose: dose.mg)
    last = asked.begins + fact.steps[-1].from_day - 1
    if any(level.mg > most.mg and level.first > last for level in asked.taken):
        missing = f"a speed for increases above {per_day(most)}, the last labeled step"
        yield gap(NAME, asked.drug, Reason.OTHER_PEOPLE, missing, of=[fact])


def _most(step: TitrationStep) -> Dose:
    return step.total_up_to or step.total


def _is_daily(asked: _SpeedQuestion, level: Level, step: TitrationStep, yesterday: Fraction) -> bool:
    """Whether a dose that a step gives every other day is taken on days in a row."""
    if not level.mg:
        return False
    following = next((item.from_day for item in asked.fact.steps if item.from_day > step.from_day), None)
    ends = asked.begins + following - 2 if following is not None else level.first + 1
    span = min(level.last if level.last is not None else ends, ends) - level.first + 1
    most = _most(step).mg
    return (span >= 2 and 2 * level.mg > most) or (yesterday > 0 and yesterday + level.mg > most)


def _too_soon(asked: _SpeedQuestion, level: Level, step: TitrationStep, most: Fraction) -> Answer:
    fact = asked.fact
    limit = f"{_most(step)} every other day" if step.every_other_day else per_day(Dose(most).in_unit(step.total.unit))
    later = next((item for item in fact.steps if _most(item).mg >= level.mg and not item.every_other_day), None)
    when = f"; it gives as much from day {later.from_day} on" if later is not None else ""
    column = f", column {fact.column}" if fact.column else ""
    number = level.first - asked.begins + 1
    on_day = asked.case.when(level.first, level.first)
    happens = f"{asked.drug} starts at {level.total} {on_day}"
    if number > 1:
        happens = f"{asked.drug} is at {level.total} on day {number} of the start, {on_day}"
    says = f"{limit} from day {step.from_day}{column}{when}"
    severity = Severity.HIGH if fact.at_most else Severity.MODERATE
    return _finding(asked.case, asked.drug, fact, level, (happens, says), severity, str(level.total), limit)


# Increments.


def _increments(asked: _SpeedQuestion, levels: Levels, *, starts: bool) -> Iterator[Answer]:
    fact = asked.fact
    begins = asked.begins + (fact.increments_from_day or (fact.steps[-1].from_day + 1 if fact.steps else 1)) - 1
    window = fewest_days(fact.every_low) if fact.every_low is not None else 0
    reached = [level for level in levels.all if level.run is not None or not starts]
    highest: list[tuple[int, Fraction]] = []
    found: list[tuple[Level, Fraction]] = []
    place = 0
    for level in (item for item in reached if item.mg > 0):
        if highest and level.mg > highest[-1][1] and level.first >= begins:
            while place + 1 < len(highest) and highest[place + 1][0] <= level.first - window:
                place += 1
            rise = level.mg - (highest[place][1] if window else highest[-1][1])
            if rise > _allowed(fact, level):
                found.append((level, rise))
        if not highest or level.mg > highest[-1][1]:
            highest.append((level.first, level.mg))
    if found:
        yield _too_much(asked, found)


def _allowed(fact: Titration, level: Level) -> Fraction:
    assert fact.increment_high is not None
    times = len(level.run.intakes) if fact.increment_per == "intake" and level.run is not None else 1
    return fact.increment_high.mg * times


def _too_much(asked: _SpeedQuestion, found: list[tuple[Level, Fraction]]) -> Answer:
    fact = asked.fact
    level, rise = max(found, key=lambda item: (item[1], -item[0].first))
    per = " at each intake" if fact.increment_per == "intake" else ""
    every = f" within {fact.every_low}" if fact.every_low is not None else " at a time"
    amount = DailyDose(rise).in_unit(level.total.unit)
    more = "" if len(found) == 1 else f"; {len(found)} such increases"
    when = asked.case.when(level.first, level.first)
    happens = f"{asked.drug} rises by {amount.text}{every} {when}{more}"
    says = f"{'at most' if fact.at_most else 'typically'} {fact.increment_high}{per}{every}"
    severity = Severity.HIGH if fact.at_most else Severity.MODERATE
    limit = f"{fact.increment_high}{per}"
    return _finding(asked.case, asked.drug, fact, level, (happens, says), severity, amount.text, limit)


def _finding(
    case: Case,
    drug: str,
    fact: Titration | Start,
    level: Level,
    words: tuple[str, str],
    severity: Severity,
    *figures: str,
) -> Answer:
    assert level.run is not None
    place = level.run.intakes[0]
    value, limit = figures
    is_first = level.first == next(run.first for run in case.runs(drug) if run.intakes)
    return find(case, NAME, drug, fact, severity, *words, day=level.first, last_day=level.last, by_amount=True,
                figure="first dose" if is_first else "increase",
                course=place.course, step=place.step, value=value, limit=limit)  # fmt: skip
