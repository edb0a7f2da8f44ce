"""A plan as a FHIR bundle of medication requests, their supply, and what a check said of them."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from taper._base.json_text import check_depth
from taper._base.limits import LONGEST_BITS, MOST_WRITTEN
from taper._base.progress import Progress
from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.liquid import Volume
from taper.checks.review import Review
from taper.errors import InvalidInput
from taper.formats.fhir.quantity import quantity
from taper.formats.fhir.write.issues import ceilings_compared, issues_of
from taper.formats.fhir.write.medication import Version, milliliters, product_medication, units
from taper.formats.fhir.write.receiver import SUBJECT, Codings, Receiver, check_names
from taper.formats.fhir.write.request import Profile, RequestContext, requests_of, supply_request
from taper.knowledge.formulary import atc_codes
from taper.schedules.realization import RealizedCourse, RealizedPlan
from taper.schedules.schedule import Schedule, count_all_doses
from taper.supply.count import SupplyLine, count_supply

_NAMESPACE = uuid.UUID("0b6f9d4e-5f0b-5b59-8a53-6f2c2d1d7a90")
_UNKNOWN = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}

Requests = list[tuple[str, str, int | None]]


@takes
def to_fhir(
    plan: RealizedPlan | Schedule,
    *,
    version: Version = "R4",
    review: Review | None = None,
    profile: Profile = "sequences",
    subject: str | None = None,
    authored_on: date | None = None,
    requester: str | None = None,
    category: str | None = None,
    codings: Codings | None = None,
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> dict[str, Any]:
    """A plan as a FHIR Bundle of plain dictionaries: proposals in draft, which a person may turn into orders.

    A schedule gives dates and a supply for the days it shows; the dosages always tell the whole plan. A realized
    plan gives lengths of time. Doses are `Decimal`, so that no digit is lost; `write_fhir` writes them as JSON.

    Args:
        plan: The plan, dated or not.
        version: "R4", with one dosage for each time of day, or "R5", where equal doses share one.
        review: What a check found and could not assess, each as a detected issue. The daily maxima it compared
            with become `maxDosePerPeriod`, and a note names the source of each; R4 has room for the lowest alone.
        profile: "sequences" tells a course's steps in one request; "separate" makes one request a step, for
            systems that cannot take sequences; "days" makes one request a day, for guides that forbid cycles and
            days of the week as well.
        subject: A reference such as "Patient/123"; stated as unknown if not given.
        authored_on: When the requests were written, which some guides require; no clock is read.
        requester: Who asks, as a reference such as "Practitioner/123", which some guides require.
        category: Where the drug is taken: "inpatient", "outpatient", "community" or "discharge".
        codings: Codes of drugs and of products, by the name of the drug or the id of the product, such as
            {"prednisone": {"rxnorm": "...", "atc": "..."}}; of `rxnorm`, `snomed` and `atc`. A drug with one ATC code
            on file has it, unless you give another.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        CannotExpress: If FHIR has no way to say something in the plan; the message names it.
        InvalidInput: If the version, the profile, the subject, or what is said for receivers is not one of those.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> to_fhir(schedule)["resourceType"]
        'Bundle'
    """
    receiver = Receiver(authored_on, requester, category, codings or {})
    _check_choices(version, profile, subject)
    receiver.check()
    realized = plan.realized if isinstance(plan, Schedule) else plan
    names = [name for course in realized.courses for name in (course.drug, *(item.id for item in course.products))]
    check_names(receiver.codings, list(dict.fromkeys(names)))
    receiver = receiver.with_codes_on_file(atc_codes(), realized.drugs)
    start = plan.start if isinstance(plan, Schedule) else None
    _check_size(realized, start if profile == "days" else None)
    root = f"{realized.plan.fingerprint}/{start.isoformat() if start else 'undated'}"
    whom = {"reference": subject} if subject is not None else _UNKNOWN
    entries: list[dict[str, Any]] = []
    listed: Requests = []
    for course in realized.courses:
        order = RequestContext(version, profile, whom, _url(root), _ceilings(realized, course, review), receiver)
        for number, (step, request) in enumerate(requests_of(course, start, order)):
            place = number if profile == "days" else step or 0
            listed.append((_url(root, course.course.id, place), course.course.id, step))
            entries.append(_entry(listed[-1][0], request))
    if isinstance(plan, Schedule):
        _add_supply(
            entries, listed, realized, plan, RequestContext(version, profile, whom, _url(root), (), receiver), root
        )
    for number, issue in enumerate(issues_of(review or Review(), listed, whom, version), start=1):
        entries.append(_entry(_url(root, "issue", number), issue))
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _check_choices(version: str, profile: str, subject: str | None) -> None:
    if version not in {"R4", "R5"}:
        raise InvalidInput(f"got the FHIR version {show(version)}; write R4 or R5", where="version")
    if profile not in {"sequences", "separate", "days"}:
        raise InvalidInput(f"got the profile {show(profile)}; write sequences, separate or days", where="profile")
    if subject is not None and not SUBJECT.fullmatch(subject):
        raise InvalidInput(f"{show(subject)} is not a reference; write it like Patient/123", where="subject")


def _check_size(realized: RealizedPlan, start: date | None) -> None:
    """Refuse a bundle of too many dosages: one a dose where each day is a request, else one a dose of a cycle."""
    days = (day for course in realized.courses for step in course.steps for day in step.days)
    count = sum(len(day.intakes) for day in days) if start is None else count_all_doses(realized, start)
    if count > MOST_WRITTEN:
        raise InvalidInput(
            f"the plan has {count} dosages to write, and a bundle holds at most {MOST_WRITTEN}; split the plan"
        )


def _url(root: str, *parts: object) -> str:
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, '/'.join([root, *map(str, parts)]))}"


def _entry(url: str, resource: dict[str, Any]) -> dict[str, Any]:
    if resource["resourceType"] == "MedicationRequest":
        own = {"system": "urn:ietf:rfc:3986", "value": url}
        resource = resource | {"identifier": [*resource.get("identifier", ()), own]}
    kind, rest = resource["resourceType"], {key: item for key, item in resource.items() if key != "resourceType"}
    return {"fullUrl": url, "resource": {"resourceType": kind, "id": url.removeprefix("urn:uuid:"), **rest}}


def _ceilings(realized: RealizedPlan, course: RealizedCourse, review: Review | None) -> tuple[Any, ...]:
    held = realized.formulary.get(course.drug)
    if review is None or held is None:
        return ()
    return ceilings_compared(course, held.ceilings, review)


def _add_supply(
    entries: list[dict[str, Any]],
    listed: Requests,
    realized: RealizedPlan,
    schedule: Schedule,
    order: RequestContext,
    root: str,
) -> None:
    """The supply of a course's only product stands in its request; any other has a request of its own."""
    for line in count_supply(schedule).lines:
        users = [course for course in realized.courses if line.product in course.used]
        based_on = [url for url, name, _ in listed if name in {course.course.id for course in users}]
        dispense = _dispense(line, _days_of(users, schedule))
        if len(based_on) == 1 and len(users[0].used) == 1:
            next(item for item in entries if item["fullUrl"] == based_on[0])["resource"]["dispenseRequest"] = dispense
            continue
        medication = product_medication(users[0].drug, line.product, order.version, order.receiver)
        request = supply_request(medication, dispense, based_on, order)
        entries.append(_entry(_url(root, "supply", line.product.id), request))


