"""A schedule as a table for people: plain text, Markdown, and CSV for machines."""

import csv
import io
from collections.abc import Iterator
from fractions import Fraction

from taper._base.numbers import write_number
from taper._base.takes import takes
from taper.amounts.duration import long_date
from taper.amounts.liquid import Volume
from taper.checks.review import Finding, Review
from taper.products.product import Product
from taper.schedules.rows import records_of
from taper.schedules.schedule import Day, End, Schedule, ScheduledIntake
from taper.supply.count import Supply
from taper.words.notice import NOTICE
from taper.words.plain import describe_changes, describe_ending, describe_note, describe_portion, describe_tally
from taper.words.review_text import counts, sentence

_COLUMNS = ("date", "day", "course", "step", "drug", "slot", "dose", "portion", "mg", "product", "count",
            "count_numerator", "count_denominator", "volume", "note")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BREAKS = ("\t", "\r", "\n", "\0")


@takes
def to_table(
    schedule: Schedule, review: Review | None = None, supply: Supply | None = None, *, every_day: bool = False
) -> str:
    """A schedule as plain text: one row for each stretch of equal days, then its end, review and supply.

    Args:
        schedule: The days to show.
        review: What a check found; findings and what was not assessed are printed in full.
        supply: What to supply, printed below.
        every_day: One row a day instead of one a stretch.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> to_table(schedule).splitlines()[0]
        'Diazepam 20 mg/day to 0 (example plan)'
    """
    rows = [("days", "dates", "slot", "dose", "take", "total"), *_rows(schedule, every_day=every_day)]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    title = _one_line(schedule.realized.plan.title)
    head = [title, ""] if title else []
    parts = [
        *head,
        *lines,
        "",
        *describe_ending(schedule),
        *_change_lines(schedule),
        *_supply_lines(supply),
        *_review_lines(review),
        "",
        NOTICE,
    ]
    return "\n".join(parts) + "\n"


@takes
def to_markdown(schedule: Schedule, review: Review | None = None, supply: Supply | None = None) -> str:
    """A schedule as a Markdown table with its end, supply and review; the same rows as the plain table.

    Args:
        schedule: The days to write.
        review: Its review, written below.
        supply: Its supply, written below.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> "| days |" in to_markdown(schedule)
        True
    """
    title = _one_line(schedule.realized.plan.title)
    lines = [f"# {_escape(title)}", ""] if title else []
    lines += ["| days | dates | slot | dose | take | total |", "| --- | --- | --- | --- | --- | --- |"]
    lines += ["| " + " | ".join(_escape(cell) for cell in row) + " |" for row in _rows(schedule, every_day=False)]
    ending = [f"  {line}" for line in describe_ending(schedule)]
    tail = [*ending, *_change_lines(schedule), *_supply_lines(supply), *_review_lines(review), "", NOTICE]
    return "\n".join([*lines, "", *map(_item, tail)]) + "\n"


