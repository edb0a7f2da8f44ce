"""Known answers of synthetic people: spans, episodes and findings, from how each was drawn, without batches."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from taper._base.limits import EARLIEST, LATEST
from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.batch.definitions import EpisodeDefinition, SpanRules
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.testing.exposures import CEILING, FILL_DAYS, TABLET
from taper.testing.products import DRUG
from taper.testing.sources_and_people import formulary_of
from taper.testing.synthetic_records import PersonKind, SyntheticFill, SyntheticPerson

MOST_AT_ONCE = Dose(10)
"""The most by which a dose is reduced at once by `synthetic_facts`, the last reduction to 0 among them."""

KIDNEY_BELOW = 30
"""The eGFR below which `synthetic_facts` have a lower maximum."""

KIDNEY_CEILING = Dose(10)
"""That maximum, in mg a day."""


class KnownSpan(NamedTuple):
    """Days of one daily dose, both inclusive."""

    first: date
    last: date
    mg: Fraction


class KnownEpisode(NamedTuple):
    """An episode: its days, both inclusive, whether it is known to have ended, and what it is called."""

    first: date
    last: date
    stopped: bool
    course: str


class KnownFinding(NamedTuple):
    """A finding by `synthetic_facts`: the rule, the days, the dose in mg, and the dose after a reduction."""

    rule: str
    first: date
    last: date
    mg: Fraction
    after: Fraction | None


@takes
def synthetic_facts(drug: str = DRUG) -> Formulary:
    """A formulary of one drug with figures that are made up for tests: a ceiling, a kidney maximum, and a pace.

    Raises:
        InvalidInput: If the drug is no name of one.

    Example:
        >>> synthetic_facts().monograph("testamine").ceilings[0].limit == CEILING
        True
    """
    pace = {"step_low": "1 mg", "step_high": MOST_AT_ONCE.text, "every_low": "2 weeks", "every_high": "4 weeks"}
    band = {"below": KIDNEY_BELOW, "action": "daily maximum", "maximum": KIDNEY_CEILING.text}
    tablet = {"id": f"{drug}-tablet", "form": "tablet", "strength": TABLET.text, "source": "product"}
    facts: dict[str, list[dict[str, Any]]] = {
        "products": [tablet],
        "ceilings": [{"limit": CEILING.text, "source": "most"}],
        "kidney": [{"measure": "eGFR", "basis": "label", "bands": [band], "source": "kidney"}],
        "stopping": [{"shape": "so many mg per interval", "at_most": True, **pace, "source": "pace"}],
    }
    return formulary_of(facts, drug=drug)


@takes
def known_spans(person: SyntheticPerson, rules: SpanRules) -> list[KnownSpan]:
    """The spans of a synthetic person by named rules; the rules' longest exposure is at least `FILL_DAYS`.

    Raises:
        InvalidInput: If a fill is longer than the rules' longest exposure, so that it is set aside.

    Example:
        >>> from taper.batch import SpanRules
        >>> from taper.testing import synthetic_people
        >>> rules = SpanRules(length="days supply", longest=90, duplicates="set aside", stockpiling="same dose",
        ...                   overlap="sum", gap="zero", grace=0)
        >>> [str(span.mg) for person in synthetic_people(7, seed=1) for span in known_spans(person, rules)][-3:]
        ['10', '25', '15']
    """
    fills = list(person.fills)
    longest = max(fill.days for fill in fills)
    if longest > rules.longest:
        raise InvalidInput(
            f"the rules set an exposure of {longest} days aside; write longest={max(longest, FILL_DAYS)} or more",
            where="rules",
        )
    if person.kind is PersonKind.TWICE and rules.duplicates == "keep":
        fills = _written_twice(fills, rules)
    elif person.kind is PersonKind.REFILL:
        fills = _refilled(fills, rules)
    elif person.kind is PersonKind.OVERLAP:
        fills = _overlapping(fills, rules)
    elif person.kind is PersonKind.GAP:
        fills = _filled(fills, rules)
    return _joined(fills)


def _joined(fills: Iterable[SyntheticFill]) -> list[KnownSpan]:
    made: list[KnownSpan] = []
    for fill in fills:
        touches = bool(made) and made[-1].last + timedelta(1) == fill.first and made[-1].mg == fill.mg
        first = made.pop().first if touches else fill.first
        made.append(KnownSpan(first, fill.last, fill.mg))
    return made


def _written_twice(fills: list[SyntheticFill], rules: SpanRules) -> list[SyntheticFill]:
    """Two packages on one day: both at once, or the second after the first and all others later."""
    first, *others = fills
    if rules.stockpiling == "none":
        return [replace(first, mg=2 * first.mg), *others]
    return [first, *(replace(fill, first=fill.first + timedelta(first.days)) for fill in fills)]


def _refilled(fills: list[SyntheticFill], rules: SpanRules) -> list[SyntheticFill]:
    """Refills of the same dose: one after the other, or the days on which two are in hand with twice the dose."""
    first, last = fills[0], fills[-1]
    if rules.stockpiling != "none":
        return [replace(first, days=first.days * len(fills))]
    if rules.overlap == "later replaces":
        return [replace(first, days=(last.last - first.first).days + 1)]
    early = (first.last - fills[1].first).days + 1
    alone = [SyntheticFill(fill.first + timedelta(early), fill.days - 2 * early, fill.mg) for fill in fills[1:-1]]
    both = [SyntheticFill(fill.first, early, 2 * fill.mg) for fill in fills[1:]]
    ends = [SyntheticFill(first.first, first.days - early, first.mg), replace(last, first=last.first + timedelta(early),
                                                                     days=last.days - early)]  # fmt: skip
    return sorted([*ends, *alone, *both], key=lambda fill: fill.first)


def _overlapping(fills: list[SyntheticFill], rules: SpanRules) -> list[SyntheticFill]:
    one, other = fills
    early = (one.last - other.first).days + 1
    if rules.stockpiling == "all":
        return [one, replace(other, first=other.first + timedelta(early))]
    begun = replace(one, days=one.days - early)
    if rules.overlap == "later replaces":
        return [begun, other]
    both = SyntheticFill(other.first, early, one.mg + other.mg)
    return [begun, both, SyntheticFill(other.first + timedelta(early), other.days - early, other.mg)]


def _filled(fills: list[SyntheticFill], rules: SpanRules) -> list[SyntheticFill]:
    made = []
    for fill, following in pairwise(fills):
        gap = (following.first - fill.last).days - 1
        made.append(replace(fill, days=fill.days + gap) if 0 < gap <= rules.grace else fill)
    return [*made, fills[-1]]


@takes
def known_episodes(spans: list[KnownSpan], definition: EpisodeDefinition) -> list[KnownEpisode]:
    """The episodes that some spans of one synthetic person make; each begins `washout` days after others or is not new.

    Raises:
        InvalidInput: If the spans are not of days from 1900 to 2200, one after the other, each of an exact dose.

    Example:
        >>> from taper.batch import EpisodeDefinition
        >>> from taper.testing import SINCE, UNTIL
        >>> definition = EpisodeDefinition(ends_after=30, since=SINCE, until=UNTIL, washout=365, least_change="15/100")
        >>> span = KnownSpan(SINCE, SINCE + timedelta(27), Fraction(10))
        >>> lower = KnownSpan(SINCE + timedelta(28), SINCE + timedelta(55), Fraction(5))
        >>> known_episodes([span, lower], definition)[0].course
        'taper'
    """
    _check_spans(spans)
    made = []
    for episode in _apart(spans, definition.ends_after):
        last = episode[-1].last
        goes_on = episode[-1] is spans[-1] and (definition.until - last).days <= definition.ends_after
        made.append(KnownEpisode(episode[0].first, last, not goes_on, _course(episode, definition.least)))
    return made


def _check_spans(spans: list[KnownSpan]) -> None:
    before = EARLIEST - timedelta(1)
    for span in spans:
        if not type(span.first) is type(span.last) is date or not before < span.first <= span.last <= LATEST:
            raise InvalidInput(
                f"{show(span.first)} to {show(span.last)} are no days from 1900 to 2200 after those before them; "
                "give spans as known_spans makes them",
                where="spans",
            )
        if type(span.mg) is not Fraction or span.mg < 0:
            raise InvalidInput(f"{show(span.mg)} is no exact number from 0; write Fraction(5)", where="spans")
        before = span.last


def _apart(spans: list[KnownSpan], most: int) -> list[list[KnownSpan]]:
    """The spans in groups between which there are more than so many days."""
    if not spans:
        return []
    groups = [spans[:1]]
    for before, span in pairwise(spans):
        if (span.first - before.last).days - 1 > most:
            groups.append([])
        groups[-1].append(span)
    return groups


def _course(spans: list[KnownSpan], least: Fraction) -> str:
    highest = lowest = spans[0].mg
    falls = rises = False
    for span in spans[1:]:
        falls |= span.mg <= highest * (1 - least)
        rises |= span.mg >= lowest * (1 + least)
        highest, lowest = max(highest, span.mg), min(lowest, span.mg)
    return {(False, False): "level", (True, False): "taper", (False, True): "titration"}.get((falls, rises), "both")


@takes
def known_findings(
    person: SyntheticPerson, spans: list[KnownSpan], definition: EpisodeDefinition
) -> list[KnownFinding]:
    """What `synthetic_facts` find in some spans of one synthetic person, in order of days and rules.

    Raises:
        InvalidInput: If the spans are not of days from 1900 to 2200, one after the other, each of an exact dose.
    """
    _check_spans(spans)
    made = _above("ceiling", spans, CEILING)
    if person.egfr is not None and person.egfr < KIDNEY_BELOW:
        made += _above("kidney", spans, KIDNEY_CEILING)
    for before, after, day in _reductions(spans, definition):
        if before.mg - after > MOST_AT_ONCE.mg:
            made.append(KnownFinding("pace", before.last + timedelta(1), day, before.mg, after))
            if not after:
                made.append(KnownFinding("abrupt-stop", before.last, day, before.mg, after))
    return sorted(made, key=lambda found: (found.first, found.last, found.rule))


def _above(rule: str, spans: list[KnownSpan], ceiling: Dose) -> list[KnownFinding]:
    over = [span for span in spans if span.mg > ceiling.mg]
    groups = _apart(over, 0)
    return [KnownFinding(rule, each[0].first, each[-1].last, max(span.mg for span in each), None) for each in groups]


def _reductions(spans: list[KnownSpan], definition: EpisodeDefinition) -> list[tuple[KnownSpan, Fraction, date]]:
    """Each span after which the dose is lower: what it is then, and the first day of it."""
    made = []
    for before, following in pairwise(spans):
        touches = (following.first - before.last).days == 1
        if following.mg < before.mg or not touches:
            made.append((before, following.mg if touches else Fraction(0), before.last + timedelta(1)))
    if spans and (definition.until - spans[-1].last).days > definition.ends_after:
        made.append((spans[-1], Fraction(0), spans[-1].last + timedelta(1)))
    return made
