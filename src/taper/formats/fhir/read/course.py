"""The requests of one course read together: its drug, its steps, and how it ends."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from taper._base.progress import counted
from taper._base.shown import show
from taper.errors import TaperError
from taper.formats.fhir.quantity import UnitStrength
from taper.formats.fhir.read.bundle import Request, reasons_of
from taper.formats.fhir.read.consistency import Dispensed, check_texts, read_dispensed
from taper.formats.fhir.read.dosage import ReadDosage, read_dosage
from taper.formats.fhir.read.elements import as_map, codes_of, first_text
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.medication import Options, Requested, read_medication
from taper.formats.fhir.read.order_period import check_period, lay_in_period
from taper.formats.fhir.read.own_text import check_own_texts
from taper.formats.fhir.read.steps import ReadStep, read_steps, step_data
from taper.formats.fhir.read.texts import check_foreign_texts
from taper.formats.fhir.read.times_of_day import SlotsByFrequency
from taper.formats.fhir.write.request import REVIEW_THERAPY

_INDICATION = re.compile(r"[a-z0-9][a-z0-9.+-]{0,79}")


@dataclass(frozen=True, slots=True)
class ReadCourse:
    """What the requests of a course say; `requested` is None where no drug could be read."""

    where: str
    references: frozenset[str]
    name: str | None
    requested: Requested | None
    strength: UnitStrength | None
    steps: tuple[ReadStep, ...]
    dispensed: tuple[Dispensed, ...]
    then: str
    indication: str | None

    @property
    def drug(self) -> str:
        """Its drug, as it is called here; blank if none could be read."""
        return self.requested.drug if self.requested is not None else ""

    @property
    def first(self) -> date | None:
        return self.steps[0].bounds.first if self.steps else None


def course_groups(requests: Sequence[Request]) -> Iterator[tuple[Request, ...]]:
    """Requests that name one course of one group go together; any other stands alone."""
    made: dict[tuple[str, ...], list[Request]] = {}
    for index, request in enumerate(requests):
        name = request.course_name
        group = str(as_map(request.body.get("groupIdentifier")).get("value", ""))
        made.setdefault((group, name) if name else (str(index),), []).append(request)
    yield from map(tuple, made.values())


def read_course(requests: tuple[Request, ...], options: Options, notes: Notes) -> ReadCourse:
    """Read the requests of one course; what cannot be read is refused in the notes."""
    head = requests[0]
    requested = [read_medication(request, options, notes) for request in requests]
    drugs = {item.drug for item in requested if item is not None}
    if len(drugs) > 1:
        notes.refuse("medication", head.where, f"one course names {' and '.join(sorted(drugs))}; give each a course")
    elif len(set(requested)) > 1:
        notes.refuse("medication", head.where, "one course names two products of a drug; give each a course")
    for request, item in zip(requests, requested, strict=True):
        _check_form(request, item, notes)
    parts = [_dosages(request, options.slots, notes) for request in requests]
    is_own = head.course_name is not None
    steps = read_steps(_in_order(parts) if is_own else parts[0], head.where, notes, in_order=is_own)
    if len(requests) == 1:
        steps = lay_in_period(head.body, steps, head.where, notes)
    else:
        for request, part in zip(requests, parts, strict=True):
            check_period(request.body, part, request.where, notes)
    of, ending = requested[0], _ending(steps)
    check_texts(steps, notes)
    steps = check_foreign_texts(requests, steps, of.strength if of else None, notes)
    then = ending or _then(head, steps, notes)
    if ending:
        steps = _without_pause(steps)
    if of is not None and head.course_name is not None:
        check_own_texts(requests, steps, of, then, notes)
    dispensed = [read_dispensed(request.body, request.where, of, notes) for request in requests] if of else []
    return ReadCourse(
        head.where,
        frozenset(name for request in requests for name in request.references),
        head.course_name,
        of,
        of.strength if of else None,
        steps,
        tuple(item for item in dispensed if item is not None),
        then,
        _indication(head, notes),
    )


def _check_form(request: Request, requested: Requested | None, notes: Notes) -> None:
    """Refuse a form that is not known to be taken by mouth where no route says that it is."""
    if requested is None or requested.strange_form is None:
        return
    for index, item in enumerate(request.dosages):
        if "route" not in as_map(item):
            what = f"no route is stated, and the form {show(requested.strange_form)} is not known to be by mouth"
            notes.refuse("route", request.dosage_at(index), f"{what}; write the route")


def _ending(steps: Sequence[ReadStep]) -> str | None:
    """That the drug stops, where the last step is one of no doses and has no end."""
    last = steps[-1] if len(steps) > 1 else None
    return "stop" if last is not None and last.is_nothing and last.bounds.is_open else None


def _without_pause(steps: tuple[ReadStep, ...]) -> tuple[ReadStep, ...]:
    while len(steps) > 1 and steps[-1].is_nothing:
        steps = steps[:-1]
    return steps


def _dosages(request: Request, slots: SlotsByFrequency | None, notes: Notes) -> list[ReadDosage]:
    return [
        read_dosage(as_map(item), request.dosage_at(index), slots, notes, is_extended=request.is_extended)
        for index, item in enumerate(counted(request.dosages, "dosages read"))
    ]


def _in_order(parts: list[list[ReadDosage]]) -> list[ReadDosage]:
    """Requests of one step each, which name their course, carry no sequence; their dates give it."""
    if any(dosage.sequence is not None for part in parts for dosage in part):
        return [dosage for part in parts for dosage in part]
    ordered = sorted(parts, key=lambda part: min((item.bounds.first or date.min for item in part), default=date.min))
    return [replace(item, sequence=number) for number, part in enumerate(ordered, start=1) for item in part]


def _then(request: Request, steps: Sequence[ReadStep], notes: Notes) -> str:
    if not steps:
        return "continue"
    stated = request.body.get("courseOfTherapyType")
    where = f"{request.where}.courseOfTherapyType" if request.kind == "MedicationRequest" else request.where
    codes = codes_of(stated)
    if steps[-1].bounds.is_open:
        if "continuous" not in codes:
            called = "called short" if "acute" in codes else "not said to continue"
            notes.report("ending", where, f"the last dosage has no end, and the course is {called}; read as open")
        return "continue"
    if "acute" in codes:
        return "stop"
    if "continuous" in codes:
        notes.report("ending", where, "the last dosage ends, and the course is called continuous; read as a review")
    elif first_text(stated) != REVIEW_THERAPY:
        notes.report("ending", where, "whether the drug stops after the last dosage is not said; read as a review")
    return "review"


def _indication(request: Request, notes: Notes) -> str | None:
    names = [name for _, reason in reasons_of(request.body) if (name := first_text(reason)) is not None]
    if len(names) == 1 and _INDICATION.fullmatch(names[0]):
        return names[0]
    if names:
        said = "; ".join(names)
        notes.report(
            "not-read", request.where, f"the reason {show(said)} is no short name of an indication, and is left out"
        )
    return None


def course_data(course: ReadCourse, start: date | None, notes: Notes) -> dict[str, Any]:
    """A course in the plan format; what its steps cannot be read as is refused in the notes."""
    of = course.requested
    made: dict[str, Any] = {"drug": course.drug, "then": course.then, "indication": course.indication}
    if of is not None:
        made |= {"release": of.release, "form": of.form}
    if start is not None and course.first is not None:
        made["starts_on_day"] = (course.first - start).days + 1
    steps: list[dict[str, Any]] = []
    for step in course.steps:
        try:
            steps += step_data(step, course.strength)
        except TaperError as error:
            notes.refuse_error("dose", step.where, error)
    return made | {"steps": steps}
