"""What a request that taper wrote says in words, compared with its codes: people read the one, systems the other."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from taper._base.numbers import exact
from taper._base.shown import show
from taper.amounts.dose import Dose
from taper.amounts.liquid import Concentration, Volume
from taper.errors import InvalidInput
from taper.formats.fhir.read.bundle import Request
from taper.formats.fhir.read.dosage import ReadDosage
from taper.formats.fhir.read.elements import as_list, as_map
from taper.formats.fhir.read.extensions import has_url
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.medication import Requested
from taper.formats.fhir.read.steps import ReadStep, mass_of, offset_of
from taper.formats.fhir.write.medication import read_form_text
from taper.formats.fhir.write.text import OPEN_END, ending_text, line_head, line_tail
from taper.formats.fhir.write.timing import DosageLine, StepPeriod

_COUNTED = re.compile(r"([0-9]+|[0-9]+(?: and | )[0-9]+/[0-9]+|[0-9]+/[0-9]+) x ([0-9./ ]+ (?:mcg|mg|g)) (.+)")
_MEASURED = re.compile(r"([0-9./ ]+ mL) of ([0-9./ ]+ (?:mcg|mg|g)/[0-9./ ]*mL) (.+) \(([^()]+)\)")
_NUMBER = re.compile(r"\b([Ss])tep \d+")
_FORMER_OPEN_END = "without an end"
_NOTHING = "Step : nothing is taken from "


def check_own_texts(
    requests: Sequence[Request], steps: Sequence[ReadStep], of: Requested, then: str, notes: Notes
) -> None:
    """Refuse words of a course that taper wrote and that are not those of its codes.

    Args:
        requests: The requests of the course.
        steps: What their codes say.
        of: The drug by the name it has in the requests.
        then: How the course ends.
        notes: Where to put what does not agree.
    """
    for step in steps:
        for dosage in step.dosages:
            _check_line(dosage, step, of, notes)
    for request in requests:
        mine = [step for step in steps if step.where.startswith(f"{request.where}.")]
        lines = [f"Step : {_as_now(str(dosage.text))}." for step in mine for dosage in step.dosages]
        if mine and mine[-1] is steps[-1]:
            lines.append(_plain(ending_text(then, _span(steps[-1]))))
        _check_whole(request, lines, notes)


def _check_line(dosage: ReadDosage, step: ReadStep, of: Requested, notes: Notes) -> None:
    if dosage.text is None or dosage.amount is None or not dosage.rhythm.slots:
        return
    with notes.catching("text", dosage.where):
        dose = mass_of(dosage.amount, of.strength)
        if dose is None:
            raise InvalidInput(f"the text {dosage.text!r} and {dosage.amount} cannot be compared; write the dose in mg")
        rhythm = dosage.rhythm
        line = DosageLine(dose, (), rhythm.slots, rhythm.every, offset_of(dosage, step), rhythm.weekdays)
        head, tail = f"{line_head(of.named, line)}: ", line_tail(line, _span(step))
        told = _as_now(dosage.text)
        fits = told.startswith(head) and told.endswith(tail) and len(told) > len(head + tail)
        if not fits:
            raise InvalidInput(f"the text is {dosage.text!r}, the codes say '{head}...{tail}'; make them agree")
        take = told[len(head) : -len(tail)]
        if _taken(take, of) != dose.mg:
            raise InvalidInput(f"the text says to take {take!r}, which is not {dose}; make them agree")


def _span(step: ReadStep) -> StepPeriod:
    return StepPeriod(step.number, step.bounds.first, step.bounds.last, step.bounds.lasting)


def _taken(text: str, of: Requested) -> Fraction | None:
    """The mg of some portions as they are written, or None if they are not written so or of another strength."""
    parts = [_portion(part, of) for part in text.split(" + ")]
    return None if None in parts else sum((part for part in parts if part is not None), Fraction(0))


def _portion(text: str, of: Requested) -> Fraction | None:
    if counted := _COUNTED.fullmatch(text):
        one = Dose.parse(counted[2])
        fits = of.strength is None or of.strength.mass == one
        return (
            exact(counted[1].replace(" and ", " ")) * one.mg
            if fits and read_form_text(counted[3])[0] is not None
            else None
        )
    if measured := _MEASURED.fullmatch(text):
        held = Concentration.parse(measured[2])
        per_ml = held.mass.mg / held.volume.ml
        amount = Volume.parse(measured[1]).ml * per_ml
        return amount if of.per_ml in {None, per_ml} and Dose.parse(measured[4]).mg == amount else None
    return None


def _check_whole(request: Request, lines: list[str], notes: Notes) -> None:
    """Compare what a request renders of all its dosages, and its narrative, with the texts of its dosages."""
    known = frozenset(lines)
    for where, rendered in rendered_texts(request.body):
        told = [_unescaped(line.removeprefix("- ")) for line in rendered.splitlines()]
        if _without_gaps(told) != lines:
            odd = next((line for line in told if _plain(line) not in known), rendered)
            notes.refuse("text", f"{request.where}.{where}", f"the dosages do not say {show(odd)}; make them agree")
    div = as_map(request.body.get("text")).get("div")
    if isinstance(div, str) and _without_gaps([*map(html.unescape, _paragraphs(div))]) != lines:
        notes.report("text", f"{request.where}.text", "the narrative is not what the dosages say")


def _paragraphs(div: str) -> Iterator[str]:
    return (part.partition("<p>")[2] for part in div.split("</p>")[:-1] if "<p>" in part)


def rendered_texts(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where a request renders all its dosages in one text, and the text: an extension in R4, an element in R5."""
    for index, item in enumerate(map(as_map, as_list(body.get("extension")))):
        if has_url(item, "rendered"):
            key = "valueMarkdown" if "valueMarkdown" in item else "valueString"
            yield f"extension[{index}].{key}", str(item.get(key))
    if "renderedDosageInstruction" in body:
        yield "renderedDosageInstruction", str(body["renderedDosageInstruction"])


def _unescaped(line: str) -> str:
    return re.sub(r"\\(.)", r"\1", line)


def _without_gaps(lines: list[str]) -> list[str]:
    """Lines without the numbers of steps, and without those of which no dosage says anything."""
    return [line for line in map(_plain, lines) if not line.startswith(_NOTHING)]


def _plain(line: str) -> str:
    now = _as_now(line)
    return _NUMBER.sub(r"\1tep ", now) if now.startswith(("Step ", "Stop: ")) else now


def _as_now(text: str) -> str:
    """A text in the words that are written now: an open end was worded otherwise."""
    return text.replace(_FORMER_OPEN_END, OPEN_END)
