"""A schedule as an Excel workbook: the doses, the days, how it ends, and on request supply and review."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any

from taper._base.extras import need
from taper._base.numbers import write_count, write_number
from taper._base.progress import Progress, counted
from taper._base.stamps import in_utc
from taper._base.takes import takes
from taper.checks.review import Review
from taper.schedules.rows import Record, records_of
from taper.schedules.schedule import Schedule, check_written
from taper.supply.count import Supply
from taper.words.notice import NOTICE
from taper.words.plain import describe_changes, describe_ending, describe_note, describe_notes
from taper.words.review_text import sentence

_EXACT_DIGITS = 15
_NO_GUESSING = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Cell = str | int | date | Fraction | None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet: its name, its headings with the width of each column, and its rows."""

    name: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[Cell, ...], ...]


_DOSES: tuple[tuple[str, int, Callable[[Record], Cell]], ...] = (
    ("date", 12, lambda record: record.date),
    ("day", 6, lambda record: record.day),
    ("course", 16, lambda record: record.course),
    ("step", 6, lambda record: record.step),
    ("drug", 16, lambda record: record.drug),
    ("slot", 10, lambda record: record.slot),
    ("dose", 12, lambda record: record.dose),
    ("portion", 8, lambda record: record.portion),
    ("mg", 10, lambda record: record.mg),
    ("product", 28, lambda record: record.product),
    ("label", 28, lambda record: record.label),
    ("count", 8, lambda record: None if record.count is None else write_count(record.count)),
    ("volume mL", 10, lambda record: record.volume_ml),
    ("note", 18, lambda record: record.note),
    ("remark", 24, lambda record: record.remark),
)


@takes
def to_xlsx(
    schedule: Schedule,
    review: Review | None = None,
    supply: Supply | None = None,
    *,
    stamp: datetime | None = None,
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> bytes:
    """A schedule as an Excel workbook, the same bytes for the same plan.

    The sheet "Doses" has one row for each portion of each dose, "Days" one row for each date and drug with its
    total, days without doses among them, "Plan" the title and how it ends. Text is written as text, whatever it
    begins with, so that nothing becomes a formula or a link. A cell of a number holds 15 digits at most: where an
    amount in a column has more, as 1/3 mg has, the whole column is text, since a sum skips single texts in silence.

    Args:
        schedule: The days to write.
        review: What a check found, on a sheet of its own.
        supply: What to supply, on a sheet of its own.
        stamp: When the workbook was made; the first instant of the start date in UTC if not given.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        MissingExtra: If the package xlsxwriter is not installed.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> to_xlsx(schedule)[:2]
        b'PK'
    """
    xlsxwriter = need("xlsxwriter", install="sheet", purpose="a workbook")
    check_written(schedule)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **_NO_GUESSING})
    made = stamp if stamp is not None else datetime.combine(schedule.start, time(), UTC)
    book.set_properties({"created": in_utc(made).replace(tzinfo=None) if made.tzinfo else made})
    writer = _Writer(book)
    for sheet in _sheets(schedule, review, supply):
        writer.write(sheet)
    book.close()
    return out.getvalue()


class _Writer:
    """Writes sheets to a workbook, each cell by the type of its value."""

    def __init__(self, book: Any) -> None:
        self._book = book
        # The quote prefix keeps a text that begins with = a text when a person edits its cell.
        self._text = book.add_format({"quote_prefix": True, "valign": "top"})
        self._date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"})
        self._number = book.add_format({"valign": "top"})
        self._head = book.add_format({"bold": True, "bottom": 1})

    def write(self, sheet: _Sheet) -> None:
        page = self._book.add_worksheet(sheet.name)
        for index, (title, width) in enumerate(sheet.columns):
            page.set_column(index, index, width)
            page.write_string(0, index, title, self._head)
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        as_text = _columns_as_text(sheet.rows)
        for number, row in enumerate(counted(sheet.rows, "rows written"), start=1):
            for index, cell in enumerate(row):
                self._cell(page, number, index, _as_text(cell) if index in as_text else cell)

    def _cell(self, page: Any, row: int, column: int, cell: Cell) -> None:
        match cell:
            case None:
                return
            case date():
                page.write_datetime(row, column, datetime.combine(cell, time()), self._date)
            case str():
                page.write_string(row, column, cell, self._text)
            case _:
                # A float stands here because the format has nothing else; 15 digits read back as they were.
                page.write_number(row, column, float(cell), self._number)


