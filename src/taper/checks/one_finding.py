"""One finding for each fact, whichever rules speak of it: one reduction, one figure."""

from collections.abc import Iterable, Iterator

from taper.checks.case import Case
from taper.checks.day_spans import DaySpans
from taper.checks.joined import DOSING, REDUCING, joined, on_the_same_days
from taper.checks.review import Answer, Finding


def one_finding_each(case: Case, answers: Iterable[Answer]) -> Iterator[Answer]:
    """The answers of all rules, with findings of several rules on one reduction, or on one figure, put together.

    A stop is one fact under the rules on stops and on pace, an empty day of a cycle under those on swings and on pace,
    and a first reduction under those on it and on pace. A dose beyond one figure of a source is one under every rule.
    """
    listed = list(_of_each_figure(case, list(answers)))
    reducing = [answer for answer in listed if isinstance(answer, Finding) and answer.rule in REDUCING]
    yield from (answer for answer in listed if not (isinstance(answer, Finding) and answer.rule in REDUCING))
    for drug in dict.fromkeys(finding.drug for finding in reducing):
        yield from _of_each_reduction(case, [finding for finding in reducing if finding.drug == drug])


def _of_each_figure(case: Case, answers: list[Answer]) -> Iterator[Answer]:
    dosing = [answer for answer in answers if isinstance(answer, Finding) and answer.rule in DOSING]
    dosing.sort(key=lambda finding: (DOSING.index(finding.rule), finding.day or 0, finding.message))
    groups = list[list[Finding]]()
    by_figure: dict[tuple[object, ...], DaySpans] = {}
    for finding in dosing:
        figures = dict.fromkeys((finding.drug, item.value, item.limit) for item in finding.each)
        others = [(*figure, rule) for figure in figures for rule in DOSING if rule != finding.rule]
        days = finding.day or 0, finding.last_day
        near = (place for key in others if key in by_figure for place in by_figure[key].meeting(*days))
        place = min(near, default=len(groups))
        if place == len(groups):
            groups.append([])
        groups[place].append(finding)
        for figure in figures:
            by_figure.setdefault((*figure, finding.rule), DaySpans()).add(*days, place)
    several = [group for group in groups if len(group) > 1]
    gone = {id(finding) for group in several for finding in group}
    yield from (answer for answer in answers if id(answer) not in gone)
    yield from (_put_together(case, group) for group in several)


def _of_each_reduction(case: Case, findings: list[Finding]) -> Iterator[Finding]:
    by_rule = {rule: [finding for finding in findings if finding.rule == rule] for rule in REDUCING}
    single = [*by_rule["pace"], *by_rule["first-change"]]
    by_part: dict[str, DaySpans] = {}
    for place, other in sorted(enumerate(single), key=lambda item: item[1].day or 0):
        by_part.setdefault(other.part, DaySpans()).add(other.day or 0, other.last_day, place)
    taken: set[int] = set()
    for whole in (*by_rule["abrupt-stop"], *by_rule["swing"]):
        met = by_part[whole.part].meeting(whole.day or 0, whole.last_day) if whole.part in by_part else ()
        same = sorted({*met} - taken)
        taken.update(same)
        yield _put_together(case, [whole, *(single[place] for place in same)])
    left = [other for place, other in enumerate(single) if place not in taken]
    together = [other for other in left if not other.about]
    for group in on_the_same_days(together) if together else ():
        yield _put_together(case, group)
    yield from (other for other in left if other.about)


def _put_together(case: Case, findings: Iterable[Finding]) -> Finding:
    """One finding of what every statement of some says."""
    return joined(case, [each for finding in findings for each in finding.each])