@takes
def to_csv(schedule: Schedule) -> str:
    """A schedule as CSV, one line a portion, with its mg; `dose` is the text of the whole dose, as in `to_records`.

    A count and mg are decimals where they are exact, else written as "0 1/3", which no spreadsheet takes for a date;
    `count_numerator` and `count_denominator` hold the count exactly. A date on which doses are not taken, or that
    waits for a decision, has a line with only its course and note. A cell that a spreadsheet could read as a formula
    is preceded by an apostrophe, and so is one that begins with an apostrophe, so that dropping the first apostrophe
    of a cell always gives its text back.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in records_of(schedule):
        count = row.count
        counts = ("", "", "") if count is None else (_number(count), str(count.numerator), str(count.denominator))
        volume = "" if row.volume_ml is None else str(Volume(row.volume_ml))
        cells = (row.date.isoformat(), str(row.day), row.course, str(row.step), row.drug, row.slot or "",
                 row.dose or "", str(row.portion or ""), _number(row.mg), row.product or "", *counts, volume,
                 row.note or "")  # fmt: skip
        writer.writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _number(value: Fraction) -> str:
    text = write_number(value)
    return f"0 {text}" if "/" in text and value < 1 else text


def _safe(cell: str) -> str:
    # Some programs look past leading spaces, and read the wide forms of these characters as the narrow ones.
    is_risky = cell.startswith("'") or cell.lstrip().startswith(_FORMULA) or cell[:1] in _BREAKS
    return f"'{cell}" if cell and is_risky else cell


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _escape(text: str) -> str:
    for mark in ("\\", "|", "<", "*", "_", "`", "[", "]", "!", "&", "#"):
        text = text.replace(mark, f"\\{mark}")
    return text


def _item(line: str) -> str:
    """A line as Markdown: an indented one is an item of a list, since plain lines would run into one paragraph."""
    text = line.lstrip()
    depth = len(line) - len(text)
    return f"{' ' * (depth - 2)}- {_escape(text)}" if depth else _escape(text)


def _rows(schedule: Schedule, *, every_day: bool) -> Iterator[tuple[str, ...]]:
    products = {product.id: product for product in schedule.products}
    for group in _stretches(schedule.days, every_day=every_day):
        yield from _rows_of(schedule, group, products)


def _stretches(days: tuple[Day, ...], *, every_day: bool) -> Iterator[list[Day]]:
    group: list[Day] = []
    for day in days:
        if group and (every_day or (day.intakes, day.notes) != (group[-1].intakes, group[-1].notes)):
            yield group
            group = []
        group.append(day)
    yield group


def _rows_of(schedule: Schedule, group: list[Day], products: dict[str, Product]) -> Iterator[tuple[str, ...]]:
    first, last = group[0], group[-1]
    goes_on = last.number == len(schedule.days) and schedule.ends in {End.CONTINUES, End.WINDOW}
    numbers = f"{first.number}" if first is last else f"{first.number}-{last.number}"
    days = f"{numbers} ..." if goes_on else numbers
    dates = long_date(first.date) if first is last else f"{long_date(first.date)} - {long_date(last.date)}"
    several = len(schedule.realized.drugs) > 1
    totals = ", ".join(f"{drug} {total}" if several else str(total) for drug, total in first.totals.items())
    notes = [describe_note(note, schedule) for note in first.notes]
    if not first.intakes:
        yield days, dates, "", "nothing", ", ".join(notes), ""
        return
    for index, intake in enumerate(first.intakes):
        take = " + ".join(describe_portion(portion, products[portion.product]) for portion in intake.portions)
        start = (days, dates) if index == 0 else ("", "")
        yield *start, intake.slot.name, _dose(intake, schedule), take, totals if index == 0 else ""
    for note in notes:
        yield "", "", "", "", note, ""


def _dose(intake: ScheduledIntake, schedule: Schedule) -> str:
    return f"{intake.drug} {intake.dose}" if len(schedule.realized.drugs) > 1 else str(intake.dose)


def _change_lines(schedule: Schedule) -> list[str]:
    lines = describe_changes(schedule)
    return ["", "What happened:", *(f"  {line}" for line in lines)] if lines else []


def _supply_lines(supply: Supply | None) -> list[str]:
    if supply is None:
        return []
    kept = (
        "the rest of a divided unit is kept" if supply.remnants == "keep" else "the rest of a divided unit is discarded"
    )
    lines = ["", f"Supply for {supply.days_supply} days, {supply.start} to {supply.last} ({kept}):"]
    return [*lines, *(f"  {line}" for line in describe_tally(supply))]


def _review_lines(review: Review | None) -> list[str]:
    if review is None:
        return []
    lines = ["", f"Review: {counts(review)}"]
    lines += [
        f"  {item.severity.value.upper()} {item.rule}: {item.message}{_when(item)}{_in_past(review, item)}"
        for item in review.findings
    ]
    lines += [f"  NOT ASSESSED {gap.rule}{_of(gap.drug)}: {sentence(gap)}" for gap in review.not_assessed]
    lines += [
        f"  clear {item.rule}{_of(item.drug)}{': ' + item.source.id if item.source else ''}" for item in review.clear
    ]
    lines += [f"  within {item.rule}{_of(item.drug)}: {item.source.id}" for item in review.within]
    lines += [f"  left out {item.rule}{_of(item.drug)}: {item.source.id}" for item in review.left_out]
    return lines


def _when(finding: Finding) -> str:
    return f" [{finding.dates}]" if finding.dates else ""


def _in_past(review: Review, finding: Finding) -> str:
    return " [in the past]" if review.lies_in_past(finding) else ""


def _of(drug: str | None) -> str:
    return f" ({drug})" if drug else ""
