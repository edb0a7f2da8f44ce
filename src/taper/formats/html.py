"""A schedule as a handout: one self-contained page to read and to print, and pages of their own for the clinician."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from html import escape
from itertools import groupby, pairwise
from pathlib import Path

from taper._base.progress import Progress
from taper._base.takes import takes
from taper.checks.open_question import NotAssessed
from taper.checks.review import Answer, Finding, Review
from taper.checks.rule_titles import title_of
from taper.schedules.schedule import Schedule, check_written
from taper.source import Source
from taper.supply.count import Supply
from taper.words.calendar_days import CalendarDay, CalendarIntake, CalendarMonth, write_marks
from taper.words.handout import Handout, Pages, make_handout, printable
from taper.words.instruction import Instruction
from taper.words.month_page import foot_lines
from taper.words.plan_sheet import SheetCell, SheetLine, SheetRow
from taper.words.review_text import sentence
from taper.words.supply_table import Cells, SupplyText

_STYLE = Path(__file__).with_name("handout.css")
# Nothing is fetched and nothing runs: the page says so itself, and a browser holds it to that.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@takes
def to_html(
    schedule: Schedule,
    review: Review | None = None,
    supply: Supply | None = None,
    *,
    language: str = "en",
    sunday_first: bool = False,
    large: bool = False,
    dates: bool = True,
    pages: Pages = "all",
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> str:
    """A schedule as one HTML page that needs nothing else: the plan, a calendar with a box for each dose, a review.

    The person's pages hold the plan in the order of days; the steps with what changes, the supply, the findings and
    what was not assessed stand on pages for the clinician. It prints in black and white, the plan on one page where
    it fits and a month a page, on A4 and on US Letter. On a narrow screen each row becomes a card.

    Args:
        schedule: The days to show.
        review: What a check found. Its words are in English in every language.
        supply: What to supply.
        language: A two-letter code: en, es, fr or de. Drugs have the name that a list on file gives them in it.
        sunday_first: Whether the weeks of the calendar begin on Sunday.
        large: Whether to print in 14 point instead of 12.
        dates: Whether days have dates; if not, days and weeks are counted from the first.
        pages: Which pages: "all", those of the "patient" or those of the "clinician".
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        NotFound: If the language is not on file.
        MissingExtra: If the package babel is not installed.
        InvalidInput: If a plan with weekdays or months is to be written without dates.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> to_html(schedule).splitlines()[0]
        '<!DOCTYPE html>'
    """
    check_written(schedule)
    handout = make_handout(schedule, review, supply, language, sunday_first=sunday_first, dates=dates, large=large)
    large_print = ' class="large"' if large else ""
    parts = ["<!DOCTYPE html>", f'<html lang="{handout.language.code}"{large_print}>', *_head(handout)]
    parts += ["<body>", "<main>"]
    parts += [*_patient(handout), *_calendar(handout)] if pages != "clinician" else []
    parts += _clinician(handout) if pages != "patient" else []
    return "\n".join([*parts, "</main>", "</body>", "</html>"]) + "\n"


def _head(handout: Handout) -> Iterator[str]:
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(handout.title)}</title>"
    yield f"<style>\n{_STYLE.read_text(encoding='utf-8')}{_page_size(handout)}</style>"
    yield "</head>"


def _page_size(handout: Handout) -> str:
    """How large the calendar is printed, so that each month fills its page, and its weekdays on a narrow screen."""
    page = handout.paper
    rules = [f"  .month {{ font-size: {page.points}pt; }}"]
    if page.fits:
        shapes = sorted({(len(month.weeks), foot_lines(month)) for month in handout.months})
        rules += [f"  {_shape(*shape)} td {{ height: {page.week_height(*shape)}mm; }}" for shape in shapes]
    lies = "portrait" if page.upright else "landscape"
    named = [f'  .month td:nth-child({place}) time::before {{ content: "{name} "; }}'
             for place, (_, name) in enumerate(handout.weekdays if handout.dated else (), start=1)]  # fmt: skip
    narrow = ["@media screen and (max-width: 600px) {", *named, "}"]
    print_ = [f"@page calendar {{ size: {lies}; margin: 10mm; }}", "@media print {", *rules, "}"]
    return "\n".join([*narrow, *print_, ""])


def _shape(weeks: int, foot: int) -> str:
    """The classes of a month of so many weeks, with so many lines below them."""
    return f".weeks-{weeks}" + (f".foot-{foot}" if foot else ".no-foot")


def _text(text: str) -> str:
    """Text for a page: escaped, and with no place to break a line between a number and its unit."""
    return escape(printable(text))


def _patient(handout: Handout) -> Iterator[str]:
    words, sheet = handout.language.phrases.handout, handout.language.phrases.sheet
    yield '<section class="patient" aria-labelledby="title">'
    yield f'<h1 id="title">{_text(handout.title)}</h1>'
    yield f'<p class="period">{_text(handout.period)}</p>'
    yield from (f'<p class="before">{_text(line)}</p>' for line in handout.sheet.before)
    yield f'<p class="fill-in"><span>{_text(words.name)}</span></p>'
    yield from _plan(handout)
    if handout.sheet.legend:
        yield f'<p class="legend">{" ".join(_text(line) for line in handout.sheet.legend)}</p>'
    if handout.beyond:
        yield f"<p>{_text(handout.beyond)}</p>"
    if handout.how_taken:
        yield f'<ul class="taken">{"".join(f"<li>{_text(line)}</li>" for line in handout.how_taken)}</ul>'
    yield f'<p class="missed">{_text(sheet.missed)}</p>'
    yield f'<p class="fill-in"><span>{_text(words.questions)}</span> <span>{_text(sheet.telephone)}</span></p>'
    yield f'<p class="notice">{_text(words.notice)}</p>'
    yield "</section>"


def _plan(handout: Handout) -> Iterator[str]:
    """The rows of the plan; on a narrow screen the headings of the columns stand in each cell."""
    words, sheet = handout.language.phrases.sheet, handout.sheet
    heads = [words.when, *([words.medicine] if sheet.names_drugs else [])]
    heads += [*(sheet.slots if sheet.in_columns else (words.take,)), words.total]
    columns = "".join(f'<th scope="col">{_text(head)}</th>' for head in heads)
    kind = "plan drugs" if sheet.names_drugs or len(sheet.slots) > 2 else "plan"
    yield f'<table class="{kind}"><thead><tr>{columns}</tr></thead>'
    for row in sheet.rows:
        yield "<tbody>"
        for index, line in enumerate(row.lines):
            when = _when(row, handout) if index == 0 else ""
            labels = "" if _is_said_of_row(row, handout) else _labels(line)
            yield f"<tr>{when}{''.join(_line(handout, line, labels))}</tr>"
        yield "</tbody>"
    yield "</table>"


def _when(row: SheetRow, handout: Handout) -> str:
    """The dates of a row, with a place to jump to for each of its days."""
    days = 1 if row.last is None else (row.last - row.first).days + 1
    names = (_name_of(row.first + timedelta(days=day), handout) for day in range(days))
    places = "".join(f'<span id="on-{name}"></span>' for name in names)
    said = _labels(row.lines[0]) if _is_said_of_row(row, handout) else ""
    return f'<th scope="rowgroup" rowspan="{len(row.lines)}">{places}{_text(row.when)}{said}</th>'


def _is_said_of_row(row: SheetRow, handout: Handout) -> bool:
    """Whether labels are of a whole row: they stand below its dates, and not in the first of several times of day."""
    sheet = handout.sheet
    return len(row.lines) == 1 and sheet.in_columns and len(sheet.slots) > 1 and not sheet.names_drugs


def _labels(line: SheetLine) -> str:
    said = "".join(f'<span class="label">{_text(label)}</span> ' for label in line.labels)
    return f'<span class="labels">{said}</span>' if said else ""


def _name_of(day: date, handout: Handout) -> str:
    """What a day is called where something jumps to it: its date, or its number in a plan without dates."""
    return str(day) if handout.dated else f"day-{(day - handout.sheet.rows[0].first).days + 1}"


def _line(handout: Handout, line: SheetLine, labels: str) -> Iterator[str]:
    words, sheet = handout.language.phrases.sheet, handout.sheet
    if sheet.names_drugs:
        yield f'<td class="drug"><strong>{_text(line.drug)}</strong> {labels}</td>'
        labels = ""
    if line.said is not None:
        width = (len(sheet.slots) if sheet.in_columns else 1) + 1
        yield f'<td class="said" colspan="{width}">{labels}<strong>{_text(line.said)}</strong></td>'
        return
    if sheet.in_columns:
        labeled = next((cell for cell in line.cells if cell.written), None)
        for cell in line.cells:
            yield _cell(cell, labels if cell is labeled else "")
    else:
        items = "".join(f"<li><b>{_text(cell.slot)}</b> {_amount(cell)}</li>" for cell in line.cells if cell.text)
        yield f'<td class="take">{labels}<ul>{items}</ul></td>'
    yield f'<td class="total" data-head="{_text(words.total)}">{_mark(line.total, changed=line.total_changed)}</td>'


def _cell(cell: SheetCell, labels: str) -> str:
    kind = "take" if cell.text else "take empty"
    return f'<td class="{kind}" data-head="{_text(cell.slot)}">{labels}{_amount(cell)}</td>'


def _amount(cell: SheetCell) -> str:
    if not cell.text:
        return "–"
    if not cell.written:
        return _mark(cell.text, changed=True)
    return f'<data value="{escape(cell.written)}">{_mark(cell.text, changed=cell.changed)}</data>'


def _mark(text: str, *, changed: bool) -> str:
    return f'<b class="changed">{_text(text)}\u00a0*</b>' if changed else _text(text)


def _calendar(handout: Handout) -> Iterator[str]:
    words = handout.language.phrases.handout
    yield '<section class="calendar" aria-labelledby="calendar">'
    yield f'<h2 id="calendar">{_text(words.calendar)}</h2>'
    yield f'<p class="hint">{_text(words.how_to_use)}</p>'
    for month in handout.months:
        yield from _month(handout, month)
    yield "</section>"


def _steps(handout: Handout) -> Iterator[str]:
    words = handout.language.phrases.handout
    heads = "".join(
        f'<th scope="col">{_text(head)}</th>' for head in (words.step, words.take, words.change, words.then)
    )
    yield f'<div class="scroll" role="region" tabindex="0" aria-label="{_text(words.steps)}">'
    yield f'<table class="steps"><thead><tr>{heads}</tr></thead><tbody>'
    for instruction in handout.instructions:
        yield f'<tr><th scope="row">{_text(instruction.heading)}</th>'
        yield f"<td>{_takes(instruction)}</td>"
        yield f"<td>{_lines(instruction.change)}</td><td>{_lines(instruction.ending)}</td></tr>"
    yield "</tbody></table></div>"


def _takes(instruction: Instruction) -> str:
    made = _lines(instruction.notes)
    for day in instruction.days:
        made += f"<p>{_text(day.label)}</p>{_list(day.takes)}{_lines([day.total] if day.total else [])}"
    return made + _lines([instruction.repeat] if instruction.repeat else [])


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"<p>{_text(line)}</p>" for line in lines)


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{_text(line)}</li>' for line in lines)}</ul>"


def _month(handout: Handout, month: CalendarMonth) -> Iterator[str]:
    heads = "".join(
        f'<th scope="col"><abbr title="{_text(name)}">{_text(short)}</abbr></th>' for short, name in handout.weekdays
    )
    foot = foot_lines(month)
    kind = (" compact" if handout.paper.compact else "") + (" apart" if month.foot and not foot else "")
    shape = _shape(len(month.weeks), foot).replace(".", " ")
    yield f'<div class="page{shape}{kind}" role="region" aria-label="{_text(month.caption)}">'
    listed = " ".join(f"<span><b>{letter}</b> {_text(name)}</span>" for letter, name in handout.key)
    key = f' <span class="key">{listed}</span>' if handout.paper.compact else ""
    title = f' <span class="of">{_text(handout.title)}</span>'
    yield f'<table class="month"><caption>{_text(month.caption)}{title}{key}</caption>'
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for week in month.weeks:
        yield "<tr>"
        yield from (_day(day, handout, as_before=_is_as(before, day)) for before, day in pairwise((None, *week)))
        yield "</tr>"
    yield "</tbody></table>"
    if month.foot:
        yield f'<ul class="foot">{"".join(f"<li>{_text(line)}</li>" for line in month.foot)}</ul>'
    yield "</div>"


def _is_as(before: CalendarDay | None, day: CalendarDay | None) -> bool:
    """Whether the same is taken and said on a day as on the day before it in its week."""
    if before is None or day is None or not (before.is_shown and day.is_shown) or day.changes:
        return False
    return (before.intakes, before.notes, before.see) == (day.intakes, day.notes, day.see)


def _day(day: CalendarDay | None, handout: Handout, *, as_before: bool) -> str:
    if day is None or not day.is_shown:
        return f'<td class="none">{"" if day is None else _unshown(day, handout)}</td>'
    name, notes = f"d{_name_of(day.date, handout)}", _day_notes(day)
    listed = "".join(_times(day, name, handout))
    kind, mark = (' class="changes"', "\u00a0*") if day.changes else (' class="same"' if as_before else "", "")
    when = f'time id="{name}" datetime="{day.date}"' if handout.dated else f'b class="day" id="{name}"'
    return f"<td{kind}><{when}>{_text(day.label)}{mark}</{when[: when.index(' ')]}>{_see(day.see)}{notes}{listed}</td>"


def _see(numbers: Iterable[int]) -> str:
    """The numbers of notes below the month."""
    marks = write_marks(numbers)
    return f' <span class="see">{marks}</span>' if marks else ""


def _unshown(day: CalendarDay, handout: Handout) -> str:
    """A date without boxes; the first after the last day says how the plan goes on."""
    when, ends = (f'time datetime="{day.date}"', "time") if handout.dated else ("b", "b")
    return f"<{when}>{_text(day.label)}</{ends}>{_day_notes(day)}"


def _day_notes(day: CalendarDay) -> str:
    return "".join(f'<p class="note">{_text(note)}</p>' for note in day.notes)


def _times(day: CalendarDay, name: str, handout: Handout) -> Iterator[str]:
    """The doses of a day; where a dose must name its drug, those of one time of day stand below its name."""
    is_compact = handout.paper.compact
    if not (handout.sheet.names_drugs or is_compact) and day.intakes:
        yield f"<ul>{''.join(_intake(intake, name, alone=True) for intake in day.intakes)}</ul>"
        return
    for slot, intakes in groupby(day.intakes, key=lambda intake: intake.slot):
        items = "".join(_intake(intake, name, alone=False, compact=is_compact) for intake in intakes)
        made = f'<p class="time">{_text(slot)}</p> <ul>{items}</ul>'
        yield f'<div class="at">{made}</div>' if is_compact else made


def _intake(intake: CalendarIntake, day: str, *, alone: bool, compact: bool = False) -> str:
    slot, drug = ("slot", "drug spoken") if alone else ("slot spoken", "drug")
    parts = " ".join(f"<span><b>{letter}</b>\u00a0{_text(figure)}</span>" for letter, figure in intake.short)
    short = f'<span class="short">{parts}{_see(intake.see)}</span>' if compact else ""
    return (
        f'<li><label><input type="checkbox" aria-describedby="{day}">{short}<span class="full">'
        f'<span class="{slot}">{_text(intake.slot)}</span> <span class="{drug}">{_text(intake.drug)}</span> '
        f'<data class="dose" value="{escape(intake.written)}">{_text(intake.take)}</data>{_see(intake.see)}</span>'
        "</label></li>"
    )


def _clinician(handout: Handout) -> Iterator[str]:
    words = handout.language.phrases.handout
    yield '<section class="clinician" aria-labelledby="clinician">'
    yield f'<h2 id="clinician">{_text(words.clinician)}</h2>'
    yield f"<p>{_text(handout.title)}. {_text(handout.plan_id)}.</p>"
    yield f'<p class="notice">{_text(words.notice)}</p>'
    yield f"<h3>{_text(words.steps)}</h3>"
    yield from _steps(handout)
    if handout.supply is not None:
        yield from _supply(handout.supply)
    if handout.taken_sources:
        yield f"<h3>{_text(handout.language.phrases.sheet.how_taken)}</h3>"
        yield f'<ul lang="en">{"".join(f"<li>{_cited(source)}</li>" for source in handout.taken_sources)}</ul>'
    if handout.history:
        yield f'<h3>{_text(words.history)}</h3><div lang="en">{_list(handout.history)}</div>'
    yield from _review(handout)
    yield "</section>"


def _supply(supply: SupplyText) -> Iterator[str]:
    yield from _figures(supply.caption, supply.columns, supply.rows)
    yield f"<p>{_text(supply.remnants)}</p>"
    for caption, rows in supply.fills:
        yield from _figures(caption, supply.fill_columns, rows)


def _figures(caption: str, columns: Cells, rows: Iterable[Cells]) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{_text(head)}</th>' for head in columns)
    yield f'<div class="scroll" role="region" tabindex="0" aria-label="{_text(caption)}">'
    yield f'<table class="figures"><caption>{_text(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>'
    for first, *rest in rows:
        cells = "".join(f"<td>{_text(cell)}</td>" for cell in rest)
        yield f'<tr><th scope="row">{_text(first)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _review(handout: Handout) -> Iterator[str]:
    words, review = handout.language.phrases.handout, handout.review
    yield f"<h3>{_text(words.review)}</h3>"
    if review is None:
        yield f"<p>{_text(words.no_review)}</p>"
        return
    parts = ((words.findings, review.findings), (words.not_assessed, review.not_assessed),
             (words.clear, review.clear), (words.within, review.within), (words.left_out, review.left_out))  # fmt: skip
    for heading, answers in parts:
        yield f"<h4>{_text(heading)}: {len(answers)}</h4>"
        yield f'<ul lang="en">{"".join(map(_answer, answers))}</ul>' if answers else f"<p>{_text(words.none)}</p>"


def _answer(answer: Answer) -> str:
    of = f" ({answer.drug})" if answer.drug else ""
    if isinstance(answer, NotAssessed):
        return f"<li><strong>{_text(answer.heading)}</strong>: {_text(sentence(answer))}</li>"
    source = "" if answer.source is None else _cited(answer.source)
    if isinstance(answer, Finding):
        severity = f"<strong>{_text(answer.severity.value.upper())} {_text(title_of(answer.rule))}</strong>"
        return f"<li>{severity}: {_text(answer.message)}{source}</li>"
    return f"<li><strong>{_text(title_of(answer.rule))}</strong>{_text(of)}{source}</li>"


def _cited(source: Source) -> str:
    return f'<p class="cited">{_text(source.citation)}<br>{_text(source.locator)}</p>'
