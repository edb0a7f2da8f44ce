"""Several statements of one fact, joined: on the same days, each said once, the gravest first."""

from collections.abc import Iterator

from taper._base.records import changed
from taper.checks.answers import message_of, said_by
from taper.checks.case import Case
from taper.checks.review import Finding

REDUCING = ("abrupt-stop", "swing", "pace", "first-change")
"""The rules that speak of reductions; of those that speak of one as gravely the first gives its name to the finding."""

DOSING = ("ceiling", "intake-ceiling", "titration-speed")
"""The rules that compare a dose with a figure for everybody; the first gives its name to a finding of several."""


def on_the_same_days(group: list[Finding]) -> Iterator[list[Finding]]:
    """Findings whose days overlap, taken together."""
    held: list[Finding] = []
    end: int | None = 0
    for finding in sorted(group, key=lambda item: (item.day or 0, item.message)):
        day = finding.day or 0
        if held and end is not None and day > end:
            yield held
            held = []
        last = None if finding.last_day is None else max(finding.last_day, day)
        end = None if end is None or last is None else max(end, last)
        held.append(finding)
    yield held


def joined(case: Case, group: list[Finding]) -> Finding:
    """One finding of several statements: under the gravest, with each said once and the weightiest source first."""
    if len(group) == 1:
        return group[0]
    group = _each_said_once(group)
    if len(group) == 1:
        (only,) = group
        return changed(only, {"message": message_of(only.happens, _said(case, only, group))})
    ordered = sorted(group, key=lambda item: (*_weight(case, item), -item.severity.rank, item.day or 0, item.message))
    lead = min(ordered, key=_gravest)
    return changed(
        lead,
        {
            "boxed": any(item.boxed for item in ordered),
            "message": message_of(lead.happens, _said(case, lead, ordered)),
            "from_abroad": all(item.from_abroad for item in ordered),
            "statements": tuple(ordered),
        },
    )


def _gravest(item: Finding) -> tuple[int, ...]:
    """A key by which what is told first in a finding comes first."""
    ranks = (*REDUCING, *DOSING)
    rank = ranks.index(item.rule) if item.rule in ranks else 0
    return -item.severity.rank, rank, -item.gravity, -item.boxed


def _each_said_once(group: list[Finding]) -> list[Finding]:
    """One statement for the same words of a source: the gravest and earliest, with the days and notes of all."""
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sorted(group, key=lambda item: (-item.severity.rank, item.day or 0, item.message)):
        alike.setdefault((finding.source, finding.rule, finding.says), []).append(finding)
    return [_in_one_statement(same) for same in alike.values()]


def _in_one_statement(same: list[Finding]) -> Finding:
    days = [item.day for item in same if item.day is not None]
    ends = [item.last_day for item in same]
    last = None if None in ends else max(end for end in ends if end is not None)
    note = "; ".join(dict.fromkeys(item.note for item in same if item.note))
    return changed(same[0], {"day": min(days, default=None), "last_day": last, "note": note})


def _weight(case: Case, finding: Finding) -> tuple[object, ...]:
    return (3,) if finding.source is None else case.weight(finding.source)


def _said(case: Case, lead: Finding, ordered: list[Finding]) -> Iterator[str]:
    """What each source says: the lead in full, of the others the same words once with all who say them."""
    by_words: dict[str, list[str]] = {}
    yield said_by(case, lead.source, f"{lead.says} ({lead.note})" if lead.note else lead.says)
    for item in ordered:
        if item.says and item.says != lead.says and item.source is not None:
            by_words.setdefault(item.says, []).append(case.who(item.source))
    same = [case.who(item.source) for item in ordered if item is not lead and item.says == lead.says and item.source]
    if same:
        yield f"so {'says' if len(set(same)) == 1 else 'say'} {', '.join(dict.fromkeys(same))}"
    yield from (f"{', '.join(dict.fromkeys(who))}: {says}" for says, who in by_words.items())
