"""A schedule as a handout in PDF: tagged for screen readers, the same bytes each time."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, get_args

from taper._base.extras import need
from taper._base.limits import LARGEST_PDF, MOST_FONT_FILES
from taper._base.progress import Progress
from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.duration import Duration
from taper.checks.open_question import NotAssessed
from taper.checks.review import Answer, Finding, Review
from taper.checks.rule_titles import title_of
from taper.errors import CannotCompute, InvalidInput
from taper.schedules.schedule import Schedule, to_schedule
from taper.supply.count import Supply
from taper.words.calendar_days import CalendarDay, CalendarIntake, write_marks
from taper.words.handout import Handout, Pages, make_handout, printable
from taper.words.instruction import Instruction
from taper.words.plan_sheet import PlanSheet, SheetRow
from taper.words.review_text import sentence
from taper.words.supply_table import Cells

Paper = Literal["a4", "us-letter"]
_NO_FONT = re.compile(r"the text `(.+?)` could not be displayed")
_TEMPLATE = Path(__file__).with_name("handout.typ")


class CannotPrint(CannotCompute):
    """A handout that is too long, or holds letters which no font at hand has."""


@takes
def to_pdf(
    schedule: Schedule,
    review: Review | None = None,
    supply: Supply | None = None,
    *,
    language: str = "en",
    sunday_first: bool = False,
    paper: Paper = "a4",
    large: bool = False,
    dates: bool = True,
    pages: Pages = "all",
    font_folders: Iterable[str | Path] = (),
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> bytes:
    """A schedule as a PDF of the same pages as the handout in HTML, tagged as PDF/UA asks for.

    Only the fonts that come with the package typst are used and no time is written, so the same schedule gives the
    same bytes with the same version of it.

    Args:
        schedule: The days to show.
        review: What a check found. Its words are in English in every language.
        supply: What to supply.
        language: A two-letter code: en, es, fr or de. Drugs have the name that a list on file gives them in it.
        sunday_first: Whether the weeks of the calendar begin on Sunday.
        paper: The size of the page: "a4" or "us-letter".
        large: Whether to print in 14 point instead of 12.
        dates: Whether days have dates; if not, days and weeks are counted from the first.
        pages: Which pages: "all", those of the "patient" or those of the "clinician".
        font_folders: Folders with fonts for letters that those of the package lack; no others are looked for.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        NotFound: If the language is not on file.
        InvalidInput: If a plan with weekdays or months is to be written without dates.
        MissingExtra: If the package typst or babel is not installed.
        CannotPrint: If a title or a name holds letters that no font at hand has, or the handout is too long.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> to_pdf(schedule)[:5]
        b'%PDF-'
    """
    typst = need("typst", install="print", purpose="a PDF")
    if paper not in get_args(Paper):
        raise InvalidInput(f"{show(paper)} is no size of paper; write {' or '.join(get_args(Paper))}", where="paper")
    folders = [_folder(given) for given in font_folders]

    def write(shown: Schedule, review: Review | None, supply: Supply | None) -> str:
        handout = make_handout(shown, review, supply, language, sunday_first=sunday_first, dates=dates, large=large)
        return json.dumps(_kept(_data(handout, paper, large=large, pages=pages)), ensure_ascii=False)

    if _least_size(schedule, pages) > LARGEST_PDF:
        first = to_schedule(schedule.realized, start=schedule.start, horizon=Duration(_SAMPLE))
        _check_size(len(write(first, None, None)) * len(schedule.days) // len(first.days), schedule, about="about ")
    data = write(schedule, review, supply)
    _check_size(len(data), schedule)
    try:
        made: bytes = typst.compile(
            _TEMPLATE.read_bytes(),
            format="pdf",
            sys_inputs={"handout": data},
            pdf_standards="ua-1",
            font_paths=folders,
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        letters = _NO_FONT.search(str(error))
        if letters is None:
            raise
        raise CannotPrint(_unprintable(letters[1].strip('"'), json.loads(data))) from None
    return made


_SAMPLE = 60
"""How many days are written to guess how many fit."""


def _least_size(schedule: Schedule, pages: Pages) -> int:
    """Fewer characters than the keys alone of its days, doses and steps, so that what is long is not written first."""
    doses = sum(len(day.intakes) for day in schedule.days)
    calendar = 0 if pages == "clinician" else 50 * (len(schedule.days) + doses)
    return calendar + (0 if pages == "patient" else 80 * len(schedule.steps))


def _check_size(size: int, schedule: Schedule, about: str = "") -> None:
    """Refuse what would take gigabytes to set: memory grows with the text."""
    days = len(schedule.days)
    if size > LARGEST_PDF:
        fit = days * LARGEST_PDF // size
        raise CannotPrint(
            f"the handout of {days} days holds {about}{size} characters, and a PDF at most {LARGEST_PDF}; "
            f"print fewer days with a horizon (about {fit} fit), or write it as HTML"
        )


def _unprintable(letters: str, data: dict[str, Any]) -> str:
    codes = ", ".join(f"U+{ord(letter):04X}" for letter in dict.fromkeys(letters))
    text = next((text for text in _texts(data) if letters in text), letters)
    return (
        f'no font at hand has the letters "{letters}" ({codes}) of the text "{text}"; give font_folders (on the '
        "command line --fonts) with one that has, or write the text otherwise"
    )


def _texts(held: Any) -> Iterator[str]:
    match held:
        case str():
            yield held
        case dict():
            yield from (text for value in held.values() for text in _texts(value))
        case list():
            yield from (text for value in held for text in _texts(value))


def _folder(given: object) -> Path:
    if not isinstance(given, str | Path) or any(mark == "\0" or "\ud800" <= mark <= "\udfff" for mark in str(given)):
        raise InvalidInput(f"{show(given)} is no folder; write its path as text", where="font_folders")
    if any(number >= MOST_FONT_FILES for number, _ in enumerate(_names_in(Path(given)))):
        says = f"holds more than {MOST_FONT_FILES} files; name the folder inside it that holds the fonts"
        raise InvalidInput(says, where=str(given))
    return Path(given)


def _names_in(folder: Path) -> Iterator[str]:
    """What is in a folder and in those inside it, also where a link leads, each folder once."""
    seen: set[tuple[int, int]] = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        try:
            found = os.stat(place)  # noqa: PTH116 - of a text
        except OSError:
            folders.clear()
            continue
        if (found.st_dev, found.st_ino) in seen:
            folders.clear()
            continue
        seen.add((found.st_dev, found.st_ino))
        yield from (*folders, *files)


def _data(handout: Handout, paper: Paper, *, large: bool, pages: Pages) -> dict[str, Any]:
    phrases = handout.language.phrases
    return {
        "title": handout.title,
        "period": handout.period,
        "language": handout.language.code,
        "paper": paper,
        "large": large,
        "pages": pages,
        "upright": handout.paper.upright,
        "compact": handout.paper.compact,
        "key": handout.key,
        "words": phrases.handout.model_dump(),
        "sheet-words": phrases.sheet.model_dump(),
        "sheet": _sheet(handout.sheet, () if pages == "clinician" else handout.sheet.rows),
        "taken": handout.how_taken,
        "steps": [] if pages == "patient" else [_step(instruction) for instruction in handout.instructions],
        "beyond": handout.beyond,
        "weekdays": [name if handout.dated else short for short, name in handout.weekdays],
        "months": [
            {
                "caption": month.caption,
                "weeks": [[_day(day, compact=handout.paper.compact) for day in week] for week in month.weeks],
                "foot": month.foot,
            }
            for month in (() if pages == "clinician" else handout.months)
        ],
        "supply": list(_supply(handout)),
        "remnants": None if handout.supply is None else handout.supply.remnants,
        "review": list(_review(handout)),
        "plan_id": handout.plan_id,
    }


def _step(step: Instruction) -> dict[str, Any]:
    days = [asdict(day) for day in step.days]
    said = {"heading": step.heading, "notes": step.notes, "repeat": step.repeat}
    return {**said, "days": days, "change": step.change, "ending": step.ending}


def _sheet(sheet: PlanSheet, shown: tuple[SheetRow, ...]) -> dict[str, Any]:
    rows = [{"when": row.when, "lines": [asdict(line) for line in row.lines]} for row in shown]
    return {
        "slots": sheet.slots,
        "rows": rows,
        "names_drugs": sheet.names_drugs,
        "in_columns": sheet.in_columns,
        "before": sheet.before,
        "legend": sheet.legend,
    }


def _kept(held: Any) -> Any:
    """The data with no place to break a line between a number and its unit."""
    match held:
        case str():
            return printable(held)
        case dict():
            return {key: _kept(value) for key, value in held.items()}
        case list() | tuple():
            return [_kept(value) for value in held]
        case _:
            return held


def _day(day: CalendarDay | None, *, compact: bool) -> dict[str, Any] | None:
    if day is None:
        return None
    intakes = [
        {"slot": each.slot, "drug": each.drug, "take": each.take, **_marks(each.see)} for each in day.intakes
    ]  # fmt: skip
    made = {"label": day.label, "notes": day.notes, "intakes": intakes, "changes": day.changes, **_marks(day.see)}
    if compact:
        grouped = groupby(day.intakes, key=lambda intake: intake.slot)
        made["times"] = [[slot, [part for intake in held for part in _lettered(intake)]] for slot, held in grouped]
    return made


def _marks(numbers: tuple[int, ...]) -> dict[str, str]:
    """The numbers of notes below the month, where there are any."""
    return {"see": write_marks(numbers)} if numbers else {}


def _lettered(intake: CalendarIntake) -> list[tuple[str, str]]:
    return [*intake.short, *([("", write_marks(intake.see))] if intake.see else [])]


def _supply(handout: Handout) -> Iterator[dict[str, Any]]:
    held = handout.supply
    if held is not None:
        yield _table(held.caption, held.columns, held.rows)
        for caption, rows in held.fills:
            yield _table(caption, held.fill_columns, rows)


def _table(caption: str, columns: Cells, rows: tuple[Cells, ...]) -> dict[str, Any]:
    return {"caption": caption, "columns": columns, "rows": rows}


def _review(handout: Handout) -> Iterator[dict[str, Any]]:
    words, review = handout.language.phrases.handout, handout.review
    code = handout.language.code
    if handout.taken_sources:
        cited = [[source.citation, source.locator] for source in handout.taken_sources]
        yield {"heading": handout.language.phrases.sheet.how_taken, "language": "en", "items": cited}
    if handout.history:
        yield {"heading": words.history, "language": "en", "items": [[line] for line in handout.history]}
    if review is None:
        yield {"heading": words.review, "language": code, "items": [[words.no_review]]}
        return
    parts = ((words.findings, review.findings), (words.not_assessed, review.not_assessed),
             (words.clear, review.clear), (words.within, review.within), (words.left_out, review.left_out))  # fmt: skip
    for heading, answers in parts:
        items = [_answer(answer) for answer in answers]
        language = "en" if items else code
        yield {"heading": f"{words.review}: {heading} ({len(items)})", "language": language, "items": items}


def _answer(answer: Answer) -> list[str]:
    of = f" ({answer.drug})" if answer.drug else ""
    if isinstance(answer, NotAssessed):
        return [f"{answer.heading}: {sentence(answer)}"]
    cited = [] if answer.source is None else [answer.source.citation, answer.source.locator]
    if isinstance(answer, Finding):
        return [f"{answer.severity.value.upper()} {title_of(answer.rule)}: {answer.message}", *cited]
    return [f"{title_of(answer.rule)}{of}", *cited]