def _as_text(cell: Cell) -> Cell:
    return write_number(cell) if isinstance(cell, Fraction) else cell


def _columns_as_text(rows: Iterable[tuple[Cell, ...]]) -> frozenset[int]:
    held = {(index, cell) for row in rows for index, cell in enumerate(row) if isinstance(cell, Fraction)}
    return frozenset(index for index, cell in held if not _is_exact_number(cell))


def _is_exact_number(amount: Fraction) -> bool:
    text = write_number(amount)
    return "/" not in text and len(text.replace(".", "").lstrip("0")) <= _EXACT_DIGITS


def _sheets(schedule: Schedule, review: Review | None, supply: Supply | None) -> Iterator[_Sheet]:
    rows = tuple(tuple(value(record) for _, _, value in _DOSES) for record in records_of(schedule))
    yield _Sheet("Doses", tuple((name, width) for name, width, _ in _DOSES), rows)
    yield _days(schedule)
    yield _plan(schedule)
    if supply is not None:
        yield _supply(supply)
    if review is not None:
        yield _review(review)


def _days(schedule: Schedule) -> _Sheet:
    columns = (("date", 12), ("day", 6), ("drug", 16), ("total", 14), ("total mg", 10), ("note", 24))
    rows: list[tuple[Cell, ...]] = []
    for day in schedule.days:
        totals = day.totals
        notes = "; ".join(describe_note(note, schedule) for note in day.notes) or None
        for drug in schedule.realized.drugs:
            total = totals.get(drug)
            text, amount = ("nothing", Fraction(0)) if total is None else (str(total), total.mg)
            rows.append((day.date, day.number, drug, text, amount, notes))
    return _Sheet("Days", columns, tuple(rows))


def _plan(schedule: Schedule) -> _Sheet:
    plan = schedule.realized.plan
    rows: list[tuple[Cell, ...]] = [("title", plan.title)] if plan.title else []
    rows += [("start", schedule.start), ("last date shown", schedule.last), ("fingerprint", plan.fingerprint)]
    rows += [("note", line) for line in describe_notes(schedule)]
    rows += [("end", line) for line in describe_ending(schedule)]
    rows += [("change", line) for line in describe_changes(schedule)]
    return _Sheet("Plan", (("what", 18), ("says", 100)), (*rows, ("notice", NOTICE)))


def _supply(supply: Supply) -> _Sheet:
    columns = (("product", 28), ("label", 28), ("used", 12), ("supply", 12), ("left over", 12), ("packs", 8),
               ("thrown away", 12))  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            line.product.id,
            line.product.label,
            line.used_text,
            str(line.supplied),
            line.leftover_text,
            line.packs,
            line.expired_text,
        )
        for line in supply.lines
    ]
    return _Sheet("Supply", columns, tuple(rows))


def _review(review: Review) -> _Sheet:
    columns = (("result", 14), ("severity", 10), ("rule", 20), ("drug", 16), ("says", 100), ("source", 60))
    rows: list[tuple[Cell, ...]] = [
        ("found", str(item.severity.value), item.rule, item.drug, item.message, _cited(item.source))
        for item in review.findings
    ]
    rows += [
        ("not assessed", None, ", ".join(gap.rules), ", ".join(gap.drugs) or None, sentence(gap), None)
        for gap in review.not_assessed
    ]
    rows += [("clear", None, item.rule, item.drug, None, _cited(item.source)) for item in review.clear]
    rows += [("within", None, item.rule, item.drug, None, _cited(item.source)) for item in review.within]
    rows += [("left out", None, item.rule, item.drug, None, _cited(item.source)) for item in review.left_out]
    return _Sheet("Review", columns, tuple(rows))


def _cited(source: Any) -> str | None:
    return None if source is None else str(source.citation)
