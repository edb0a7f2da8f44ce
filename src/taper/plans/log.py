"""The log of what happened: events that change a plan, doses taken or missed, symptom scores."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from taper._base.json_text import as_object, read_json, read_json_file
from taper._base.limits import MOST_EVENTS, MOST_INTAKES, MOST_SYMPTOMS
from taper._base.numbers import Exact, write_number
from taper._base.records import NotEmpty, Value
from taper._base.shown import shorten, show
from taper._base.takes import takes
from taper._base.text import Name
from taper.amounts.dose import Dose
from taper.amounts.duration import CalendarDate, Duration
from taper.errors import InvalidInput
from taper.paces.pace import PaceText
from taper.plans.plan import Plan, Step
from taper.plans.regimen import Regimen, Slot

FORMAT: Literal["taper-log/1"] = "taper-log/1"


class InvalidEvent(InvalidInput):
    """An event that cannot be read, contradicts another of its day, or does not fit the plan it is applied to."""


def _with_doses(regimen: Regimen) -> Regimen:
    if not regimen:
        raise InvalidEvent("has no doses; write what is taken, or stop")
    return regimen


SomeDoses = Annotated[Regimen, AfterValidator(_with_doses)]


class Replanned(Value):
    """How the rest of a plan follows a change: shifted as it is, or replanned over what products can make.

    A plan that was written by hand is replanned only if a pace is given, and an order of its intakes.
    """

    model_config = ConfigDict(populate_by_name=True)

    rest: Literal["shift", "replan"] = "shift"
    pace: PaceText | None = None
    order: Annotated[str, Field(min_length=1, max_length=200)] | None = None

    @model_validator(mode="after")
    def _plans_with_a_pace(self) -> Self:
        if self.rest == "shift" and (self.pace is not None or self.order is not None):
            raise InvalidEvent('the rest is shifted as it is, so a pace has no use; write rest "replan" or remove it')
        return self


class ResumeAt(Replanned):
    """After a gap: take this regimen, for so long or as planned, and go on from the step of the plan that has it.

    What was taken before the plan may be resumed too; the plan gives it no length, so write one.
    """

    resume: SomeDoses
    lasting: Duration | None = Field(default=None, alias="for")


class TitrateAnew(Value):
    """After a gap: these steps in place of all that was left of the course."""

    titrate: Annotated[tuple[Step, ...], NotEmpty]
    then: Literal["continue", "stop", "review"]


class TitrateTo(Value):
    """After a gap: up to a daily total by a pattern, as a first titration would be, and then that.

    The pattern is an increment and its interval, or what a source of the drug's monograph gives: its `column` and
    `indication` where it has several, and `aim` where it gives a range. `slots` are the times of day in the order in
    which they are added.
    """

    titrate_to: Dose
    slots: Annotated[tuple[Slot, ...], NotEmpty]
    increment: Dose | None = None
    every: Duration | None = None
    source: Name | None = None
    column: Name | None = None
    indication: Name | None = None
    aim: Literal["slow", "fast"] | None = None

    @model_validator(mode="after")
    def _has_one_pattern(self) -> Self:
        if (self.increment is None) != (self.every is None):
            raise InvalidEvent("an increment has an interval; write both increment and every, or neither")
        if (self.increment is None) == (self.source is None):
            raise InvalidEvent("titrates by an increment or by a source; write one of the two")
        return self


def _then_tag(given: object) -> str:
    if isinstance(given, TitrateAnew) or (isinstance(given, dict) and "titrate" in given):
        return "~titrate"
    if isinstance(given, TitrateTo) or (isinstance(given, dict) and "titrate_to" in given):
        return "~titrate-to"
    if isinstance(given, dict | ResumeAt):
        return "~resume"
    if given != "stop":
        raise InvalidEvent(
            f'then is {show(given)}; write "stop", {{"resume": ...}}, {{"titrate": ..., "then": ...}} or '
            '{"titrate_to": ..., "slots": ..., "increment": ..., "every": ...}'
        )
    return "~stop"


Then = Annotated[
    Annotated[Literal["stop"], Tag("~stop")]
    | Annotated[ResumeAt, Tag("~resume")]
    | Annotated[TitrateAnew, Tag("~titrate")]
    | Annotated[TitrateTo, Tag("~titrate-to")],
    Discriminator(_then_tag),
]
"""What follows a gap: "stop", a regimen to resume at, or steps or a pattern to titrate by again."""


class _OnDay(Value):
    """Something that happens from a date on, to one course, or to every course if none is named."""

    model_config = ConfigDict(populate_by_name=True)

    day: CalendarDate
    course: Annotated[str, Field(min_length=1, max_length=80)] | None = None

    def __str__(self) -> str:
        data = self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"day"})
        said = [f"{name} {value}" for name, value in data.items()]
        return f"{self.day}: {' '.join([getattr(self, 'kind', ''), *said])}"


class Hold(_OnDay, Replanned):
    """Keep what was taken the day before for so much longer; all that was to come from this day on comes later."""

    kind: Literal["hold"] = "hold"
    lasting: Duration = Field(alias="for")


class Resume(_OnDay):
    """End a hold early, or decide what follows a gap that waits for a decision."""

    kind: Literal["resume"] = "resume"
    then: Then | None = None


class StepBack(_OnDay, Replanned):
    """Return to what was taken so many changes ago, for a time, and come down again from there step by step."""

    kind: Literal["step-back"] = "step-back"
    steps: Annotated[int, Field(ge=1, le=1000, strict=True)]
    lasting: Duration = Field(alias="for")


class Slow(_OnDay):
    """Replan the rest at a slower pace."""

    kind: Literal["slow"] = "slow"
    pace: PaceText
    order: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class SpeedUp(_OnDay):
    """Replan the rest at a faster pace: only ever because someone wrote it down."""

    kind: Literal["speed-up"] = "speed-up"
    pace: PaceText
    order: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class ChangeProducts(_OnDay, Replanned):
    """Make every dose from this day on of these products, named by id."""

    kind: Literal["change-products"] = "change-products"
    products: Annotated[tuple[Name, ...], NotEmpty]


class Stop(_OnDay):
    """Take nothing from this day on. It is checked like any other reduction."""

    kind: Literal["stop"] = "stop"


class Retarget(_OnDay, Replanned):
    """End at another dose: a regimen to stay on, or {} for nothing."""

    kind: Literal["retarget"] = "retarget"
    to: Regimen


class Gap(_OnDay):
    """Doses not taken from this day on, for so long, and what follows.

    Without `then` the days after the gap stay empty and say that a decision is needed.
    """

    kind: Literal["gap"] = "gap"
    lasting: Duration = Field(alias="for")
    then: Then | None = None


class PassReview(_OnDay):
    """A person's word that the next step that waits for review may begin."""

    kind: Literal["pass-review"] = "pass-review"


