"""A course as medication requests: its steps as dosages in sequence, or one request a step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import takewhile
from typing import Any, Literal

from taper._base.progress import counted
from taper.formats.fhir.quantity import CannotExpress, dose_quantity, quantity, ratio
from taper.formats.fhir.write.medication import LOCAL_ID, Version, medication_of
from taper.formats.fhir.write.receiver import Receiver
from taper.formats.fhir.write.text import as_markdown, as_narrative, checked, ending_text, line_text
from taper.formats.fhir.write.timing import DosageLine, StepPeriod, days_of, lines_of, timing_of
from taper.knowledge.monograph import Ceiling
from taper.plans.plan import Step
from taper.products.product import DosageForm
from taper.schedules.realization import RealizedCourse

Profile = Literal["sequences", "separate", "days"]
KIND_TEXT = {"increase": "This step is an increase.", "step-back": "This step goes back to an earlier dose."}
MAXIMA_TEXT = "Daily maxima compared: "
REVIEW_TEXT = "A review comes before this step."
NOTE_TEXT, PAUSE_NOTE = "Note", "Note of the pause before"
RENDERED_R4 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationRequest.renderedDosageInstruction"
REVIEW_THERAPY = "ends with a review"
COURSE = {"text": "course"}
_THERAPY = "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy"
THERAPY_OF = {
    "continue": {"coding": [{"system": _THERAPY, "code": "continuous", "display": "Continuous long term therapy"}]},
    "stop": {"coding": [{"system": _THERAPY, "code": "acute", "display": "Short course (acute) therapy"}]},
    "review": {"text": REVIEW_THERAPY},
}
_ORAL = {"system": "http://snomed.info/sct", "code": "26643006", "display": "Oral route"}
_SUBLINGUAL = {"system": "http://snomed.info/sct", "code": "37839007", "display": "Sublingual route"}


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What the requests of a course share: version, profile, whom they are for, and the ceilings compared."""

    version: Version
    profile: Profile
    subject: dict[str, Any]
    group: str
    ceilings: tuple[Ceiling, ...]
    receiver: Receiver = field(default_factory=Receiver)


def spans_of(course: RealizedCourse, start: date | None) -> tuple[StepPeriod, ...]:
    """How long each step lasts, on dates if there is a start."""
    if start is None:
        return tuple(StepPeriod(n, None, None, step.step.lasting) for n, step in enumerate(course.steps, start=1))
    return tuple(
        StepPeriod(
            number,
            start + timedelta(days=first - 1),
            None if last is None else start + timedelta(days=last - 1),
            course.steps[number - 1].step.lasting,
        )
        for number, (first, last) in enumerate(course.course.bounds(start), start=1)
    )


def requests_of(
    course: RealizedCourse, start: date | None, order: RequestContext
) -> Iterator[tuple[int | None, dict[str, Any]]]:
    """The requests of a course, each with its step where it holds only one.

    Raises:
        CannotExpress: If FHIR has no way to say something in the course.
    """
    spans = spans_of(course, start)
    _check(course, spans, order)
    if order.profile == "days":
        yield from _by_day(course, spans, order)
        return
    parts = [(span, _dosages(course, span, order)) for span in counted(spans, "steps written")]
    if order.profile == "sequences":
        yield None, _request(course, parts, order)
        return
    for span, dosages in parts:
        if dosages:
            yield span.number, _request(course, [(span, dosages)], order)


def _by_day(
    course: RealizedCourse, spans: Sequence[StepPeriod], order: RequestContext
) -> Iterator[tuple[int | None, dict[str, Any]]]:
    """One request for each day with doses, of that day alone; the last says how the course ends."""
    days, begun = list(days_of(course, spans)), 0
    for number, (span, lines) in enumerate(days, start=1):
        step = course.steps[span.number - 1].step
        paused = _pause_notes(course, span) if span.number != begun else []
        dosages = [_dosage(course, step, line, span, order, paused) for line in lines]
        begun = span.number
        yield span.number, _request(course, [(span, dosages)], order, ends=number == len(days))


