"""FHIR medication requests read back as a plan, or refused with everything that does not agree."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from taper._base.json_text import NotJson, check_depth, is_json_lines, read_json, read_text_file
from taper._base.limits import LARGEST_FHIR_BYTES as LARGEST
from taper._base.limits import MOST_COURSES
from taper._base.progress import Progress, watched
from taper._base.shown import shorten, show
from taper._base.takes import read_once, takes
from taper._base.text import readable
from taper.amounts.dose import Dose
from taper.amounts.liquid import Concentration
from taper.errors import InvalidInput
from taper.formats.fhir.read.account import account
from taper.formats.fhir.read.bundle import Choice, Request, open_requests, read_version
from taper.formats.fhir.read.consistency import (
    Doses,
    check_days_supplied,
    check_maximum,
    check_supply,
    read_dispensed,
)
from taper.formats.fhir.read.course import ReadCourse, course_data, course_groups, read_course
from taper.formats.fhir.read.elements import as_list, as_map
from taper.formats.fhir.read.import_report import ImportReport, Notes
from taper.formats.fhir.read.lines import read_lines
from taper.formats.fhir.read.long_texts import without_long_texts
from taper.formats.fhir.read.medication import Options, choose_drug, read_medication
from taper.formats.fhir.read.steps import days_in_common
from taper.formats.fhir.read.strength import as_strength
from taper.formats.fhir.read.times_of_day import SlotsByFrequency
from taper.formats.fhir.read.together import check_together, reference_names
from taper.formats.fhir.write.medication import Version
from taper.plans.plan import Plan

_OUTSIDE = {"as-needed", "route"}


@dataclass(frozen=True, slots=True, repr=False)
class FhirPlan:
    """A plan read from FHIR, the date of its day 1 if the requests have dates, and what the import noticed.

    The reports name everything that does not agree or was not read, and that leaves the doses certain.
    """

    plan: Plan
    start: date | None
    version: Version
    reports: tuple[ImportReport, ...]

    def __str__(self) -> str:
        return shorten([f"Read as {self.version}", *map(str, self.reports[:5]), str(self.plan)], whole="plan.to_json()")

    def __repr__(self) -> str:
        return f"<FhirPlan, {self.version}: {self.plan!r}, {len(self.reports)} reports>"


@takes
def load_fhir(
    path: str | Path,
    *,
    version: Version | None = None,
    slots: SlotsByFrequency | None = None,
    strength: Dose | Concentration | str | None = None,
    drugs: Mapping[str, str] | None = None,
    accept: Collection[str] = (),
    patient: str | None = None,
    drug: str | None = None,
    select: Collection[str] = (),
) -> FhirPlan:
    """Read a plan from a file of at most 50 MB, JSON or NDJSON; see `from_fhir`.

    Args:
        path: A JSON file of a MedicationRequest or a Bundle, or NDJSON with one resource on each line.
        version: "R4" or "R5"; told by the elements if absent.
        slots: The times of day of so many doses a day, where they are not said: `{2: ["morning", "evening"]}`.
        strength: What one unit, or a volume, holds: "5 mg", "2 mg/5 mL".
        drugs: Names in the request, and the drugs they stand for.
        accept: Which disagreements may stand: "text", "gap".
        patient: As for `from_fhir`.
        drug: As for `from_fhir`.
        select: As for `from_fhir`.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> from pathlib import Path
        >>> from tempfile import mkdtemp
        >>> from taper import to_fhir, write_fhir
        >>> path = Path(mkdtemp()) / "order.json"
        >>> _ = path.write_text(write_fhir(to_fhir(schedule)), encoding="utf-8")
        >>> load_fhir(path).plan.courses[0].drug
        'diazepam'
    """
    data = _read(read_text_file(path, largest=LARGEST), str(path))
    return from_fhir(data, version=version, slots=slots, strength=strength, drugs=drugs, accept=accept,
                     patient=patient, drug=drug, select=select)  # fmt: skip


@watched
def from_fhir(
    resource: Mapping[str, Any] | str,
    *,
    version: Version | None = None,
    slots: SlotsByFrequency | None = None,
    strength: Dose | Concentration | str | None = None,
    drugs: Mapping[str, str] | None = None,
    accept: Collection[str] = (),
    patient: str | None = None,
    drug: str | None = None,
    select: Collection[str] = (),
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> FhirPlan:
    """Read a plan from a FHIR MedicationRequest, or from a Bundle of them, of R4 or R5.

    A MedicationStatement, a MedicationDispense and a bare Dosage are read as well. Nothing is guessed. Every element
    is read, reported as not read, or refused. What leaves the doses of a day uncertain refuses the whole: gaps,
    overlaps, steps without bounds, a text that says more or other than the codes, doses as needed, ranges, rates,
    unknown units, elements that FHIR does not have, requests given twice or not in force. The error lists every such
    thing at once, and everything else that was noticed. In a Bundle, a request that is not in force, as needed or not
    by mouth is left out and listed, if others remain. NDJSON, as a bulk export writes it, is read as a Bundle of its
    lines is, and a line that cannot be read is named; reports give the line of each request.

    Args:
        resource: JSON text, NDJSON text with one resource on each line, or plain data whose numbers were read as
            `Decimal`; a float was rounded before it arrived.
        version: "R4" or "R5"; told by the elements if not given, and compared with them if given.
        slots: Times of day where a request says only how often, such as {1: ["morning"], 2: ["morning", "evening"]}.
        strength: What one unit, or a volume, holds, where a request counts or measures and does not say: "5 mg",
            "2 mg/5 mL".
        drugs: What a drug is called here, by its name in the request, such as {"Prednisone 5mg tablet": "prednisone"}.
        accept: "text" lets the codes stand where a text says something else; "gap" reads days of which nothing is
            said as a time without doses. Both are still reported.
        patient: Whose requests to read, as a reference or an id.
        drug: Of which drug; it is called so in the plan. One drug is called so whatever its name in the request.
        select: The ids of the requests to read.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        WrongResource: If it is no MedicationRequest, none of R4 or R5, or mixes them.
        CannotImport: If no plan can be read; `reports` holds all that was noticed.
        NotFound: If no request has an id, or is for the patient or of the drug, that was named.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> from taper import to_fhir
        >>> from_fhir(to_fhir(schedule)).start
        datetime.date(2027, 3, 1)
    """
    data = resource
    if isinstance(resource, str):
        data = _read(resource)
    else:
        check_depth(data, "")
    for name, given in (("patient", patient), ("drug", drug)):
        readable("" if given is None else given, "; write it as text", where=name)
    notes, choice = Notes(_listed(accept, "accept")), Choice(patient, drug, _listed(select, "select"))
    requests = tuple(without_long_texts(request, notes) for request in open_requests(data, choice, notes))
    found = read_version(requests, version)
    options = Options(slots, as_strength(strength), _called(drugs))
    requests, options = choose_drug(requests, drug, options)
    check_together(requests, notes)
    requests = account(data, requests, found, notes)
    groups = tuple(course_groups([request for request in requests if not request.is_supply]))
    if len(groups) > MOST_COURSES:
        notes.refuse(
            "medication", "", f"it orders {len(groups)} courses; a plan has {MOST_COURSES} at most, select some"
        )
        notes.require_none()
    courses = _read_courses(groups, options, notes)
    _check_supplies(courses, [request for request in requests if request.is_supply], options, notes)
    _report_together(courses, notes)
    start = _start(courses, notes)
    made = _courses(courses, start, notes)
    if not made:
        notes.refuse("dose", "", "no request orders doses; give one that does")
    notes.require_none()
    plan = _plan(made, notes)
    for course, read in zip(plan.courses, courses, strict=True):
        check_maximum(course, read.steps, read.strength, notes)
    return FhirPlan(plan, start, found, notes.reports)


def _listed(named: Collection[str], where: str) -> tuple[str, ...]:
    if isinstance(named, str):
        return (named,)
    read = read_once("from_fhir", where, named)
    if not isinstance(read, list | tuple) or not all(isinstance(name, str) for name in read):
        raise InvalidInput(f"got {show(named)}; write a list of texts", where=where)
    return tuple(read)


def _called(drugs: Mapping[str, str] | None) -> Mapping[str, str]:
    made = read_once("from_fhir", "drugs", {} if drugs is None else drugs)
    if not isinstance(made, Mapping) or not all(isinstance(name, str) for name in made.values()):
        raise InvalidInput(f"got {show(drugs)}; write the drug by its name in the request", where="drugs")
    return made


def _read(text: str, where: str = "") -> Any:
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("<"):
        raise NotJson("is XML; give the order as JSON, the other form that FHIR has", where=where)
    if len(text) > LARGEST:
        raise NotJson(f"is larger than {LARGEST // 1_000_000} MB, which no order is; give one patient's requests")
    try:
        return read_json(text, where=where, largest=LARGEST)
    except NotJson:
        if not is_json_lines(text):
            raise
    return read_lines(text, where)


def _read_courses(groups: Sequence[tuple[Request, ...]], options: Options, notes: Notes) -> tuple[ReadCourse, ...]:
    """Read each course; one that is as needed or not by mouth is left out and listed where others remain."""
    apart = [notes.apart() for _ in groups]
    read = [read_course(group, options, mine) for group, mine in zip(groups, apart, strict=True)]
    outside = [bool(mine.refused_kinds & _OUTSIDE) and group[0].course_name is None
               for group, mine in zip(groups, apart, strict=True)]  # fmt: skip
    if all(outside):
        outside = [False] * len(groups)
    for course, mine, is_outside in zip(read, apart, outside, strict=True):
        if is_outside:
            kind = sorted(mine.refused_kinds & _OUTSIDE)[0]
            notes.report(kind, course.where, f"left out: {mine.first_of(kind)}")
        else:
            notes.add(mine)
    return tuple(course for course, is_outside in zip(read, outside, strict=True) if not is_outside)


def _check_supplies(courses: Sequence[ReadCourse], requests: Sequence[Request], options: Options, notes: Notes) -> None:
    extra = []
    for request in requests:
        of = read_medication(request, options, notes)
        dispensed = read_dispensed(request.body, request.where, of, notes) if of else None
        first = _first_supplied(request, courses)
        extra += [(of.drug, replace(dispensed, first=first))] if of and dispensed else []
    read = [course for course in courses if course.requested is not None]
    for name, item in extra:
        if name not in {course.drug for course in read}:
            notes.report("supply", item.where, f"a supply of {name}, for which no request orders doses")
    for drug in dict.fromkeys(course.drug for course in read):
        mine = [course for course in read if course.drug == drug]
        own = [replace(item, first=course.first) for course in mine for item in course.dispensed]
        given = own + [item for name, item in extra if name == drug]
        check_supply(drug, [Doses(course.steps, course.strength) for course in mine], given, notes)
        if len(mine) == 1 and given:
            check_days_supplied(mine[0].steps, given[0], notes)


def _first_supplied(request: Request, courses: Sequence[ReadCourse]) -> date | None:
    """The first day of the courses that a supply is based on, or of any if it names none that is here."""
    named = {name for item in as_list(request.body.get("basedOn")) for name in reference_names(as_map(item))}
    users = [course for course in courses if named & course.references] or courses
    return min((course.first for course in users if course.first is not None), default=None)


def _report_together(courses: Sequence[ReadCourse], notes: Notes) -> None:
    """Report two requests for one drug on the same days, unless they name the courses of a plan that are meant."""
    of_drug: dict[str, list[ReadCourse]] = {}
    for course in courses:
        if course.drug:
            of_drug.setdefault(course.drug, []).append(course)
    for mine in of_drug.values():
        for one, other in combinations(mine, 2):
            if None in {one.name, other.name} and days_in_common(one.steps, other.steps):
                said = f"{one.where} orders {one.drug} on the same days; the doses of both are planned"
                notes.report("overlap", other.where, said)


def _start(courses: Sequence[ReadCourse], notes: Notes) -> date | None:
    firsts = [course.first for course in courses if course.steps]
    dated = [first for first in firsts if first is not None]
    if dated and len(dated) < len(firsts):
        notes.refuse("bounds", "", "some requests have dates and some have none; write all in one way")
    return min(dated, default=None)


def _courses(courses: Sequence[ReadCourse], start: date | None, notes: Notes) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for number, course in enumerate(courses, start=1):
        said = "what was taken before day 1 is not in a request, so it is unknown"
        notes.report("before", course.where, said)
        data = course_data(course, start, notes)
        made.append({"id": course.name or (f"course-{number}" if len(courses) > 1 else "course"), **data})
    return made


def _plan(courses: list[dict[str, Any]], notes: Notes) -> Plan:
    plan: Plan | None = None
    with notes.catching("medication", ""):
        plan = Plan.read({"courses": courses})
    notes.require_none()
    assert plan is not None  # a plan that does not read is a refusal
    return plan