Event = Hold | Resume | StepBack | Slow | SpeedUp | ChangeProducts | Stop | Retarget | Gap | PassReview
_EVENTS: tuple[type[Event], ...] = (
    Hold, Resume, StepBack, Slow, SpeedUp, ChangeProducts, Stop, Retarget, Gap, PassReview
)  # fmt: skip
_KINDS = {str(kind.model_fields["kind"].default): kind for kind in _EVENTS}


def _read_event(given: object) -> object:
    if isinstance(given, dict):
        kind = given.get("kind")
        if not isinstance(kind, str) or kind not in _KINDS:
            raise InvalidEvent(f"kind is {show(kind)}; write one of {', '.join(_KINDS)}")
        return _KINDS[kind].validated(given)
    if not isinstance(given, _EVENTS):
        raise InvalidEvent(f'got {show(given)}, which is not an event; write {{"kind": "hold", ...}}')
    return given


AnyEvent = Annotated[Event, BeforeValidator(_read_event)]


class IntakeRecord(Value):
    """What happened to one planned dose: taken, missed, or another dose taken in its place."""

    day: CalendarDate
    slot: Slot
    course: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    result: Literal["taken", "missed", "other"]
    dose: Dose | None = None

    @model_validator(mode="after")
    def _says_which_dose(self) -> Self:
        if (self.dose is not None) != (self.result == "other"):
            raise InvalidInput('write a dose where another dose was taken, and only there (result "other")')
        return self

    def __str__(self) -> str:
        return f"{self.day} {self.slot}: {self.dose if self.dose is not None else ''} {self.result}".replace("  ", " ")


