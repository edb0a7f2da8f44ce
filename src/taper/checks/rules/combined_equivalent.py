"""Combined equivalents: several drugs of one table added up, against each drug's maximum."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from taper.amounts.dose import DailyDose, Dose
from taper.checks.answers import by_source, gap, per_day, person_gap
from taper.checks.case import Case, Run, capped, heard, uncited
from taper.checks.open_question import Reason
from taper.checks.review import Answer, Clear, Finding, Severity
from taper.knowledge.equivalence import EquivalenceTable, Equivalent
from taper.knowledge.monograph import Ceiling, CeilingKind
from taper.source import Subject

NAME = "combined-equivalent"
SUBJECT = Subject.DOSAGE
READS = ("patient.age", "indication")


@dataclass(frozen=True)
class _Sum:
    """The days of a plan on which two or more drugs of a table are taken, summed in its reference drug.

    Each total has two ends where the table gives ranges: the least and the most that it can mean.
    """

    table: EquivalenceTable
    drugs: tuple[str, ...]
    days: tuple[tuple[Run, Fraction, Fraction], ...]

    @cached_property
    def largest(self) -> Fraction:
        return max(most for _, _, most in self.days)

    @cached_property
    def surely(self) -> Fraction:
        """The largest total that every end of the table's ranges reaches."""
        return max(least for _, least, _ in self.days)


def assess(case: Case) -> Iterator[Answer]:
    """Express the day's doses of several drugs of one table in each of them, and compare the sum with its ceilings.

    Each table is shown and none is picked. Above a maximum under every table that holds the drugs is high; under some
    tables, or at one end of a table's range only, or above a figure that is not worded as a maximum, is moderate. Only
    days on which two or more are taken are compared; a single drug is checked by `ceiling`. Drugs of one class that
    share no table are not assessed.
    """
    yield from uncited(case, NAME)
    sums = list(_sums(case))
    yield from _without_table(case)
    for drug in dict.fromkeys(name for item in sums for name in (*item.drugs, item.table.reference)):
        monograph = case.monograph(drug)
        if monograph is None:
            continue
        daily = tuple(c for c in monograph.ceilings if c.per == "day" and c.kind is not CeilingKind.CLAIM)
        in_plan = drug in case.drugs
        applying = case.applying(daily, drug) if in_plan else tuple(f for f in daily if not (f.releases or f.forms))
        for fact in (yield from heard(case, NAME, drug, (fact for fact in applying if _fits(case, fact, sums)))):
            if case.person_fits(fact) is not False:
                yield from _compare(case, drug, fact, sums)


def _fits(case: Case, fact: Ceiling, sums: list[_Sum]) -> bool:
    drugs = {drug for item in sums for drug in item.drugs}
    wanted = {use for drug in drugs for use in case.uses_of(drug)}
    return not fact.indications or None in wanted or bool(wanted & set(fact.indications))


def _sums(case: Case) -> Iterator[_Sum]:
    for table in case.formulary.tables:
        drugs = tuple(drug for drug in case.drugs if table.holds(drug))
        if len(drugs) > 1:
            courses = [course for drug in drugs for course in case.courses_of(drug)]
            drug_of = {course.course.id: course.drug for course in courses}
            ends = {drug: _in_reference(table, table.row(drug)) for drug in drugs}
            days = tuple(
                (run, *_total(run, drug_of, ends)) for run in case.runs_of(courses) if _is_shared(run, drug_of)
            )
            if days:
                yield _Sum(table, drugs, days)


def _is_shared(run: Run, drug_of: dict[str, str]) -> bool:
    return len({drug_of[item.course] for item in run.intakes}) > 1


def _in_reference(table: EquivalenceTable, row: Equivalent) -> tuple[Fraction, Fraction]:
    """How many mg of the reference drug a mg of a drug is, at least and at most."""
    most, least = row.dose.mg, (row.up_to or row.dose).mg
    return table.reference_dose.mg / least, table.reference_dose.mg / most


def _total(run: Run, drug_of: dict[str, str], ends: dict[str, tuple[Fraction, Fraction]]) -> tuple[Fraction, Fraction]:
    taken: dict[str, Fraction] = {}
    for item in run.intakes:
        drug = drug_of[item.course]
        taken[drug] = taken[drug] + item.intake.dose.mg if drug in taken else item.intake.dose.mg
    most = sum((mg * ends[drug][1] for drug, mg in taken.items()), Fraction(0))
    if all(low == high for low, high in (ends[drug] for drug in taken)):
        return most, most
    return sum((mg * ends[drug][0] for drug, mg in taken.items()), Fraction(0)), most


