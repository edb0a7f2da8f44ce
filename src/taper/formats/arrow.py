"""A schedule as an Arrow table with explicit types, and through it as a pandas or polars frame."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from taper._base.extras import need
from taper._base.numbers import write_count, write_number
from taper._base.shown import show
from taper._base.takes import takes
from taper.errors import CannotCompute, InvalidInput
from taper.schedules.rows import Record, records_of
from taper.schedules.schedule import Schedule
from taper.words.plain import describe_ending

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped, import-not-found, unused-ignore]
    import polars as pl  # type: ignore[import-not-found, unused-ignore]
    import pyarrow as pa  # type: ignore[import-untyped, import-not-found, unused-ignore]

Amounts = Literal["decimal", "text"]
"""Whether amounts are decimals, or text that reads back exactly, such as "3 1/3"."""

Per = Literal["portion", "intake", "day"]
"""What a row of a frame is."""

PLACES = 6
_DIGITS = 13
_FORMAT = "taper-records/1"
_INSTALL = "frame"


class NotDecimal(CannotCompute):
    """An amount that no decimal column of a frame holds exactly; `amount` is it, `record` where it stands."""

    def __init__(self, record: Record, column: str, amount: Fraction) -> None:
        where = f"{record.date.isoformat()}, {record.slot}"
        unit = "mL" if column == "volume_ml" else "mg"
        text = f"{write_number(amount)} {unit} of {record.drug} is no decimal of up to {PLACES} places"
        super().__init__(f'{text}; write amounts="text" for exact text', where=where)
        self.record = record
        self.column = column
        self.amount = amount


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its name, its Arrow type, and how a record fills it."""

    name: str
    kind: str
    value: Callable[[Record], Any]


_COLUMNS = (
    _Column("date", "date32", lambda record: record.date),
    _Column("day", "int32", lambda record: record.day),
    _Column("course", "string", lambda record: record.course),
    _Column("step", "int32", lambda record: record.step),
    _Column("drug", "string", lambda record: record.drug),
    _Column("slot", "string", lambda record: record.slot),
    _Column("dose", "string", lambda record: record.dose),
    _Column("portion", "int32", lambda record: record.portion),
    _Column("mg", "amount", lambda record: record.mg),
    _Column("product", "string", lambda record: record.product),
    _Column("label", "string", lambda record: record.label),
    _Column("count", "string", lambda record: None if record.count is None else write_count(record.count)),
    _Column("count_numerator", "int64", lambda record: None if record.count is None else record.count.numerator),
    _Column("count_denominator", "int64", lambda record: None if record.count is None else record.count.denominator),
    _Column("volume_ml", "amount", lambda record: record.volume_ml),
    _Column("note", "string", lambda record: record.note),
    _Column("remark", "string", lambda record: record.remark),
)


_KEPT: dict[str, tuple[str, ...]] = {
    "portion": tuple(column.name for column in _COLUMNS),
    "intake": ("date", "day", "course", "step", "drug", "slot", "dose", "mg", "note", "remark"),
    "day": ("date", "day", "drug", "mg"),
}


def _intakes(schedule: Schedule) -> Iterator[Record]:
    """One record a dose: the first of its portions, with the amount of all."""
    for _, group in groupby(records_of(schedule), key=lambda each: (each.date, each.course, each.slot)):
        portions = list(group)
        yield replace(portions[0], mg=sum((each.mg for each in portions), Fraction(0)))


def _days(schedule: Schedule) -> Iterator[Record]:
    """One record a day and drug, with the day's total."""
    for day in schedule.days:
        for drug in schedule.realized.drugs:
            total = day.totals.get(drug)
            mg = total.mg if total else Fraction(0)
            yield Record(day.date, day.number, "", 0, drug, None, None, None, mg, None, None, None, None, None, None)


_ROWS: dict[str, Callable[[Schedule], Iterator[Record]]] = {"portion": records_of, "intake": _intakes, "day": _days}


