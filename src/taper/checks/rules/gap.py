"""Treatment breaks: days without a dose, against the break after which a source starts the drug again."""

from collections.abc import Iterator
from fractions import Fraction

from taper._base.numbers import write_number, write_percent
from taper._base.text import write_span
from taper.amounts.dose import Dose
from taper.checks.answers import find, gap, per_day, person_gap, place_of
from taper.checks.case import Case, heard, on_file
from taper.checks.dose_levels import Break, Level, breaks_of, fewest_days, levels_of, waiting_at_end
from taper.checks.open_question import Reason
from taper.checks.other_medicines import column_fits, in_own_column
from taper.checks.review import Answer, Clear, Severity
from taper.knowledge.monograph import Monograph, RestartRule, TitrationStep, own_half_lives
from taper.source import Subject

NAME = "gap"
SUBJECT = Subject.DOSAGE
READS = ("patient.age", "patient.medications", "patient.as_needed", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Find days without a dose between two doses of one drug, and compare each break with what a source says of breaks.

    A break longer than the source's number of half-lives, after which the plan does not go back to the dose of a start
    and on from there no faster than some source's labeled steps, is high; if longer only by the short end of the
    half-lives on file, it is moderate. Where a source prints a mean with a range, the mean is counted. Half-lives of
    metabolites, and half-lives and starts with other medicines than the person's, are not used. Where a source counts
    missed days, a break of so many after which the first day's total is more than its share of the total before is
    high, and so is a longer one after which it wants a fresh start that the plan does not make. A break that no source
    covers, between two courses or written as a time without doses, is not assessed, nor is one at whose end a person
    decides; without a break the rule is clear where a source has advice on breaks, and otherwise does not apply.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        facts = yield from heard(case, NAME, drug, case.fitting(monograph.restarts, drug))
        breaks = breaks_of(case, levels_of(case, drug), drug)
        if not facts and any(each.is_told for each in breaks):
            yield gap(NAME, drug, Reason.NO_SOURCE, "advice on a break in taking the drug")
        waiting = list(waiting_at_end(case, drug))
        for fact in facts:
            judged = _judge(case, monograph, fact, breaks)
            yield from (answer for answer in judged if not (waiting and isinstance(answer, Clear)))
        for words in waiting:
            said = "; ".join(dict.fromkeys(f"one source names a break {_limit(f)}: {_again(f)}" for f in facts))
            missing = f"{words}; {said or 'no source on a break is on file'}"
            yield gap(NAME, drug, Reason.UNDECIDED, missing, of=facts)


def _hours(held: Break) -> int:
    """From the day of the last dose to the day of the next."""
    return 24 * (held.days + 1)


def _judge(case: Case, monograph: Monograph, fact: RestartRule, breaks: tuple[Break, ...]) -> Iterator[Answer]:
    if not breaks:
        yield Clear(rule=NAME, drug=monograph.drug, source=fact.source)
        return
    span = _span(case, monograph, fact)
    if span is None:
        missing = f"the half-life of the drug; the source speaks of a break {_limit(fact)}"
        yield gap(NAME, monograph.drug, Reason.NO_SOURCE, missing, of=[fact])
        return
    columns = in_own_column(case, case.fitting(monograph.titrations, monograph.drug))
    steps = [titration.steps for titration in columns if titration.steps]
    long = [each for each in breaks if _hours(each) > span[0] and _is_meant(fact, each)]
    found = [(each, level) for each in long for level in [_too_much(fact, each, steps)] if level is not None]
    if not found:
        yield Clear(rule=NAME, drug=monograph.drug, source=fact.source)
    elif case.person_fits(fact) is None:
        yield person_gap(case, NAME, monograph.drug, fact)
    elif _needs_medicines(case, monograph) and any(_hours(each) <= span[1] for each, _ in found):
        missing = "the other medicines; the half-life depends on them"
        facts = ["patient.medications", "patient.as_needed"]
        yield gap(NAME, monograph.drug, Reason.FACT, missing, of=[fact], facts=facts)
    elif case.person_fits(fact):
        yield _finding(case, monograph.drug, fact, found, span, steps)


def _is_meant(fact: RestartRule, held: Break) -> bool:
    """Whether a break has the missed days that a source counts; the empty days of a cycle are not missed."""
    return fact.missed_days is None or (held.is_told and (fact.or_more or held.days == fact.missed_days))


def _limit(fact: RestartRule) -> str:
    """The break of which a source speaks, as it stands after "a break"."""
    if fact.missed_days is not None:
        days = "1 day" if fact.missed_days == 1 else f"{fact.missed_days} days"
        return f"of {days}{' or more' if fact.or_more else ''}"
    lives = fact.half_lives
    return f"longer than {f'{write_number(lives)} half-lives' if lives is not None else fact.longer_than}"


def _again(fact: RestartRule) -> str:
    """How a source takes the drug again: afresh, or at a share of the dose before."""
    if fact.percent_low is None or fact.percent_high is None:
        return "a fresh start"
    return f"{write_span(write_number(fact.percent_low), write_number(fact.percent_high))} % of the dose before"


def _span(case: Case, monograph: Monograph, fact: RestartRule) -> tuple[Fraction, Fraction] | None:
    """The shortest and the longest break in hours that the source's rule can mean."""
    if fact.half_lives is None:
        days = fewest_days(fact.longer_than) if fact.longer_than is not None else fact.missed_days or 0
        return Fraction(24 * days), Fraction(24 * days)
    lives = in_own_column(case, own_half_lives(case.applying(monograph.half_lives, monograph.drug)))
    lows = [life.mean or life.low for life in lives if not life.up_to]
    if not lows:
        return None
    return fact.half_lives * min(lows), fact.half_lives * max(life.mean or life.high for life in lives)


def _needs_medicines(case: Case, monograph: Monograph) -> bool:
    lives = case.applying(monograph.half_lives, monograph.drug)
    return any(column_fits(case, life.with_names, life.without_names) is None for life in lives)


def _too_much(fact: RestartRule, held: Break, labeled: list[tuple[TitrationStep, ...]]) -> Level | None:
    """The first level after a break that is above the source's share of the level before it, or above a start.

    A start is the smallest first dose, then the fastest labeled steps.
    """
    begin = held.resumed[0]
    if fact.percent_high is not None:
        return begin if begin.mg > held.before[-1].mg * fact.percent_high / 100 else None
    start = _start(labeled)
    if start is None or begin.mg > start.mg:
        return begin
    for level in held.resumed:
        day = level.first - begin.first + 1
        if day > max(steps[-1].from_day for steps in labeled):
            return None
        if level.mg > max(_allowed(steps, day) for steps in labeled):
            return level
    return None


def _start(labeled: list[tuple[TitrationStep, ...]]) -> Dose | None:
    """The smallest daily total with which a source starts the drug."""
    return min((steps[0].total for steps in labeled), key=lambda dose: dose.mg, default=None)


def _allowed(steps: tuple[TitrationStep, ...], day: int) -> Fraction:
    return max((step.total_up_to or step.total).mg for step in steps if step.from_day <= day)


def _finding(
    case: Case,
    drug: str,
    fact: RestartRule,
    found: list[tuple[Break, Level]],
    span: tuple[Fraction, Fraction],
    labeled: list[tuple[TitrationStep, ...]],
) -> Answer:
    held, level = max(found, key=lambda item: (_hours(item[0]), -item[0].first))
    limit = write_span(*map(write_number, span))
    start, day = _start(labeled), level.first - held.last
    away = f"after {held.days} days without a dose" if held.days > 1 else "after a day without a dose"
    happens = f"{drug} is resumed at {level.total} {case.when(level.first, level.first)}, {away}"
    briefly = f"{_again(fact)}{f' at {per_day(start)}' if start is not None else ''}"
    if fact.percent_high is not None:
        before, briefly = held.before[-1].total, _again(fact)
        happens += f", {write_percent(level.mg / before.mg)} of the {before} before"
    elif day > 1:
        happens = f"{drug} is at {level.total} on day {day} of being resumed {away}, faster than any labeled start"
    counted = "" if fact.missed_days is not None else f" ({limit} hours)"
    says = f"{briefly} after a break {_limit(fact)}{counted}; here {_hours(held)} hours pass from dose to dose"
    severity, value = Severity.HIGH if _hours(held) > span[1] else Severity.MODERATE, f"{_hours(held)} hours"
    place = place_of(level.run) if level.run is not None else {}
    return find(case, NAME, drug, fact, severity, happens, says, day=held.first, last_day=held.last, value=value,
                limit=f"{limit} hours" if counted else _again(fact), briefly=briefly, **place)  # fmt: skip
