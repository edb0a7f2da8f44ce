"""One finding for each fact, whichever rules speak of it: one reduction, one figure."""

from collections.abc import Iterable, Iterator

from taper.checks.case import Case
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
    held: list[list[Finding]] = []
    for finding in dosing:
        same = next((group for group in held if any(_is_one_figure(one, finding) for one in group)), None)
        if same is None:
            held.append([finding])
        else:
            same.append(finding)
    several = [group for group in held if len(group) > 1]
    gone = {id(finding) for group in several for finding in group}
    yield from (answer for answer in answers if id(answer) not in gone)
    yield from (_put_together(case, group) for group in several)


def _is_one_figure(one: Finding, other: Finding) -> bool:
    """Whether two rules hold the same dose of one drug, on days that overlap, against the same figure."""
    figures = {(item.value, item.limit) for item in one.each} & {(item.value, item.limit) for item in other.each}
    return one.rule != other.rule and one.drug == other.drug and bool(figures) and _meet(one, other)


def _of_each_reduction(case: Case, findings: list[Finding]) -> Iterator[Finding]:
    by_rule = {rule: [finding for finding in findings if finding.rule == rule] for rule in REDUCING}
    left = [*by_rule["pace"], *by_rule["first-change"]]
    for whole in (*by_rule["abrupt-stop"], *by_rule["swing"]):
        same = [other for other in left if other.part == whole.part and _meet(whole, other)]
        left = [other for other in left if other not in same]
        yield _put_together(case, [whole, *same])
    together = [other for other in left if not other.about]
    for group in on_the_same_days(together) if together else ():
        yield _put_together(case, group)
    yield from (other for other in left if other.about)


def _meet(one: Finding, other: Finding) -> bool:
    """Whether the days of two findings overlap."""
    return (one.last_day is None or (other.day or 0) <= one.last_day) and (
        other.last_day is None or (one.day or 0) <= other.last_day
    )


def _put_together(case: Case, findings: Iterable[Finding]) -> Finding:
    """One finding of what every statement of some says."""
    return joined(case, [each for finding in findings for each in finding.each])