def _check(course: RealizedCourse, spans: Sequence[StepPeriod], order: RequestContext) -> None:
    where, undated = f"course {course.course.id}", spans[0].first is None
    if undated and course.course.starts_on_day != 1:
        raise CannotExpress(
            f"it begins on day {course.course.starts_on_day}, which needs dates; put the plan on dates",
            where=where,
        )
    if order.profile == "days" and (undated or spans[-1].is_open):
        raise CannotExpress("a request for each day needs dates and an end; put the plan on dates, and give it an end",
                            where=where)  # fmt: skip
    if undated and order.profile == "separate" and len(spans) > 1:
        raise CannotExpress("requests of one step each are ordered by dates; put the plan on dates", where=where)
    if course.steps[-1].step.is_empty:
        raise CannotExpress("it ends without doses, which a request has no way to say; end it with the last dose",
                            where=where)  # fmt: skip
    for span, step in zip(spans, course.steps, strict=True):
        if step.step.kind == "decision":
            raise CannotExpress("it waits for a decision, which is no order; decide it, or leave the step out",
                                where=f"{where}, step {span.number}")  # fmt: skip
        if undated and step.step.is_empty:
            raise CannotExpress("a gap between doses needs dates; put the plan on dates",
                                where=f"{where}, step {span.number}")  # fmt: skip


def _dosages(course: RealizedCourse, span: StepPeriod, order: RequestContext) -> list[dict[str, Any]]:
    step = course.steps[span.number - 1]
    if step.step.is_empty:
        return []
    lines = lines_of(step, span, grouped=order.version == "R5")
    paused = _pause_notes(course, span)
    return [_dosage(course, step.step, line, span, order, paused) for line in lines]


def _pause_notes(course: RealizedCourse, span: StepPeriod) -> list[str]:
    """The notes of the pause directly before a step, which has no dosage of its own to carry them."""
    before = [item.step for item in course.steps[: span.number - 1]]
    pauses = list(takewhile(lambda step: step.is_empty, reversed(before)))
    return [f"{PAUSE_NOTE}: {checked(step.note, 'note')}" for step in reversed(pauses) if step.note is not None]


def _dosage(
    course: RealizedCourse,
    step: Step,
    line: DosageLine,
    span: StepPeriod,
    order: RequestContext,
    paused: Sequence[str],
) -> dict[str, Any]:
    made: dict[str, Any] = {"sequence": span.number} if order.profile == "sequences" else {}
    made["text"] = line_text(course, line, span)
    notes = [KIND_TEXT.get(step.kind or "", ""), REVIEW_TEXT if step.review_before else ""]
    notes += [*paused, *_own_notes(step, line)]
    if any(notes):
        made["additionalInstruction"] = [{"text": note} for note in notes if note]
    made["timing"] = timing_of(line, span)
    sublingual = all(product.form is DosageForm.SUBLINGUAL_TABLET for product in course.used)
    made["route"] = {"coding": [_SUBLINGUAL if sublingual else _ORAL]}
    made["doseAndRate"] = [{"doseQuantity": _dose(course, line, span)}]
    return made | _maximum(order)


def _own_notes(step: Step, line: DosageLine) -> Iterator[str]:
    """What the writer of a step says of it, and of the times of day of a line."""
    if step.note is not None:
        yield f"{NOTE_TEXT}: {checked(step.note, 'note')}"
    for slot in line.slots:
        if slot in step.slot_notes:
            yield f"{NOTE_TEXT} ({slot}): {checked(step.slot_notes[slot], 'note')}"


def _dose(course: RealizedCourse, line: DosageLine, span: StepPeriod) -> dict[str, Any]:
    try:
        return dose_quantity(line.dose)
    except CannotExpress as error:
        slots = " and ".join(str(slot) for slot in line.slots)
        where = f"course {course.course.id}, step {span.number}, {slots}"
        raise CannotExpress(error.message, where=where) from None


def _maximum(order: RequestContext) -> dict[str, Any]:
    """The daily maxima compared, lowest first; R4 has room for one, which is the lowest."""
    made = [ratio(dose_quantity(item.limit), quantity(Fraction(1), "day", "d")) for item in order.ceilings]
    if not made:
        return {}
    return {"maxDosePerPeriod": made if order.version == "R5" else made[0]}