def _days_of(courses: Sequence[RealizedCourse], schedule: Schedule) -> int:
    """The days of some courses that a schedule shows, from the first of any to the last."""
    shown = (schedule.last - schedule.start).days + 1
    bounds = [course.course.bounds(schedule.start) for course in courses]
    last = max(shown if held[-1][1] is None else min(held[-1][1], shown) for held in bounds)
    return last - min(held[0][0] for held in bounds) + 1


def _dispense(line: SupplyLine, days: int) -> dict[str, Any]:
    volume = line.supplied.ml if isinstance(line.supplied, Volume) else None
    amount = milliliters(volume) if volume is not None else units(Fraction(_count(line)), line.product.form)
    return {"quantity": amount, "expectedSupplyDuration": quantity(Fraction(days), "day" if days == 1 else "days", "d")}


def _count(line: SupplyLine) -> int:
    assert isinstance(line.supplied, int)  # a product that is no liquid is counted
    return line.supplied


def write_fhir(resource: Mapping[str, Any]) -> str:
    """A resource as JSON text, its decimals digit for digit.

    Raises:
        InvalidInput: If it holds a float, which was rounded before it arrived, or anything JSON does not have.
    """
    check_depth(resource, "")
    return _written(resource, "\n") + "\n"


def _written(value: object, line: str) -> str:
    inner = line + "  "
    match value:
        case Mapping():
            items = [f"{json.dumps(str(key))}: {_written(item, inner)}" for key, item in value.items()]
            return "{" + inner + ("," + inner).join(items) + line + "}" if items else "{}"
        case list() | tuple():
            items = [_written(item, inner) for item in value]
            return "[" + inner + ("," + inner).join(items) + line + "]" if items else "[]"
        case Decimal():
            return format(value, "f")
        case int() if value.bit_length() > LONGEST_BITS:
            raise InvalidInput(f"got {show(value)}, more digits than any number of an order; write fewer")
        case bool() | None | int() | str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            raise InvalidInput(f"got {show(value)}, which JSON does not hold exactly; give a Decimal, a text or an int")
