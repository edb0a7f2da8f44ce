"""A schedule as a handout: one self-contained page to read and to print, and a page of its own for the clinician."""

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from taper._base.takes import takes
from taper.checks.review import Answer, Finding, NotAssessed, Review
from taper.schedules.schedule import Schedule
from taper.source import Source
from taper.supply.count import Supply
from taper.words.handout import CalendarDay, CalendarIntake, CalendarMonth, Handout, make_handout, printable
from taper.words.instruction import Instruction
from taper.words.review_text import sentence
from taper.words.supply_table import Row, SupplyText

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
) -> str:
    """A schedule as one HTML page that needs nothing else: steps, a calendar with a box for each dose, a review.

    The person's pages hold the plan; supply, findings and what was not assessed stand on a page for the clinician.
    It prints in black and white, a month a page, and no week is cut.

    Args:
        schedule: The days to show.
        review: What a check found. Its words are in English in every language.
        supply: What to supply.
        language: A two-letter code: en, es, fr or de. Names of drugs are not translated.
        sunday_first: Whether the weeks of the calendar begin on Sunday.

    Raises:
        NotFound: If the language is not held.
        MissingExtra: If the package babel is not installed.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> to_html(schedule).splitlines()[0]
        '<!DOCTYPE html>'
    """
    handout = make_handout(schedule, review, supply, language, sunday_first=sunday_first)
    parts = ["<!DOCTYPE html>", f'<html lang="{handout.language.code}">', *_head(handout), "<body>", "<main>"]
    parts += [*_patient(handout), *_clinician(handout), "</main>", "</body>", "</html>"]
    return "\n".join(parts) + "\n"


def _head(handout: Handout) -> Iterator[str]:
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(handout.title)}</title>"
    yield f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>"
    yield "</head>"


def _text(text: str) -> str:
    """Text for a page: escaped, and with no place to break a line between a number and its unit."""
    return escape(printable(text))


def _patient(handout: Handout) -> Iterator[str]:
    words = handout.language.phrases.handout
    yield '<section class="patient" aria-labelledby="title">'
    yield f'<h1 id="title">{_text(handout.title)}</h1>'
    yield f'<p class="notice">{_text(words.notice)}</p>'
    yield f'<p class="fill-in"><span>{_text(words.name)}</span> <span>{_text(words.questions)}</span></p>'
    yield f"<h2>{_text(words.steps)}</h2>"
    yield from _steps(handout)
    if handout.beyond:
        yield f"<p>{_text(handout.beyond)}</p>"
    yield '<section class="calendar" aria-labelledby="calendar">'
    yield f'<h2 id="calendar">{_text(words.calendar)}</h2>'
    yield f'<p class="hint">{_text(words.how_to_use)}</p>'
    for month in handout.months:
        yield from _month(handout, month)
    yield "</section>"
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
    yield f'<div class="page scroll" role="region" tabindex="0" aria-label="{_text(month.caption)}">'
    yield f'<table class="month"><caption>{_text(month.caption)}</caption>'
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for week in month.weeks:
        yield "<tr>"
        yield from (_day(day) for day in week)
        yield "</tr>"
    yield "</tbody></table></div>"


def _day(day: CalendarDay | None) -> str:
    if day is None or not day.is_shown:
        label = f'<time datetime="{day.date}">{_text(day.label)}</time>' if day is not None else ""
        return f'<td class="none">{label}</td>'
    name = f"d{day.date}"
    notes = "".join(f'<p class="note">{_text(note)}</p>' for note in day.notes)
    intakes = "".join(_intake(intake, name) for intake in day.intakes)
    listed = f"<ul>{intakes}</ul>" if intakes else ""
    return f'<td><time id="{name}" datetime="{day.date}">{_text(day.label)}</time>{notes}{listed}</td>'


def _intake(intake: CalendarIntake, day: str) -> str:
    takes = " + ".join(_text(take) for take in intake.takes)
    return (
        f'<li><label><input type="checkbox" aria-describedby="{day}"><span>'
        f'<span class="slot">{_text(intake.slot)}</span> '
        f'<data class="dose" value="{escape(intake.written)}">{_text(intake.dose)}</data> '
        f'<span class="drug">{_text(intake.drug)}</span> <span class="take">{takes}</span></span></label></li>'
    )


def _clinician(handout: Handout) -> Iterator[str]:
    words = handout.language.phrases.handout
    yield '<section class="clinician" aria-labelledby="clinician">'
    yield f'<h2 id="clinician">{_text(words.clinician)}</h2>'
    yield f"<p>{_text(handout.title)}. {_text(handout.plan_id)}.</p>"
    yield f'<p class="notice">{_text(words.notice)}</p>'
    if handout.supply is not None:
        yield from _supply(handout.supply)
    if handout.history:
        yield f'<h3>{_text(words.history)}</h3><div lang="en">{_list(handout.history)}</div>'
    yield from _review(handout)
    yield "</section>"


def _supply(supply: SupplyText) -> Iterator[str]:
    yield from _figures(supply.caption, supply.columns, supply.rows)
    yield f"<p>{_text(supply.remnants)}</p>"
    for caption, rows in supply.fills:
        yield from _figures(caption, supply.fill_columns, rows)


def _figures(caption: str, columns: Row, rows: Iterable[Row]) -> Iterator[str]:
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
        return f"<li><strong>{_text(answer.rule)}</strong>{_text(of)}: {_text(sentence(answer))}</li>"
    source = "" if answer.source is None else _cited(answer.source)
    if isinstance(answer, Finding):
        severity = f"<strong>{_text(answer.severity.value.upper())} {_text(answer.rule)}</strong>"
        return f"<li>{severity}: {_text(answer.message)}{source}</li>"
    return f"<li><strong>{_text(answer.rule)}</strong>{_text(of)}{source}</li>"


def _cited(source: Source) -> str:
    return f'<p class="cited">{_text(source.citation)}<br>{_text(source.locator)}</p>'
