"""What a request says in words: each line, the whole of it, and how it ends."""

import html
import re

from taper._base.shown import show
from taper.formats.fhir.quantity import CannotExpress
from taper.formats.fhir.write.timing import DosageLine, StepPeriod
from taper.products.product import Product
from taper.schedules.realization import RealizedCourse
from taper.words.portion import describe_portion

_MARKS = re.compile(r"[\\`*_\[\]<>&|#]")

OPEN_END = "with no stop date"


def checked(text: str, what: str) -> str:
    """The text itself, if FHIR can hold it.

    Raises:
        CannotExpress: If it is blank or holds a control character.
    """
    if not text.strip() or any(ord(mark) < 32 or ord(mark) == 127 for mark in text):
        raise CannotExpress(f"{what} {show(text)} is blank or holds a control character; write it in plain text")
    return text


def line_text(course: RealizedCourse, line: DosageLine, span: StepPeriod) -> str:
    """One line for a reader: the dose, the times of day, what is taken, on which days and how long."""
    held = {product.id: product for product in course.products}
    take = " + ".join(describe_portion(portion, held[portion.product]) for portion in line.portions)
    return f"{line_head(course.drug, line)}: {take}{line_tail(line, span)}"


def line_head(drug: str, line: DosageLine) -> str:
    """How a line begins: the drug, the dose and the times of day."""
    return f"{drug} {line.dose}, {', '.join(slot.name for slot in line.slots)}"


def line_tail(line: DosageLine, span: StepPeriod) -> str:
    """How a line ends: on which days and how long."""
    return f"{_days(line)}, {_length(span)}"


def _days(line: DosageLine) -> str:
    if line.weekdays:
        return f", on {', '.join(line.weekdays)}"
    if line.every == 1:
        return ""
    return f", every {line.every} days from day {line.offset + 1} of the step"


def _length(span: StepPeriod) -> str:
    start = f" from {span.first}" if span.first is not None else ""
    if span.is_open:
        return f"{OPEN_END}{start}"
    if span.last is not None:
        return f"for {span.length} day{'' if span.length == 1 else 's'}{start} to {span.last}"
    return f"for {span.lasting}"


def ending_text(then: str, last: StepPeriod) -> str:
    """How a course ends: it continues, stops, or ends in a review; "stop" only where the end is 0."""
    on = f" on {last.last}" if last.last is not None else ""
    return {
        "continue": f"It continues {OPEN_END}.",
        "stop": f"Stop: the last day is the last of step {last.number}{on}.",
        "review": f"It ends{on} with a review and says nothing of what follows.",
    }[then]


def product_name(drug: str, product: Product) -> str:
    """A product for a reader: "baclofen 10 mg tablet"."""
    return f"{drug} {product.label}"


def as_markdown(lines: list[str]) -> str:
    """Lines as a Markdown list in which nothing of a name is read as markup."""
    return "\n".join(f"- {_escaped(line)}" for line in lines)


def _escaped(line: str) -> str:
    return _MARKS.sub(r"\\\g<0>", line)


def as_narrative(lines: list[str]) -> dict[str, str]:
    """Lines as a generated narrative."""
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{body}</div>'}
