"""Daily maximum: each day's total against every published maximum."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from taper.amounts.dose import DailyDose
from taper.checks.answers import by_source, gap, person_gap, place_of
from taper.checks.case import Case, Run, capped, left_out, on_file, stretches
from taper.checks.open_question import Reason
from taper.checks.other_medicines import column_fits
from taper.checks.review import Answer, Clear, FigureKind, Finding, LeftOut, Severity, Why
from taper.checks.used_to import is_used_to, used_gap
from taper.knowledge.monograph import Ceiling, CeilingKind
from taper.source import Subject

NAME = "ceiling"
_WEAK = frozenset({CeilingKind.CLAIM, CeilingKind.FIRST})
_NAMED = frozenset({CeilingKind.HIGHEST_NAMED, CeilingKind.DERIVED})
SUBJECT = Subject.DOSAGE
READS = ("before", "before.for", "patient.age", "patient.sex", "patient.medications", "patient.as_needed", "indication")


@dataclass(frozen=True, slots=True)
class _Held:
    """The daily figures that apply to a drug: those compared, those of the plan's use, and all that are on file."""

    compared: tuple[Ceiling, ...]
    own: tuple[Ceiling, ...]
    every: tuple[Ceiling, ...]
    named: str | None

    @property
    def is_decided(self) -> bool:
        """Whether a source gives a figure for the plan's use."""
        return any(item.kind is not CeilingKind.CLAIM for item in self.own)


def assess(case: Case) -> Iterator[Answer]:
    """Compare the sum of a drug's courses, day by day, with each source's daily ceiling. What was taken before a
    course counts until it begins.

    A maximum for the plan's indication that is exceeded is high. Where no indication is given, or no source speaks
    of it, exceeding a maximum of every indication is high and of some only is moderate. Where sources speak of it,
    figures for other uses are compared on the days above one of its own, of the same source where it gives one, and
    a maximum among them is high: within what is on file for its use, others say nothing. A usual maximum, a
    recommended dose, a figure that is only named or derived is moderate, and high on a day above every figure that is
    on file for the drug of any kind and source, unless all are recommended or first doses. A first dose is low, and so
    is a claim without a source, which is compared only where its source is named. A figure for
    people who take other medicines, or do not, is compared with those who do, or do not. A maximum for people who are
    not used to a drug is not assessed for those who are by what the plan says. A maximum of another
    country than the plan's is moderate at most where the plan's own country gives one, and what another country only
    names or implies is then compared on the days above that one.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        daily = tuple(item for item in monograph.ceilings if item.per == "day")
        claims = tuple(c for c in daily if c.kind is CeilingKind.CLAIM and c.source.id not in case.sources)
        yield from (LeftOut(rule=NAME, drug=drug, source=c.source, why=Why.UNCITED) for c in claims)
        cited = tuple(item for item in daily if item not in claims)
        yield from left_out(case, NAME, drug, cited)
        yield from _assess_drug(case, drug, cited)


def _assess_drug(case: Case, drug: str, daily: tuple[Ceiling, ...]) -> Iterator[Answer]:
    applying = tuple(item for item in case.applying(daily, drug) if _fits_column(case, item) is not False)
    compared = tuple(item for item in applying if case.compares(item.source))
    wanted = {course.course.indication for course in case.courses_of(drug)}
    named = next(iter(wanted)) if len(wanted) == 1 else None
    own = tuple(item for item in compared if named and case.indication_fits(item, drug))
    if not compared:
        yield gap(NAME, drug, Reason.NO_SOURCE, "a daily ceiling for this product")
        return
    held = _Held(compared, own, tuple(item for item in applying if case.person_fits(item) is not False), named)
    if named and not held.is_decided:
        missing = f"a ceiling for {named}; those for other uses were compared"
        yield gap(NAME, drug, Reason.OTHER_USES, missing)
    for item in compared:
        yield from _compare(case, drug, item, held)


def _compare(case: Case, drug: str, ceiling: Ceiling, held: _Held) -> Iterator[Answer]:
    limit = DailyDose(ceiling.limit.mg).in_unit(ceiling.limit.unit)
    is_own = ceiling in held.own or not held.is_decided
    own = [item for item in held.own if case.person_fits(item) is not False and _fits_column(case, item)]
    # Within what a source gives for the plan's use, its figures for others say nothing.
    same = [item.limit.mg for item in own if item.source == ceiling.source]
    least = Fraction(0) if is_own else min(same or [item.limit.mg for item in own], default=None)
    if case.person_fits(ceiling) is False or least is None or (not is_own and _is_said(case, ceiling, held)):
        return
    least = max(least, _at_home(case, ceiling, own))
    above = list(stretches(case.days(drug), lambda run: run.total > limit and run.total.mg > least))
    if not above:
        if is_own and not any(run.total > limit for run in case.days(drug)):
            yield Clear(rule=NAME, drug=drug, source=ceiling.source, figures=_figures(case, drug, ceiling))
    elif _fits_column(case, ceiling) is None:
        missing = f"the other medicines, which decide the column: {limit}{_for_whom(ceiling)}"
        yield gap(NAME, drug, Reason.FACT, missing, of=[ceiling], facts=["patient.medications", "patient.as_needed"])
    elif case.person_fits(ceiling) is None:
        yield person_gap(case, NAME, drug, ceiling)
    else:
        for stretch in above:
            used = is_used_to(case, drug, ceiling, stretch[0].first)
            if used is False:
                yield _finding(case, drug, ceiling, stretch, held)
            else:
                yield used_gap(NAME, drug, ceiling, used=used is True)


def _at_home(case: Case, ceiling: Ceiling, own: list[Ceiling]) -> Fraction:
    """The largest maximum of the plan's own country for its use and person, beside a figure that another only names."""
    if ceiling.kind not in _NAMED or not case.is_abroad(ceiling.source):
        return Fraction(0)
    maxima = (item for item in own if item.kind is CeilingKind.MAXIMUM and case.person_fits(item))
    return max((item.limit.mg for item in maxima if case.is_own(item.source)), default=Fraction(0))