def _compare(case: Case, drug: str, fact: Ceiling, sums: list[_Sum]) -> Iterator[Answer]:
    holding = [item for item in sums if item.table.holds(drug)]
    above = [item for item in holding if item.largest > fact.limit.mg * _ends(item, drug)[0]]
    if not above:
        yield Clear(rule=NAME, drug=drug, source=fact.source)
    elif case.person_fits(fact) is None:
        yield person_gap(case, NAME, drug, fact)
    else:
        certain = all(item.surely > fact.limit.mg * _ends(item, drug)[1] for item in holding)
        yield _finding(case, drug, fact, holding, above, is_certain=certain)


def _ends(item: _Sum, drug: str) -> tuple[Fraction, Fraction]:
    return _in_reference(item.table, item.table.row(drug))


def _finding(
    case: Case, drug: str, fact: Ceiling, holding: list[_Sum], above: list[_Sum], *, is_certain: bool
) -> Finding:
    widest = max(above, key=lambda item: item.largest / _ends(item, drug)[0])
    limit = fact.limit.mg * _ends(widest, drug)[0]
    above_it = [(run, most) for run, _, most in widest.days if most > limit]
    days, worst = [run for run, _ in above_it], max(above_it, key=lambda item: item[1])[0]
    names = sorted({name for item in holding for name in item.drugs})
    figures = "; ".join(
        f"{_text(item, drug, fact.limit)} by {item.table.title}{_without(item, names)}" for item in holding
    )
    some = "" if is_certain else "; not every table, or not every end of a range, says so"
    return by_source(
        case,
        NAME,
        drug,
        fact.source,
        capped(Severity.HIGH, weak=not is_certain or fact.kind is not CeilingKind.MAXIMUM),
        f"{' and '.join(names)} together come to about {figures}, as {drug}, at their highest, {_when(case, days)}",
        f"{fact.kind.words} of {per_day(fact.limit)}{some}",
        by_amount=True,
        course=worst.intakes[0].course,
        step=worst.intakes[0].step,
        day=days[0].first,
        last_day=days[-1].last,
        value=_text(widest, drug, fact.limit),
        limit=per_day(fact.limit),
    )


def _without(item: _Sum, names: list[str]) -> str:
    """Which of the drugs a table does not hold, and so does not count."""
    missing = [name for name in names if name not in item.drugs]
    return f", which has no {' or '.join(missing)} and leaves it out" if missing else ""


def _when(case: Case, days: list[Run]) -> str:
    """The days, each stretch by itself."""
    parts: list[list[Run]] = []
    for run in days:
        if parts and parts[-1][-1].last == run.first - 1:
            parts[-1].append(run)
        else:
            parts.append([run])
    return ", ".join(case.when_taken(tuple(part)) for part in parts)


def _text(item: _Sum, drug: str, like: Dose) -> str:
    low, high = _ends(item, drug)
    _, least, most = max(item.days, key=lambda day: day[2])
    amounts = (DailyDose(Fraction(round(end * 100), 100)).in_unit(like.unit) for end in (least / high, most / low))
    return " to ".join(dict.fromkeys(str(amount) for amount in amounts))


def _without_table(case: Case) -> Iterator[Answer]:
    """Pairs of drugs of one class, of which doses are added up, that no table holds together."""
    for index, one in enumerate(case.drugs):
        for other in case.drugs[index + 1 :]:
            tabled = any(table.holds(one) and table.holds(other) for table in case.formulary.tables)
            if tabled or case.monograph(one) is None or case.monograph(other) is None:
                continue
            classes = {name: case.formulary.classes_of(name) for name in (one, other)}
            unknown = [name for name, held in classes.items() if not held]
            added_up = case.formulary.classes.added_up.intersection(*filter(None, classes.values()))
            if unknown and added_up:
                words = f"whether {one} and {other} are added up: no class of {' and '.join(unknown)} is on file"
                yield gap(NAME, one, Reason.CLASSES, words)
            elif added_up:
                yield gap(NAME, one, Reason.NO_SOURCE, f"an equivalence table with both {one} and {other}")
