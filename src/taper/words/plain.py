"""Doses, endings and changes in plain English, without any package for languages."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction

from taper._base.numbers import say_count, write_number
from taper.amounts.duration import LONG_WEEKDAY_NAMES, WEEKDAY_NAMES, long_date
from taper.plans.log import (
    ChangeProducts,
    Event,
    Gap,
    Hold,
    PassReview,
    Replanned,
    Resume,
    ResumeAt,
    Retarget,
    Slow,
    SpeedUp,
    StepBack,
    Stop,
    Then,
    TitrateAnew,
    TitrateTo,
)
from taper.plans.regimen import Slot
from taper.products.product import Portion, Product
from taper.schedules.adherence import Adherence, DayTaken
from taper.schedules.schedule import End, Gate, Note, Schedule
from taper.supply.count import FillLine, Supply, SupplyLine
from taper.words.endings import is_last_of_drug, last_dose
from taper.words.language import Language
from taper.words.phrases import phrases_of


class PlainEnglish(Language):
    """English in plain letters, for text that needs no package: "1 and 1/2 x 5 mg tablet"."""

    def __init__(self) -> None:
        super().__init__("en", phrases_of("en"), None)

    def row_date(self, day: date, *, year: bool = True) -> str:  # noqa: ARG002 - it always stands
        """A date with its weekday and year."""
        return long_date(day)

    def row_dates(self, first: date, last: date, *, year: bool = True) -> str:  # noqa: ARG002 - it always stands
        """Two dates, both in full."""
        return long_date(first) if first == last else f"{long_date(first)} - {long_date(last)}"

    def weekday(self, index: int, *, short: bool = False) -> str:
        """The name of a weekday; Monday is 0."""
        return (WEEKDAY_NAMES if short else LONG_WEEKDAY_NAMES)[index]

    def join(self, items: Iterable[str]) -> str:
        """A list in a sentence: a, b and c."""
        *head, last = items
        return f"{', '.join(head)} and {last}" if head else last

    def number(self, value: Fraction) -> str:
        """An exact number."""
        return write_number(value)

    def short_portion(self, portion: Portion, product: Product) -> str:
        """A portion with the label of its product."""
        if portion.volume is not None:
            rest = ", the rest thrown away" if product.made_from is not None else ""
            return f"{portion.volume} of {product.label}{rest}"
        return f"{say_count(portion.count or Fraction(0))} x {product.label}"

    def slot(self, slot: Slot) -> tuple[str, str]:
        """A time of day by its name."""
        return slot.name, slot.name


def describe_ending(schedule: Schedule) -> list[str]:
    """How each course of a schedule ends, and which later days are not shown; "stop" only where the end is 0."""
    lines = []
    for course in schedule.realized.courses:
        name, end = course.course.id, schedule.course_ends[course.course.id]
        match end:
            case End.CONTINUES:
                lines.append(f"{name}: the plan continues beyond {schedule.last}, with no stop date.")
            case End.STOP:
                lines.append(_describe_stop(schedule, name))
            case End.DECISION:
                lines.append(f"{name}: decision needed; nothing is planned from {_undecided_from(schedule, name)}.")
            case End.REVIEW:
                last = schedule.steps_of(name)[-1].last
                lines.append(f"{name}: the plan ends on {last} with a review; it says nothing of what follows.")
            case End.WINDOW:  # pragma: no branch - it is the last end there is
                lines.append(f"{name}: the plan continues beyond {schedule.last}, which this window does not show.")
    gates: dict[str, list[Gate]] = {}
    for gate in schedule.gates:
        gates.setdefault(gate.course, []).append(gate)
    for waiting in gates.values():
        lines += _describe_gates(waiting)
    if schedule.beyond is not None:
        lines.append(f"Not shown: {schedule.beyond}.")
    else:
        lines += [f"Not shown: {item}." for item in schedule.to_come]
    return lines


_MOST_GATES = 4
"""Up to so many reviews of a course are listed; this stands below a plan and in each event of a calendar."""


def _describe_gates(gates: list[Gate]) -> Iterator[str]:
    if len(gates) > _MOST_GATES:
        first, last = gates[0], gates[-1]
        ends = f"the first is step {first.step}, from {first.date}, the last step {last.step}, from {last.date}"
        yield f"{first.course}: {len(gates)} steps wait for review before they begin; {ends}."
        return
    for gate in gates:
        yield f"{gate.course}: step {gate.step}, from {gate.date}, waits for review before it begins."


def _describe_stop(schedule: Schedule, course: str) -> str:
    last = last_dose(schedule, course)
    if is_last_of_drug(schedule, course):
        return f"{course}: stop; " + ("its days hold no dose." if last is None else f"the last dose is on {last[0]}.")
    drug = schedule.realized.course(course).drug
    mine = "its days hold no dose" if last is None else f"the last dose of this course is on {last[0]}"
    return f"{course}: {mine}; other courses hold doses of {drug}."


def _undecided_from(schedule: Schedule, course: str) -> date:
    steps = schedule.realized.course(course).course.bounds(schedule.start)
    return schedule.start + timedelta(days=steps[-1][0] - 1)


def describe_note(note: Note, schedule: Schedule) -> str:
    """What a day says beside its doses, with its course where there are several: "decision needed"."""
    return note.kind.value if len(schedule.realized.courses) == 1 else f"{note.course}: {note.kind.value}"


def describe_notes(schedule: Schedule) -> list[str]:
    """What the writer of the plan says of its steps and of their times of day."""
    lines = []
    for step in schedule.steps:
        held, where = step.realized.step, f"{step.course}, step {step.number}"
        lines += [f"{where}: {held.note}"] if held.note is not None else []
        lines += [f"{where}, {slot}: {note}" for slot, note in held.slot_notes.items()]
    return lines


def describe_changes(schedule: Schedule) -> list[str]:
    """What happened to a schedule since it was first made, and the scores that were given to its days."""
    if schedule.log is None:
        return []
    lines = [_describe_event(event, schedule) for event in schedule.log.events]
    if schedule.log.symptoms:
        scores = "; ".join(f"{symptom.day} {symptom}" for symptom in schedule.log.symptoms)
        lines.append(f"Scores given: {scores}.")
    return lines


def _describe_event(event: Event, schedule: Schedule) -> str:
    whose = f"{event.course}: " if event.course is not None else ""
    more = ", more than was taken on any day before" if _is_increase(event, schedule) else ""
    return f"{event.day}: {whose}{_what_happened(event)}{more}."


def _is_increase(event: Event, schedule: Schedule) -> bool:
    """Whether a regimen that was resumed after a gap is one that had never been reached."""
    if not isinstance(event, Gap | Resume) or not isinstance(event.then, ResumeAt):
        return False
    steps = (s for s in schedule.steps if s.first >= event.day and event.course in {None, s.course})
    resumed = (s.realized.step for s in steps if s.realized.step.regimen == event.then.resume)
    return next((step.kind == "increase" for step in resumed), False)


def _what_happened(event: Event) -> str:
    match event:
        case Hold():
            return f"on hold for {event.lasting}{_then_replanned(event)}"
        case StepBack():
            many = "1 step" if event.steps == 1 else f"{event.steps} steps"
            return f"stepped back by {many} for {event.lasting}{_then_replanned(event)}"
        case Slow() | SpeedUp():
            return f"{'slowed' if event.kind == 'slow' else 'sped up'} to {event.pace}"
        case ChangeProducts():
            return f"products changed to {', '.join(event.products)}{_then_replanned(event)}"
        case Retarget():
            return f"now to end at {event.to}{_then_replanned(event)}"
        case Gap():
            return f"not taken for {event.lasting}, {_what_follows(event.then)}"
        case Resume():
            return "resumed" if event.then is None else f"decided after a gap: {_what_follows(event.then)}"
        case PassReview():
            return "the next step that waited for review may begin"
        case Stop():  # pragma: no branch - it is the last event there is
            return "stopped"


def _then_replanned(event: Replanned) -> str:
    if event.rest == "shift":
        return ""
    return ", the rest replanned" if event.pace is None else f", the rest replanned at {event.pace}"


def _what_follows(then: Then | None) -> str:
    match then:
        case None:
            return "decision needed on what follows"
        case ResumeAt():
            lasting = "" if then.lasting is None else f" for {then.lasting}"
            return f"then resumed at {then.resume}{lasting}{_then_replanned(then)}"
        case TitrateAnew():
            return "then titrated again"
        case TitrateTo():
            by = f"by {then.increment} every {then.every}" if then.increment else f"as {then.source} gives it"
            return f"then titrated again to {then.titrate_to}/day, {by}"
        case _:
            return "then stopped"


def describe_adherence(adherence: Adherence) -> list[str]:
    """How many planned doses were taken, and each day that departed from the plan."""
    first, last = adherence.days[0].date, adherence.days[-1].date
    counts = f"{adherence.taken} taken, {adherence.missed} missed, {adherence.other} with another dose"
    more = f"{adherence.unplanned} taken unplanned, {adherence.unrecorded} not recorded"
    lines = [f"Recorded from {first} to {last}: of the planned doses {counts}; {more}."]
    return [*lines, *(f"  {_describe_departure(day)}." for day in adherence.days if day.departs)]


def _describe_departure(day: DayTaken) -> str:
    parts = []
    for drug, taken in day.taken.items():
        planned = day.planned.get(drug)
        said = "not known in full" if taken is None else str(taken)
        parts.append(f"{drug} {said}, planned {planned if planned is not None else 'none'}")
    return f"{day.date}: {'; '.join(parts)}"


def describe_tally(supply: Supply) -> list[str]:
    """What to supply of each product and in each fill, what is there already, left over and thrown away."""
    return [*map(_line, supply.lines), *(_fills(supply) if len(supply.fills) > 1 else [])]


def _line(line: SupplyLine) -> str:
    held = f", {line.on_hand_text} on hand" if line.on_hand else ""
    over = f", {line.leftover_text} left over" if line.leftover else ""
    return f"{_supplied(line)}{held}, {line.used_text} used{over}{_expiry(line)} ({line.product.id})"


def _supplied(line: SupplyLine | FillLine) -> str:
    packs = f" in {'1 pack' if line.packs == 1 else f'{line.packs} packs'}" if line.packs else ""
    return f"{line.supplied} {'of' if line.product.form.is_liquid else 'x'} {line.product.label}{packs}"


def _expiry(line: SupplyLine) -> str:
    keeps = line.product.discard_after_opening
    after = "1 day" if keeps == 1 else f"{keeps} days"
    if line.expiry_is_uncounted:
        return f"; it keeps {after} after opening, and what is then thrown away is not counted: no bottle size is known"
    return f", {line.expired_text} thrown away {after} after opening" if line.expired else ""


def _fills(supply: Supply) -> Iterator[str]:
    for fill in supply.fills:
        many = "1 day" if fill.days_supply == 1 else f"{fill.days_supply} days"
        yield f"Fill {fill.number}, {fill.first} to {fill.last} ({many}):"
        for line in (line for line in fill.lines if line.used or line.supplied_amount):
            carried = f", {line.carried_in_text} carried in" if line.carried_in else ""
            lasts = f", lasts until {line.lasts_until}" if line.lasts_until > fill.last else ""
            yield f"  {_supplied(line)}{carried}{lasts} ({line.product.id})"