def _figures(case: Case, drug: str, ceiling: Ceiling) -> tuple[FigureKind, ...]:
    """The figure that the plan is within, where it is about the person and the plan's use."""
    is_about = case.person_fits(ceiling) and _fits_column(case, ceiling)
    return ("dose",) if is_about and case.indication_fits(ceiling, drug) is not False else ()


def _fits_column(case: Case, ceiling: Ceiling) -> bool | None:
    return column_fits(case, ceiling.with_names, ceiling.without_names)


def _is_said(case: Case, ceiling: Ceiling, held: _Held) -> bool:
    """Whether the same source says no less, and as gravely, of the plan's own use."""
    own = (item for item in held.own if item.source == ceiling.source and case.person_fits(item))
    as_grave = (item for item in own if item.kind is CeilingKind.MAXIMUM or ceiling.kind is not CeilingKind.MAXIMUM)
    return any(item.kind is not CeilingKind.CLAIM and item.limit.mg <= ceiling.limit.mg for item in as_grave)


def _severity(case: Case, ceiling: Ceiling, held: _Held, largest: Fraction) -> Severity:
    if ceiling.kind is not CeilingKind.MAXIMUM:
        return Severity.LOW if ceiling.kind in _WEAK else Severity.MODERATE
    if held.is_decided or not ceiling.indications:
        return Severity.HIGH
    maxima = [c for c in held.compared if c.kind is CeilingKind.MAXIMUM and case.person_fits(c) is not False]
    uses = {use for item in maxima for use in item.indications}
    exceeded = {use for item in maxima for use in item.indications if largest > item.limit.mg}
    return capped(Severity.HIGH, weak=uses != exceeded)


def _finding(case: Case, drug: str, ceiling: Ceiling, stretch: tuple[Run, ...], held: _Held) -> Finding:
    highest = max(stretch, key=lambda run: run.total.mg)
    limit = DailyDose(ceiling.limit.mg).in_unit(ceiling.limit.unit)
    severity = _severity(case, ceiling, held, highest.total.mg)
    hedge = _hedge(ceiling, held, severity)
    if severity is Severity.MODERATE and _is_above_all(held, highest.total.mg):
        severity, hedge = Severity.HIGH, hedge + _above_all(held)
    return by_source(
        case,
        NAME,
        drug,
        ceiling.source,
        severity,
        f"{drug} reaches {highest.total} {case.when_taken(stretch)}",
        f"{ceiling.kind.words} of {limit}{_for_whom(ceiling)}{hedge}",
        by_amount=True,
        day=stretch[0].first,
        last_day=stretch[-1].last,
        value=str(highest.total),
        limit=str(limit),
        **place_of(highest),
    )


def _is_above_all(held: _Held, largest: Fraction) -> bool:
    """Whether a day is above every figure on file, one of which is more than a dose to begin with or recommended."""
    is_upper = any(item.kind not in {*_WEAK, CeilingKind.RECOMMENDED} for item in held.every)
    return is_upper and all(largest > item.limit.mg for item in held.every)


def _hedge(ceiling: Ceiling, held: _Held, severity: Severity) -> str:
    if held.is_decided and ceiling not in held.own:
        return f"; the plan is for {held.named}"
    depends = severity is Severity.MODERATE and ceiling.kind is CeilingKind.MAXIMUM
    return "; it depends on the indication" if depends else ""


def _above_all(held: _Held) -> str:
    sources = {item.source.id for item in held.every}
    kinds = ", ".join(sorted({item.kind.value for item in held.every}))
    count = "1 source" if len(sources) == 1 else f"{len(sources)} sources"
    return f"; above every figure on file, of {count} ({kinds})"


def _for_whom(ceiling: Ceiling) -> str:
    use = f" for {', '.join(ceiling.indications)}" if ceiling.indications else ""
    use = f"{use} with {' or '.join(ceiling.with_names)}" if ceiling.with_names else use
    use = f"{use} without {', '.join(ceiling.without_names)}" if ceiling.without_names else use
    use = f"{use} for {'women' if ceiling.sex == 'female' else 'men'}" if ceiling.sex else use
    low = f" from age {ceiling.age_from}" if ceiling.age_from is not None else ""
    return use + low + (f" below age {ceiling.age_below}" if ceiling.age_below is not None else "")