class Symptom(Value):
    """A score that someone gave to a day, on a scale of their own. It is carried along and never interpreted."""

    day: CalendarDate
    score: Annotated[Exact, Field(ge=0, le=1_000_000)]
    scale: Name | None = None

    def __str__(self) -> str:
        return f"{write_number(self.score)}{f' ({self.scale})' if self.scale else ''}"


class Log(Value):
    """What happened to one plan from one start date: events, intakes and symptoms; dates and doses, no identities.

    `plan` is the plan's fingerprint. `written_for` may hold the plan as it was, so that a log of another plan can say
    what is different.

    Example:
        >>> plan = Plan.read({"courses": [{"drug": "x", "then": "stop",
        ...     "steps": [{"for": "4 weeks", "regimen": {"evening": "5 mg"}}]}]})
        >>> log = Log.of(plan, date(2027, 3, 1), [Hold(day=date(2027, 3, 9), lasting=Duration(7))])
        >>> read_log(log.to_json()) == log
        True
    """

    format: Literal["taper-log/1"] = FORMAT
    plan: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    start: CalendarDate
    events: Annotated[tuple[AnyEvent, ...], Field(max_length=MOST_EVENTS)] = ()
    intakes: Annotated[tuple[IntakeRecord, ...], Field(max_length=MOST_INTAKES)] = ()
    symptoms: Annotated[tuple[Symptom, ...], Field(max_length=MOST_SYMPTOMS)] = ()
    written_for: Plan | None = None

    @classmethod
    @takes
    def of(
        cls,
        plan: Plan,
        start: date,
        events: Iterable[Event] = (),
        *,
        intakes: Iterable[IntakeRecord] = (),
        symptoms: Iterable[Symptom] = (),
    ) -> Self:
        """A log of a plan that began on a date."""
        return cls(
            plan=plan.fingerprint,
            start=start,
            events=tuple(events),
            intakes=tuple(intakes),
            symptoms=tuple(symptoms),
        )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.written_for is not None and self.written_for.fingerprint != self.plan:
            raise InvalidInput("is not the plan of that fingerprint; remove it", where="written_for")
        same_day = _OneDay()
        for index, event in enumerate(self.events):
            where = f"events[{index}]"
            if event.day < self.start:
                raise InvalidEvent(f"{event.day} is before the start on {self.start}; correct the day", where=where)
            if index and event.day < self.events[index - 1].day:
                raise InvalidEvent(f"{event.day} is before the event above it; add events at the end", where=where)
            if index and event.day != self.events[index - 1].day:
                same_day = _OneDay()
            same_day.add(event, where)
        _check_once(self.intakes)
        _check_begun("intakes", (record.day for record in self.intakes), self.start)
        _check_begun("symptoms", (symptom.day for symptom in self.symptoms), self.start)
        return self

    @property
    def changes_from(self) -> date | None:
        """The day of the last event: what lies before it is history."""
        return self.events[-1].day if self.events else None

    @takes
    def and_then(self, *events: Event) -> Self:
        """The log with further events at its end.

        Raises:
            InvalidEvent: If one is earlier than the last, or contradicts one of its day.
        """
        return type(self)(**{**dict(self), "events": (*self.events, *events)})

    def to_dict(self) -> dict[str, Any]:
        """The log as plain data in the log format."""
        made = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"events", "written_for"})
        events = [_plain(event) for event in self.events]
        parts = {"events": events, "intakes": made["intakes"], "symptoms": made["symptoms"]}
        head = {"format": self.format, "plan": self.plan, "start": made["start"]}
        plan = {} if self.written_for is None else {"written_for": self.written_for.to_dict()}
        return head | {key: items for key, items in parts.items() if items} | plan

    def __str__(self) -> str:
        lines = [f"Log of the plan {self.plan[:8]}, from {self.start}", *(f"  {event}" for event in self.events)]
        lines += [f"  {item}" for item in self.intakes]
        lines += [f"  {item.day}: score {item}" for item in self.symptoms]
        return shorten(lines, whole="to_json()")

    def __repr__(self) -> str:
        counts = f"{len(self.events)} events, {len(self.intakes)} intakes, {len(self.symptoms)} scores"
        return f"<Log of the plan {self.plan[:8]}: {counts}>"

    def to_json(self) -> str:
        """The log as JSON text in the log format; reading it gives the log back."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"


def _plain(event: Event) -> dict[str, Any]:
    return {"kind": event.kind, **event.model_dump(mode="json", by_alias=True, exclude_defaults=True)}


_TOGETHER = frozenset({"change-products", "slow", "speed-up", "retarget", "hold", "step-back", "resume", "pass-review"})
_APART = (
    frozenset({"hold", "resume"}),
    frozenset({"hold", "step-back"}),
    frozenset({"resume", "step-back"}),
    frozenset({"slow", "speed-up"}),
    frozenset({"hold", "pass-review"}),
)


class _OneDay:
    """The events of one day, looked up by course and kind, so that a day of many events is read in one pass."""

    def __init__(self) -> None:
        self._of_any: dict[str, Event] = {}
        self._of_course: dict[str | None, dict[str, Event]] = {}

    def add(self, event: Event, where: str) -> None:
        """Add an event, if it contradicts none of the day."""
        for other in self._of_any.values() if event.course is None else self._beside(event.course):
            _check_pair(other, event, where)
        self._of_any[event.kind] = event
        self._of_course.setdefault(event.course, {})[event.kind] = event

    def _beside(self, course: str) -> Iterator[Event]:
        for name in (course, None):
            yield from self._of_course.get(name, {}).values()


def _check_pair(one: Event, other: Event, where: str) -> None:
    kinds = frozenset({one.kind, other.kind})
    if len(kinds) == 1:
        raise InvalidEvent(f"a second {other.kind} on {other.day}; keep one", where=where)
    if not kinds <= _TOGETHER or kinds in _APART:
        raise InvalidEvent(f"{other.kind} contradicts {one.kind} on {other.day}; keep one", where=where)


def _check_begun(name: str, days: Iterable[date], start: date) -> None:
    for index, day in enumerate(days):
        if day < start:
            raise InvalidInput(f"{day} is before the start on {start}; correct the day", where=f"{name}[{index}]")


def _check_once(intakes: tuple[IntakeRecord, ...]) -> None:
    seen: set[tuple[date, Slot, str | None]] = set()
    for index, record in enumerate(intakes):
        key = (record.day, record.slot, record.course)
        if key in seen:
            raise InvalidInput(f"{record.day} {record.slot} is recorded twice; keep one", where=f"intakes[{index}]")
        seen.add(key)


@takes
def read_log(text: str, *, where: str = "") -> Log:
    """Read a log from JSON text in the format `taper-log/1`.

    Args:
        text: JSON text.
        where: What to call the text in an error.

    Raises:
        InvalidInput: If it is not JSON or not a log; the message lists each problem with its path.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> from taper import Log
        >>> read_log(Log.of(plan, date(2027, 3, 1)).to_json()).start
        datetime.date(2027, 3, 1)
    """
    return _as_log(read_json(text, where=where), where)


@takes
def load_log(path: str | Path) -> Log:
    """Read a log from a JSON file in the format `taper-log/1`.

    Raises:
        InvalidInput: If it cannot be read; the message lists each problem with its path.
    """
    return _as_log(read_json_file(path), str(path))


def _as_log(data: Any, where: str) -> Log:
    says = "a log is a JSON object with format, plan, start and events"
    return Log.read(as_object(data, says, where=where, form=FORMAT), where=where)
