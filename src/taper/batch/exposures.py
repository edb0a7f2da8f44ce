"""Exposures: the rows that are read, each as exact integers, and the rows that cannot be read, with the reason."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from taper._base.limits import EARLIEST, LARGEST_MG, LATEST
from taper.amounts.dose import Dose, InvalidAmount
from taper.batch.account import Account, Aside
from taper.batch.definitions import SpanRules
from taper.batch.engine import LARGEST, Batch, coded, day_number, in_order, is_new, np, pa, pc, reduced
from taper.batch.people import numbered, whole_people
from taper.errors import NotFound
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
_BASE: Final = day_number(EARLIEST)


@dataclass(frozen=True, slots=True)
class Exposures:
    """Readable rows as arrays: of whom, as the place in `people`; what, from which day to which, and the daily dose.

    The dose is a fraction of a mg, `dose / grain`.
    """

    people: Any
    number: Any
    drugs: Any
    first: Any
    last: Any
    dose: Any
    grain: Any

    def take(self, rows: Any) -> "Exposures":
        """Some of the rows, or the rows in another order."""
        parts = (self.number, self.drugs, self.first, self.last, self.dose, self.grain)
        return Exposures(self.people, *(part[rows] for part in parts))


class Reader:
    """Reads rows of exposures by named rules, counts them, and sets aside those that it cannot read."""

    def __init__(self, rules: SpanRules, facts: Formulary, account: Account) -> None:
        self.rules = rules
        self.facts = facts
        self.account = account
        self.names: list[str] = list(facts.drugs)
        self._numbers: dict[str | None, int] = {name: index for index, name in enumerate(self.names)}
        self._strengths: dict[str | None, tuple[int, int]] = {}

    def read(self, batch: Batch) -> Exposures:
        """The readable rows of whole people; the others are counted, and handed to the account."""
        why = np.full(batch.num_rows, -1, np.int8)
        if batch.column("person").null_count:
            _mark(why, pc.is_null(batch.column("person")), Aside.NO_PERSON)
        drugs = self._drugs(batch.column("drug"), why)
        first, last, length = self._days(batch, why)
        strengths = _coded(batch.column("strength"))
        dose, grain = self._doses(batch, strengths, length, why)
        made = _of(batch, why, drugs, first, last, dose, grain)
        if self.rules.duplicates == "set aside":
            again = _again(batch, np.flatnonzero(why < 0), made, strengths[1])
            if len(again):
                why[again] = _REASONS.index(Aside.DUPLICATE)
                made = _of(batch, why, drugs, first, last, dose, grain)
        self._count(batch, why)
        return made

    def _count(self, batch: Batch, why: Any) -> None:
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
        _mark(why, found == -1, Aside.UNKNOWN_DRUG)
        _mark(why, found == -2, Aside.NO_DRUG)
        _mark(why, found == -3, Aside.SEVERAL_DRUGS)
        return found

    def _number(self, name: str | None) -> int:
        if name not in self._numbers:
            self._numbers[name] = -2 if name is None or not name.strip() else self._find(name)
        return self._numbers[name]

    def _find(self, name: str) -> int:
        try:
            return self._numbers[self.facts.name_of(name)]
        except NotFound:
            pass
        try:
            self.facts.written(name)
        except NotFound:
            return -1
        return -3

    def _days(self, batch: Batch, why: Any) -> tuple[Any, Any, Any]:
        start, has_start = _whole(batch.column("start"))
        end, has_end = _whole(batch.column("end"))
        supply, has_supply = _whole(batch.column("days_supply"))
        by_supply = has_supply & ~has_end if self.rules.length == "last day" else has_supply
        # A length beyond all dates would overflow when added; it is too long by any rule.
        supply = np.clip(supply, -1, _SMALL)
        last = np.where(by_supply, start + supply - 1, end)
        length = last - start + 1
        _mark(why, ~has_start, Aside.NO_START)
        _mark(why, ~has_supply & ~has_end, Aside.NO_LENGTH)
        _mark(why, by_supply & (supply <= 0), Aside.NEGATIVE_LENGTH)
        _mark(why, has_end & (end < start), Aside.END_BEFORE_START)
        most = (LATEST - EARLIEST).days
        _mark(why, (start < _BASE) | (start > _BASE + most), Aside.FAR_DATE)
        _mark(why, length > self.rules.longest, Aside.TOO_LONG)
        _mark(why, last > _BASE + most, Aside.FAR_DATE)
        return start, last, np.where(why < 0, length, 1)

    def _doses(self, batch: Batch, strengths: "_Coded", length: Any, why: Any) -> tuple[Any, Any]:
        count, parts = _quantity(batch.column("quantity"), why)
        mass, unit = self._strength(strengths, why)
        parts = np.full(len(count), parts)
        unit = unit * length
        if max(_product(count, mass), _product(unit, parts)) >= LARGEST:
            count, parts = reduced(count, parts)
            count, unit = reduced(count, unit)
            mass, parts = reduced(mass, parts)
            fits = (count < _SMALL) & (mass < _SMALL) & (unit < _SMALL) & (parts < _SMALL)
            _mark(why, ~fits, Aside.TOO_LARGE)
            count, mass, unit, parts = (np.where(fits, part, 1) for part in (count, mass, unit, parts))
        dose, grain = count * mass, unit * parts
        _mark(why, dose // LARGEST_MG >= grain, Aside.TOO_LARGE)
        return dose, grain

    def _strength(self, strengths: "_Coded", why: Any) -> tuple[Any, Any]:
        listed, codes = strengths
        for text in listed:
            if text not in self._strengths:
                self._strengths[text] = _mass(text)
        read = np.array([self._strengths[text] for text in listed], np.int64).reshape(-1, 2)
        mass, unit = read[codes, 0], read[codes, 1]
        if (read[:-1, 1] < 1).any() or len(listed) - 1 in codes:
            _mark(why, unit == -1, Aside.NO_STRENGTH)
            _mark(why, unit == 0, Aside.UNREAD_STRENGTH)
            _mark(why, unit == -2, Aside.TOO_LARGE)
        return mass, np.maximum(unit, 1)


_Coded = tuple[list[str | None], Any]
"""The distinct values of a column, the absent one last, and for each row which it is."""


def _product(one: Any, other: Any) -> int:
    return int(one.max(initial=1)) * int(other.max(initial=1))


def _of(batch: Batch, why: Any, *parts: Any) -> Exposures:
    """The rows that nothing is against, in order of person, drug and first day."""
    people = batch.column("person")
    rows = np.flatnonzero(why < 0)
    if len(rows) < len(why):
        people, parts = people.take(pa.array(rows)), tuple(part[rows] for part in parts)
    number = numbered(people)
    drugs, first, last, dose, grain = parts
    whom = people.take(pa.array(np.flatnonzero(is_new(number))))
    return Exposures(whom, number, drugs, first, last, *reduced(dose, grain))


def _again(batch: Batch, rows: Any, made: Exposures, strengths: Any) -> Any:
    """The rows that are equal to a row before them of the same person in every column."""
    order = in_order(made.number, made.drugs, made.first)
    at = np.arange(len(rows)) if order is None else order
    same = ~is_new(made.number[at], made.drugs[at], made.first[at]) if len(at) else np.zeros(0, bool)
    near = at[same | np.append(same[1:], False)] if len(at) else at
    if not len(near):
        return rows[:0]
    supply, has_supply = _whole(batch.column("days_supply"))
    supply = np.where(has_supply, supply, -1)
    end, has_end = _whole(batch.column("end"))
    end = np.where(has_end, end, np.iinfo(np.int64).min)
    doses = (made.dose, made.grain, strengths[rows])
    parts = (made.number, made.drugs, made.first, made.last, *doses, supply[rows], end[rows])
    keys = tuple(part[near] for part in parts)
    order = np.lexsort((near, *keys[::-1]))
    return rows[near[order[~is_new(*(key[order] for key in keys))]]]


def _mark(why: Any, where: Any, reason: Aside) -> None:
    """Note a reason for the rows that have none yet."""
    flags = np.asarray(where)
    if flags.any():
        why[flags & (why < 0)] = _REASONS.index(reason)


def _coded(column: Any) -> _Coded:
    """The distinct values of a column, and for each row which it is; an absent one is None."""
    held = coded(column)
    listed: list[str | None] = [*held.dictionary.to_pylist(), None]
    codes = held.indices.fill_null(len(listed) - 1) if held.indices.null_count else held.indices
    return listed, codes.to_numpy(zero_copy_only=False)


def _whole(column: Any) -> tuple[Any, Any]:
    """A column of integers or dates as integers, absent ones as 0, and which are there."""
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    there = np.asarray(pc.is_valid(column)) if column.null_count else np.ones(len(column), bool)
    values = (column.fill_null(0) if column.null_count else column).to_numpy(zero_copy_only=False)
    if values.dtype == np.uint64:
        values = np.minimum(values, _SMALL * _SMALL)
    return values.astype(np.int64), there


def _quantity(column: Any, why: Any) -> tuple[Any, int]:
    """A column of numbers as counts of one unit, and how many of the unit are 1; a float counts where it is whole."""
    parts = 1
    _mark(why, pc.is_null(column, nan_is_null=True), Aside.NO_QUANTITY)
    if pa.types.is_integer(column.type):
        count, _ = _whole(column)
    elif pa.types.is_decimal(column.type):
        count, parts = _decimal(column)
    else:
        column = column.cast(pa.float64())  # what is shorter does not hold the limit
        is_small = pc.less(pc.abs(column), _SMALL)
        _mark(why, pc.and_(is_small, pc.not_equal(pc.trunc(column), column)).fill_null(False), Aside.PART_QUANTITY)
        large = pc.if_else(pc.greater(column, 0), _SMALL * _SMALL, -1)
        count, _ = _whole(pc.if_else(is_small, pc.if_else(is_small, pc.trunc(column), 0).cast(pa.int64()), large))
    _mark(why, count <= 0, Aside.NEGATIVE_QUANTITY)
    return np.clip(count, 1, None), parts


def _decimal(column: Any) -> tuple[Any, int]:
    """Decimals as integers: the 64 low bits where the others only carry the sign, else what is too large."""
    scale = max(column.type.scale, 0)  # one below 0 counts in tens, hundreds and so on
    held = pa.array(column.fill_null(0).cast(pa.decimal256(76, scale)))
    words = np.frombuffer(held.buffers()[1], np.int64).reshape(-1, 4)[held.offset : held.offset + len(held)]
    fits = (words[:, 1:] == 0).all(axis=1) & (words[:, 0] >= 0)
    count = np.where(fits, words[:, 0], np.where(words[:, 3] < 0, -1, _SMALL * _SMALL))
    return count, 10**scale


_AS_REGISTERED = re.compile(r"([0-9]*\.?[0-9]+)\s*([A-Za-z\u00b5\u03bc]+)")
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


def set_aside(exposures: Iterable[Batch], *, rules: SpanRules, facts: Formulary | None = None) -> Iterator[Batch]:
    """The rows that `to_spans` cannot read by the same rules: their columns as they are, and the reason.

    Args:
        exposures: As for `to_spans`.
        rules: As for `to_spans`.
        facts: As for `to_spans`.

    Raises:
        WrongColumns: If the columns are others.
        OutOfOrder: If the column `person` does not ascend.
    """
    found: list[Batch] = []
    reader = Reader(rules, facts if facts is not None else Formulary.shipped(), Account(found.append))
    for batch in whole_people(exposures, EXPOSURES, "exposures"):
        reader.read(batch)
        yield from found
        found.clear()