def _maximum_note(order: RequestContext) -> dict[str, Any]:
    """Which source says each daily maximum, and that R4 carries one of several."""
    if not order.ceilings:
        return {}
    each = "; ".join(f"{item.limit} a day by {item.source.citation}" for item in order.ceilings)
    is_one_of_several = order.version == "R4" and len(order.ceilings) > 1
    lowest = " maxDosePerPeriod holds one of them, the lowest." if is_one_of_several else ""
    return {"note": [{"text": f"{MAXIMA_TEXT}{each}.{lowest}"}]}


def _request(
    course: RealizedCourse,
    parts: Sequence[tuple[StepPeriod, list[dict[str, Any]]]],
    order: RequestContext,
    *,
    ends: bool | None = None,
) -> dict[str, Any]:
    ends = parts[-1][0].number == len(course.steps) if ends is None else ends
    dosages = [dosage for _, held in parts for dosage in held]
    told = [line for span, held in parts for line in _told(span, held)]
    if ends:
        told.append(ending_text(course.course.then, parts[-1][0]))
    made: dict[str, Any] = {"resourceType": "MedicationRequest", "text": as_narrative(told)}
    made["contained"] = [medication_of(course, order.version, order.receiver)]
    if order.version == "R4":
        made["extension"] = [{"url": RENDERED_R4, "valueMarkdown": as_markdown(told)}]
    made |= _header(course.course.id, order)
    made |= _what(order.version)
    made["subject"] = order.subject
    made |= order.receiver.elements(order.version)
    made |= _why(course, order.version)
    made |= _maximum_note(order)
    made["courseOfTherapyType"] = THERAPY_OF[course.course.then]
    if order.version == "R5":
        made["renderedDosageInstruction"] = as_markdown(told)
        made |= _effective([span for span, _ in parts])
    return made | {"dosageInstruction": dosages}


def _told(span: StepPeriod, dosages: list[dict[str, Any]]) -> list[str]:
    if not dosages:
        return [f"Step {span.number}: nothing is taken from {span.first} to {span.last}."]
    return [f"Step {span.number}: {dosage['text']}." for dosage in dosages]


def _header(name: str, order: RequestContext) -> dict[str, Any]:
    return {
        "identifier": [{"type": COURSE, "value": name}],
        "groupIdentifier": {"system": "urn:ietf:rfc:3986", "value": order.group},
        "status": "draft",
        "intent": "proposal",
    }


def _what(version: Version) -> dict[str, Any]:
    reference = {"reference": f"#{LOCAL_ID}"}
    return {"medicationReference": reference} if version == "R4" else {"medication": {"reference": reference}}


def _why(course: RealizedCourse, version: Version) -> dict[str, Any]:
    if course.course.indication is None:
        return {}
    name = {"text": checked(course.course.indication, "indication")}
    return {"reasonCode": [name]} if version == "R4" else {"reason": [{"concept": name}]}


def _effective(spans: Sequence[StepPeriod]) -> dict[str, Any]:
    first, last = spans[0].first, spans[-1].last
    if first is None:
        return {}
    return {"effectiveDosePeriod": {"start": first.isoformat()} | ({"end": last.isoformat()} if last else {})}


def supply_request(
    medication: dict[str, Any], dispense: dict[str, Any], based_on: Sequence[str], order: RequestContext
) -> dict[str, Any]:
    """A request to supply one product for the requests it is based on; it holds no dosage of its own."""
    told = f"Supply of {medication['code']['text']} for the doses of another request; it orders no doses itself."
    return {
        "resourceType": "MedicationRequest",
        "text": as_narrative([told]),
        "contained": [medication],
        "basedOn": [{"reference": url} for url in based_on],
        "groupIdentifier": {"system": "urn:ietf:rfc:3986", "value": order.group},
        "status": "draft",
        "intent": "proposal",
        "category": [{"text": "supply"}],
        **_what(order.version),
        "subject": order.subject,
        **{key: item for key, item in order.receiver.elements(order.version).items() if key != "category"},
        "note": [{"text": told}],
        "dispenseRequest": dispense,
    }
