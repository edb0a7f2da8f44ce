"""Duration of use, against the longest that each source names."""

from collections.abc import Iterator

from taper.checks.answers import find, gap, other_uses, person_gap, unheard
from taper.checks.case import Case, heard, on_file
from taper.checks.dose_levels import Levels, length_before, levels_of, most_days, used_before
from taper.checks.open_question import Reason
from taper.checks.review import Answer, Clear, Severity
from taper.knowledge.monograph import DurationLimit
from taper.source import Subject

NAME = "duration"
SUBJECT = Subject.DOSAGE
READS = ("before", "before.for", "patient.age", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Compare the days from the first dose to the last, with those before the plan, with each source's longest use.

    Longer is moderate. It is low where the use was already longer before day 1 and the plan does nothing but reduce.
    How long the drug was taken before, if that is unknown and would decide, is not assessed, nor is a use that the
    sources with a longest use do not cover. Where none names one, the rule does not apply to the drug.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        applying = case.applying(monograph.durations, drug)
        facts = yield from heard(case, NAME, drug, case.fitting(applying, drug))
        for fact in facts:
            if case.person_fits(fact) is not False:
                yield _compare(case, drug, fact, levels_of(case, drug))
        others = [fact for fact in unheard(case, drug, applying) if case.person_fits(fact) is not False]
        if others:
            yield other_uses(case, NAME, drug, others, "a longest use")


def _compare(case: Case, drug: str, fact: DurationLimit, levels: Levels) -> Answer:
    taken = [level for level in levels.all if level.run is not None and level.run.intakes]
    first, last = taken[0].first, taken[-1].last
    is_open = last is None or taken[-1].run is None or taken[-1].run.repeats
    used, most = used_before(case, drug), most_days(fact.high)
    here = None if is_open or last is None else last - first + 1
    if here is not None and (used or 0) + here <= most:
        if used is None:
            missing = f"how long the drug was taken before; {fact.high} at most"
            return gap(NAME, drug, Reason.FACT, missing, of=[fact], facts=["before.for"])
        return Clear(rule=NAME, drug=drug, source=fact.source)
    if case.person_fits(fact) is None:
        return person_gap(case, NAME, drug, fact)
    only_reduces = levels.knows_before and not levels.rises and not is_open
    severity = Severity.LOW if only_reduces and used is not None and used > most else Severity.MODERATE
    before = f", after {length_before(case, drug)} before day 1" if used else ""
    here_words = f"for {here} days" if here is not None else "with no stop date"
    limit = str(fact.high) if fact.low == fact.high else f"{fact.low} to {fact.high}"
    beyond = max(first, first + most - (used or 0))
    happens = f"{drug} is taken {here_words}{before}"
    total = "no stop date" if here is None else f"{(used or 0) + here} days"
    place = next(level.run.intakes[0] for level in taken if level.run is not None)
    return find(case, NAME, drug, fact, severity, happens, f"{limit} at most", day=beyond,
                last_day=None if is_open else last,
                value=total, limit=limit, course=place.course)  # fmt: skip
