"""A schedule as a table for people: plain text, Markdown, and CSV for machines."""

import csv
import io
from collections.abc import Iterator
from fractions import Fraction

from taper._base.numbers import write_number
from taper._base.progress import Progress
from taper._base.shown import align
from taper._base.takes import takes
from taper.amounts.duration import long_date
from taper.amounts.liquid import Volume
from taper.checks.review import Finding, Review
from taper.checks.rule_titles import title_of
from taper.schedules.rows import records_of
from taper.schedules.schedule import Schedule
from taper.supply.count import Supply
from taper.words.notice import NOTICE
from taper.words.plain import PlainEnglish, describe_changes, describe_ending, describe_tally
from taper.words.plan_sheet import PlanSheet, SheetLine, SheetRow, make_sheet
from taper.words.product_names import ProductNames
from taper.words.review_text import counts, sentence

_COLUMNS = ("date", "day", "course", "step", "drug", "slot", "dose", "portion", "mg", "product", "count",
            "count_numerator", "count_denominator", "volume", "note", "remark")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BREAKS = ("\t", "\r", "\n", "\0")


@takes
def to_table(
    schedule: Schedule,
    review: Review | None = None,
    supply: Supply | None = None,
    *,
    every_day: bool = False,
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> str:
    """A schedule as plain text in the order of days: one row for each stretch in which nothing changes.

    Each time of day has a column, a mark (*) stands where something changed from the row above, and below are the
    plan's end, what to supply and what a check found.

    Args:
        schedule: The days to show.
        review: What a check found; findings and what was not assessed are printed in full.
        supply: What to supply, printed below.
        every_day: One row a day instead of one a stretch.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> to_table(schedule).splitlines()[0]
        'Diazepam 20 mg/day to 0 (example plan)'
    """
    sheet = plain_sheet(schedule, every_day=every_day)
    lines = align(table_rows(sheet), ruled=True)
    title = _one_line(schedule.realized.plan.title)
    head = [*([title, ""] if title else []), *([*sheet.before, ""] if sheet.before else [])]
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
def to_markdown(
    schedule: Schedule,
    review: Review | None = None,
    supply: Supply | None = None,
    *,
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> str:
    """A schedule as a Markdown table with its end, supply and review; the same rows as the plain table.

    Args:
        schedule: The days to write.
        review: Its review, written below.
        supply: Its supply, written below.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

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
    sheet = plain_sheet(schedule)
    heads, *rows = table_rows(sheet)
    lines += [*(f"- {_escape(line)}" for line in sheet.before), ""] if sheet.before else []
    lines += ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    lines += ["| " + " | ".join(map(_escape, row)) + " |" for row in rows]
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
                 row.note or "", row.remark or "")  # fmt: skip
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


def plain_sheet(schedule: Schedule, *, every_day: bool = False) -> PlanSheet:
    """The plan in the order of days, in plain English, each portion with its form."""
    return make_sheet(schedule, PlainEnglish(), ProductNames.of(schedule), every_day=every_day, short=False)


def table_rows(sheet: PlanSheet) -> Iterator[tuple[str, ...]]:
    """The headings, then a line for each drug of each row; what is the same as in the line above is left out."""
    drug = ("drug",) if sheet.names_drugs else ()
    has_labels = sheet.labels_days  # looked for in every row, so asked once
    label = ("note",) if has_labels else ()
    yield "days", "dates", *drug, *label, *(sheet.slots if sheet.in_columns else ("take",)), "total"
    for row in sheet.rows:
        for index, line in enumerate(row.lines):
            begins = (_numbers(row), _dates(row)) if index == 0 else ("", "")
            named = (line.drug,) if sheet.names_drugs else ()
            labeled = ("; ".join(line.labels),) if has_labels else ()
            yield *begins, *named, *labeled, *_cells(sheet, line), _marked(_total(line), changed=line.total_changed)


def _numbers(row: SheetRow) -> str:
    if row.last_day is None:
        return f"{row.first_day} on"
    numbers = f"{row.first_day}" if row.first_day == row.last_day else f"{row.first_day}-{row.last_day}"
    return f"{numbers} ..." if row.goes_on else numbers


def _dates(row: SheetRow) -> str:
    if row.last is None:
        return f"from {long_date(row.first)}"
    return PlainEnglish().row_dates(row.first, row.last)


def _cells(sheet: PlanSheet, line: SheetLine) -> tuple[str, ...]:
    width = len(sheet.slots) if sheet.in_columns else 1
    if line.said is not None:
        return line.said, *("",) * (width - 1)
    if sheet.in_columns:
        return tuple(_marked(cell.text or "-", changed=cell.changed) for cell in line.cells)
    taken = (_marked(f"{cell.slot} {cell.text}", changed=cell.changed) for cell in line.cells if cell.text)
    return ("; ".join(taken),)


def _marked(text: str, *, changed: bool) -> str:
    return f"{text} *" if changed and text else text


def _total(line: SheetLine) -> str:
    """The total of a day, per day only where every day of the row is the same."""
    return f"{line.total}/day" if line.total and line.is_daily else line.total


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
        f"  {item.severity.value.upper()} {title_of(item.rule)}: {item.message}{_when(item)}{_in_past(review, item)}"
        for item in review.findings
    ]
    lines += [f"  NOT ASSESSED {gap.heading}: {sentence(gap)}" for gap in review.not_assessed]
    lines += [
        f"  clear {title_of(item.rule)}{_of(item.drug)}{': ' + item.source.id if item.source else ''}"
        for item in review.clear
    ]
    lines += [f"  within {title_of(item.rule)}{_of(item.drug)}: {item.source.id}" for item in review.within]
    lines += [f"  left out {title_of(item.rule)}{_of(item.drug)}: {item.source.id}" for item in review.left_out]
    return lines


def _when(finding: Finding) -> str:
    return f" [{finding.dates}]" if finding.dates else ""


def _in_past(review: Review, finding: Finding) -> str:
    return " [in the past]" if review.lies_in_past(finding) else ""


def _of(drug: str | None) -> str:
    return f" ({drug})" if drug else ""