@takes
def to_arrow(schedule: Schedule, *, amounts: Amounts = "decimal", per: Per = "portion") -> "pa.Table":
    """A schedule as an Arrow table, one row for each portion of each dose or note, in order of date and time.

    The columns are those of `to_records`, with `date` as date32 and `mg` and `volume_ml` as decimal128(13, 6).
    `count` is text as people write it ("1 1/2"), with its exact value beside it in `count_numerator` and
    `count_denominator`. How the plan ends stands in the schema's metadata. The types never depend on the plan.

    Args:
        schedule: The days to write.
        amounts: "decimal", or "text", which makes `mg` and `volume_ml` text such as "3 1/3".
        per: What a row is: "portion"; "intake", a dose at a time of day; or "day", a day's total of a drug, 0 mg on a
            day without any. These two have the columns that they have a meaning for.

    Raises:
        InvalidInput: If `per` is none of the three.
        MissingExtra: If the package pyarrow is not installed.
        NotDecimal: If an amount such as 1/3 mg is no decimal of up to 6 places; it is never rounded.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> to_arrow(schedule).num_rows == len(schedule.to_records())
        True
    """
    arrow = need("pyarrow", install=_INSTALL, purpose="an Arrow table")
    if per not in _KEPT:
        raise InvalidInput(f"per is {show(per)}; write {', '.join(_KEPT)}")
    records = list(_ROWS[per](schedule))
    columns = [column for column in _COLUMNS if column.name in _KEPT[per]]
    arrays = [_array(arrow, column, records, amounts) for column in columns]
    whole = arrow_schema(schedule, amounts=amounts)
    schema = arrow.schema([whole.field(column.name) for column in columns], metadata=whole.metadata)
    return arrow.Table.from_arrays(arrays, schema=schema)


def arrow_schema(schedule: Schedule | None = None, *, amounts: Amounts = "decimal") -> "pa.Schema":
    """The schema of every Arrow table written here, with the metadata of a schedule if one is given.

    Raises:
        MissingExtra: If the package pyarrow is not installed.
    """
    arrow = need("pyarrow", install=_INSTALL, purpose="an Arrow table")
    fields = [arrow.field(column.name, _type(arrow, column, amounts)) for column in _COLUMNS]
    return arrow.schema(fields, metadata=dict(_metadata(schedule)))


@takes
def to_pandas(schedule: Schedule, *, amounts: Amounts = "decimal", per: Per = "portion") -> "pd.DataFrame":
    """A schedule as a pandas frame whose columns keep their Arrow types: exact decimals, dates, no floats.

    Args:
        schedule: The days to write.
        amounts: As for `to_arrow`.
        per: As for `to_arrow`.

    Raises:
        MissingExtra: If pandas or pyarrow is not installed.
        NotDecimal: As `to_arrow` does.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> list(to_pandas(schedule).columns)[:3]
        ['date', 'day', 'course']
    """
    pandas = need("pandas", install="pandas", purpose="a pandas frame")
    return to_arrow(schedule, amounts=amounts, per=per).to_pandas(types_mapper=pandas.ArrowDtype)


@takes
def to_polars(schedule: Schedule, *, amounts: Amounts = "decimal", per: Per = "portion") -> "pl.DataFrame":
    """A schedule as a polars frame with exact decimals and dates.

    Args:
        schedule: The days to write.
        amounts: As for `to_arrow`.
        per: As for `to_arrow`.

    Raises:
        MissingExtra: If polars or pyarrow is not installed.
        NotDecimal: As `to_arrow` does.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> to_polars(schedule).columns[:3]  # doctest: +SKIP
        ['date', 'day', 'course']
    """
    polars = need("polars", install="polars", purpose="a polars frame")
    made: pl.DataFrame = polars.from_arrow(to_arrow(schedule, amounts=amounts, per=per))
    return made


def _type(arrow: Any, column: _Column, amounts: Amounts) -> Any:
    if column.kind != "amount":
        return getattr(arrow, column.kind)()
    return arrow.string() if amounts == "text" else arrow.decimal128(_DIGITS, PLACES)


def _array(arrow: Any, column: _Column, records: list[Record], amounts: Amounts) -> Any:
    values: Iterator[Any] = (column.value(record) for record in records)
    if column.kind == "amount":
        values = _written(column.name, records, amounts)
    return arrow.array(list(values), type=_type(arrow, column, amounts))


def _written(name: str, records: list[Record], amounts: Amounts) -> Iterator[Decimal | str | None]:
    made: dict[Fraction | None, Decimal | str | None] = {None: None}
    for record in records:
        amount: Fraction | None = getattr(record, name)
        if amount not in made and amount is not None:
            made[amount] = write_number(amount) if amounts == "text" else _decimal(record, name, amount)
        yield made[amount]


def _decimal(record: Record, name: str, amount: Fraction) -> Decimal:
    scaled = amount * 10**PLACES
    if scaled.denominator != 1 or scaled >= 10**_DIGITS:
        raise NotDecimal(record, name, amount)
    # Built from its digits, because arithmetic on decimals rounds to the precision the caller's context has.
    return Decimal((0, tuple(int(digit) for digit in str(scaled.numerator)), -PLACES))


def _metadata(schedule: Schedule | None) -> Iterator[tuple[str, str]]:
    yield "format", _FORMAT
    if schedule is not None:
        yield "plan", schedule.realized.plan.fingerprint
        yield "ends", schedule.ends.value
        yield "ending", " ".join(describe_ending(schedule))
