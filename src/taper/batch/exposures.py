"""Exposures: the rows that are read, each as exact integers, and the rows that cannot be read, with the reason."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from taper._base.limits import LARGEST_MG, LONGEST_NAME, LONGEST_TEXT
from taper.amounts.dose import Dose, InvalidAmount
from taper.batch.account import Account, Aside
from taper.batch.definitions import SpanRules
from taper.batch.engine import LARGEST, Batch, are_far, coded, in_order, is_new, np, pa, pc, reduced
from taper.batch.people import numbered
from taper.knowledge.formulary import Formulary

EXPOSURES: Final = (
    ("person", "key"),
    ("drug", "text"),
    ("start", "date"),
    ("end", "date"),
    ("quantity", "number"),
    ("strength", "text"),
    ("days_supply", "whole"),
)
"""The columns of exposures, as those of OMOP's drug_exposure, and the kind of each."""

_REASONS: Final = tuple(Aside)
_SMALL: Final = 2**31
_LARGEST_SCALE: Final = 18
_MOST_KNOWN: Final = 100_000


@dataclass(frozen=True, slots=True)
class Exposures:
    """Readable rows as arrays: of whom, as the place in `people`; what, from which day to which, and the daily dose.

    The dose is a fraction of a mg, `dose / grain`. `row` is the place in the batch; of a sum of several, that of one.
    """

    people: Any
    number: Any
    drugs: Any
    first: Any
    last: Any
    dose: Any
    grain: Any
    row: Any

    @property
    def parts(self) -> tuple[Any, ...]:
        """All but the people."""
        return self.number, self.drugs, self.first, self.last, self.dose, self.grain, self.row

    def take(self, rows: Any) -> "Exposures":
        """Some of the rows, or the rows in another order."""
        return Exposures(self.people, *(part[rows] for part in self.parts))


class Reader:
    """Reads rows of exposures by named rules, counts them, and sets aside those that it cannot read."""

    def __init__(self, rules: SpanRules, facts: Formulary, account: Account) -> None:
        self.rules = rules
        self.facts = facts
        self.account = account
        self.names: list[str] = list(facts.drugs)
        self._places = {name: index for index, name in enumerate(self.names)}
        self._numbers: dict[str | None, int] = {}
        self._strengths: dict[str | None, tuple[int, int]] = {}

    def read(self, batch: Batch) -> tuple[Exposures, Any]:
        """The readable rows of whole people, and of each row of the batch why it is set aside, or -1.

        What is to be set aside besides is marked there; then `count` is called.
        """
        for known in (self._numbers, self._strengths):
            if len(known) > _MOST_KNOWN:
                known.clear()
        why = np.full(batch.num_rows, -1, np.int8)
        if batch.column("person").null_count:
            mark(why, pc.is_null(batch.column("person")), Aside.NO_PERSON)
        drugs = self._drugs(batch.column("drug"), why)
        first, last, length = self._days(batch, why)
        strengths = _coded(batch.column("strength"))
        dose, grain = self._doses(batch, strengths, length, why)
        made = _of(batch, why, drugs, first, last, dose, grain)
        if self.rules.duplicates == "set aside":
            again = _again(batch, np.flatnonzero(why < 0), made, strengths[1])
            if len(again):
                mark(why, again, Aside.DUPLICATE)
                made = _of(batch, why, drugs, first, last, dose, grain)
        return made, why

    def count(self, batch: Batch, why: Any) -> None:
        """Count the rows of a batch, and hand those that are set aside to the account."""
        rows = np.flatnonzero(why >= 0)
        self.account.read += len(why)
        self.account.used += len(why) - len(rows)
        for index, count in enumerate(np.bincount(why[rows], minlength=0)):
            if count:
                self.account.reasons[_REASONS[index]] += int(count)
        if len(rows) and self.account.keep is not None:
            self.account.keep(_with_reasons(batch, rows, why[rows]))

    # Each column.

    def _drugs(self, column: Any, why: Any) -> Any:
        listed, codes = _coded(column)
        known = np.array([self._number(name) for name in listed], np.int64)
        found = known[codes]
        mark(why, found == -1, Aside.UNKNOWN_DRUG)
        mark(why, found == -2, Aside.NO_DRUG)
        mark(why, found == -3, Aside.SEVERAL_DRUGS)
        return found

    def _number(self, name: str | None) -> int:
        if name not in self._numbers:
            self._numbers[name] = -2 if name is None or not name.strip() else self._find(name)
        return self._numbers[name]

    def _find(self, name: str) -> int:
        found = self.facts.entries_of(name) if len(name) <= LONGEST_TEXT else ()
        return self._places[found[0]] if len(found) == 1 else -3 if found else -1

    def _days(self, batch: Batch, why: Any) -> tuple[Any, Any, Any]:
        start, has_start = _whole(batch.column("start"))
        end, has_end = _whole(batch.column("end"))
        supply, has_supply = _whole(batch.column("days_supply"))
        by_supply = has_supply & ~has_end if self.rules.length == "last day" else has_supply
        # A length beyond all dates would overflow when added; it is too long by any rule.
        supply = np.clip(supply, -1, _SMALL)
        last = np.where(by_supply, start + supply - 1, end)
        length = last - start + 1
        mark(why, ~has_start, Aside.NO_START)
        mark(why, ~has_supply & ~has_end, Aside.NO_LENGTH)
        mark(why, by_supply & (supply <= 0), Aside.NEGATIVE_LENGTH)
        mark(why, has_end & (end < start), Aside.END_BEFORE_START)
        mark(why, are_far(start), Aside.FAR_DATE)
        mark(why, length > self.rules.longest, Aside.TOO_LONG)
        mark(why, are_far(last), Aside.FAR_DATE)
        return start, last, np.where(why < 0, length, 1)

    def _doses(self, batch: Batch, strengths: "_Coded", length: Any, why: Any) -> tuple[Any, Any]:
        count, parts = _quantity(batch.column("quantity"), why)
        mass, unit = self._strength(strengths, why)
        unit = unit * length
        large = np.flatnonzero((count > (LARGEST - 1) // mass) | (unit > (LARGEST - 1) // parts))
        dose, grain = count * mass, unit * parts
        if len(large):
            count, mass, unit, parts = (part[large].astype(object) for part in (count, mass, unit, parts))
            whole, fine = reduced(count * mass, unit * parts)
            fits = (whole < LARGEST) & (fine < LARGEST)
            dose[large], grain[large] = np.where(fits, whole, 1), np.where(fits, fine, 1)
            mark(why, large[~fits], Aside.TOO_LARGE)
        mark(why, dose // LARGEST_MG >= grain, Aside.TOO_LARGE)
        return dose, grain

    def _strength(self, strengths: "_Coded", why: Any) -> tuple[Any, Any]:
        listed, codes = strengths
        for text in listed:
            if text not in self._strengths:
                self._strengths[text] = _mass(text)
        read = np.array([self._strengths[text] for text in listed], np.int64).reshape(-1, 2)
        mass, unit = read[codes, 0], read[codes, 1]
        if (read[:-1, 1] < 1).any() or len(listed) - 1 in codes:
            mark(why, unit == -1, Aside.NO_STRENGTH)
            mark(why, unit == 0, Aside.UNREAD_STRENGTH)
            mark(why, unit == -2, Aside.TOO_LARGE)
        return mass, np.maximum(unit, 1)


_Coded = tuple[list[Any], Any]
"""The distinct values of a column, the absent one last, and for each row which it is."""


def _of(batch: Batch, why: Any, *parts: Any) -> Exposures:
    """The rows that nothing is against, in order of person, drug and first day."""
    people = batch.column("person")
    rows = np.flatnonzero(why < 0)
    if len(rows) < len(why):
        people, parts = people.take(pa.array(rows)), tuple(part[rows] for part in parts)
    number = numbered(people)
    drugs, first, last, dose, grain = parts
    whom = people.take(pa.array(np.flatnonzero(is_new(number))))
    return Exposures(whom, number, drugs, first, last, *reduced(dose, grain), rows)


def _again(batch: Batch, rows: Any, made: Exposures, strengths: Any) -> Any:
    """The rows that are equal to a row before them of the same person in every column."""
    order = in_order(made.number, made.drugs, made.first)
    at = np.arange(len(rows)) if order is None else order
    same = ~is_new(made.number[at], made.drugs[at], made.first[at]) if len(at) else np.zeros(0, bool)
    near = at[same | np.append(same[1:], False)] if len(at) else at
    if not len(near):
        return rows[:0]
    supply, has_supply = _whole(batch.column("days_supply"))
    end, has_end = _whole(batch.column("end"))
    names = _coded(batch.column("drug"))[1]
    written = (part[rows] for part in (names, strengths, supply, has_supply, end, has_end))
    parts = (made.number, made.drugs, made.first, made.last, made.dose, made.grain, *written)
    keys = tuple(part[near] for part in parts)
    order = np.lexsort((near, *keys[::-1]))
    return rows[near[order[~is_new(*(key[order] for key in keys))]]]


def mark(why: Any, rows: Any, reason: Aside) -> None:
    """Note a reason for some rows, flagged or by their numbers, that have none yet."""
    some = np.asarray(rows)
    if some.dtype == bool:
        some = np.flatnonzero(some)
    why[some[why[some] < 0]] = _REASONS.index(reason)


def _coded(column: Any) -> _Coded:
    """The distinct values of a column, and for each row which it is; an absent one is None."""
    held = coded(column)
    listed = [*held.dictionary.to_pylist(), None]
    codes = held.indices.fill_null(len(listed) - 1) if held.indices.null_count else held.indices
    return listed, codes.to_numpy(zero_copy_only=False)


def _whole(column: Any) -> tuple[Any, Any]:
    """A column of integers or dates as integers, absent ones as 0, and which are there."""
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    there = np.asarray(pc.is_valid(column)) if column.null_count else np.ones(len(column), bool)
    values = (column.fill_null(0) if column.null_count else column).to_numpy(zero_copy_only=False)
    if values.dtype == np.uint64:
        values = np.minimum(values, LARGEST)
    return values.astype(np.int64), there


def _quantity(column: Any, why: Any) -> tuple[Any, Any]:
    """A column of numbers as counts of a unit, and how many of the unit are 1; a float counts where it is whole."""
    parts = np.ones(len(column), np.int64)
    mark(why, pc.is_null(column, nan_is_null=True), Aside.NO_QUANTITY)
    if pa.types.is_integer(column.type):
        count, _ = _whole(column)
    elif pa.types.is_decimal(column.type):
        count, parts = _decimal(column)
    else:
        column = column.cast(pa.float64())  # what is shorter does not hold the limit
        is_small = pc.less(pc.abs(column), _SMALL)
        mark(why, pc.and_(is_small, pc.not_equal(pc.trunc(column), column)).fill_null(False), Aside.PART_QUANTITY)
        large = pc.if_else(pc.greater(column, 0), LARGEST, -1)
        count, _ = _whole(pc.if_else(is_small, pc.if_else(is_small, pc.trunc(column), 0).cast(pa.int64()), large))
    mark(why, count <= 0, Aside.NEGATIVE_QUANTITY)
    return np.clip(count, 1, None), parts


def _decimal(column: Any) -> tuple[Any, Any]:
    """Decimals as integers: the 64 low bits where the others only carry the sign, else each as a fraction."""
    scale = column.type.scale
    count, parts = np.zeros(len(column), np.int64), np.ones(len(column), np.int64)
    there = np.asarray(pc.is_valid(column))
    slow = there
    if 0 <= scale <= _LARGEST_SCALE:
        held = pa.array(column.fill_null(0).cast(pa.decimal256(76, scale)))
        words = np.frombuffer(held.buffers()[1], np.int64).reshape(-1, 4)[held.offset : held.offset + len(held)]
        fits = (words[:, 1:] == 0).all(axis=1) & (words[:, 0] >= 0)
        count = np.where(fits, words[:, 0], np.where(words[:, 3] < 0, -1, 0))
        parts = np.where(fits, 10**scale, 1)
        slow = there & ~fits & (words[:, 3] >= 0)
    rows = np.flatnonzero(slow)
    if len(rows):
        listed, codes = _coded(column.take(pa.array(rows)))
        ratios = np.array([_small_ratio(value) for value in listed], np.int64)[codes]
        count[rows], parts[rows] = ratios[:, 0], ratios[:, 1]
    return count, parts


def _small_ratio(value: Decimal | None) -> tuple[int, int]:
    """A decimal as a fraction; where that is too large or too fine, as what is too large."""
    top, bottom = (0, 1) if value is None else value.as_integer_ratio()
    if top <= 0:
        return -1, 1
    return (top, bottom) if max(top, bottom) < LARGEST else (LARGEST, 1)


_AS_REGISTERED = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*([A-Za-z\u00b5\u03bc]+)")
_MICROGRAMS = {"ug", "\u00b5g", "\u03bcg"}


def _as_written(text: str) -> str:
    """A strength in the spelling of a dose: registers write units in capitals, and "ug" for mcg."""
    found = _AS_REGISTERED.fullmatch(text)
    if found is None:
        return text
    number, unit = found[1], found[2].lower()
    return f"{'0' if number.startswith('.') else ''}{number} {'mcg' if unit in _MICROGRAMS else unit}"


def _mass(text: str | None) -> tuple[int, int]:
    """A strength in mg as a fraction; below it is 0 what cannot be read, -1 what is absent, -2 what is too large."""
    if text is None or not text.strip():
        return 1, -1
    if len(text.strip()) > LONGEST_NAME:
        return 1, 0
    try:
        top, bottom = Dose.parse(_as_written(text.strip())).mg.as_integer_ratio()
    except InvalidAmount:
        return 1, 0
    if top == 0:
        return 1, 0
    return (top, bottom) if max(top, bottom) < _SMALL else (1, -2)


def _with_reasons(batch: Batch, rows: Any, why: Any) -> Batch:
    kept = batch.take(pa.array(rows))
    reasons = pa.array([str(reason) for reason in _REASONS]).take(pa.array(why))
    return pa.RecordBatch.from_arrays([*kept.columns, reasons], names=[*kept.schema.names, "reason"])
