"""Plans: steps of regimens, courses of one drug, and plans of one or more courses."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from taper._base.files import write_whole
from taper._base.json_text import as_object, read_json, read_json_file
from taper._base.limits import LONGEST_CYCLE, LONGEST_DAYS, MOST_COURSES, MOST_STEPS
from taper._base.records import NotEmpty, Value
from taper._base.shown import align, shorten, show
from taper._base.tables import write_html_table
from taper._base.takes import takes
from taper._base.text import Name, Text
from taper.amounts.dose import AverageDose, DailyDose, Dose
from taper.amounts.duration import Duration, check_date, shift
from taper.errors import InvalidInput, OutOfScope
from taper.plans.regimen import NOTHING, WEEKDAYS, Regimen, Slot, Weekday
from taper.plans.request import MadeBy
from taper.products.product import Form, Release

FORMAT: Literal["taper-plan/1"] = "taper-plan/1"


class StartNeeded(InvalidInput):
    """A plan with months or weekdays has day numbers only once it has a start."""


def _drug(value: object) -> object:
    if isinstance(value, str):
        refuse_drug(value)
    return value


_PER_VOLUME = re.compile(r"(?i)\d\s*(?:micrograms?|mcg|ug|µg|mg|g)\s*/\s*[\d.,]*\s*ml\b")  # a strength has a slash


def refuse_drug(text: str) -> None:
    """Refuse a name that is of another route than by mouth, or of a combination."""
    for route in ("intrathecal", "injection", "pump", "patch", "rectal"):
        if route in text.lower():
            raise OutOfScope(
                f"{show(text)} names the {route} route; only products taken by mouth are planned here, leave it out"
            )
    if re.search(r"[/+]|\band\b", _PER_VOLUME.sub("", text)):
        raise OutOfScope(f"{show(text)} names a combination product; plan each drug in a course of its own")


# Two that XML cannot hold, and those that turn the direction of writing, after which "10" can print as "01".
_UNPRINTABLE = frozenset("\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _refuse_unprintable(text: str, allowed: str = "") -> str:
    for mark in text:
        if mark not in allowed and (unicodedata.category(mark) == "Cc" or mark in _UNPRINTABLE):
            raise InvalidInput(f"holds the character U+{ord(mark):04X}, which does not print; remove it")
    return text


def _printable(text: str) -> str:
    return _refuse_unprintable(text)


def _printable_title(text: str) -> str:
    # Where a title has lines, each format joins or breaks them as it can.
    return _refuse_unprintable(text, allowed="\t\n\r")


StepNote = Annotated[Text, AfterValidator(_printable)]
Drug = Annotated[str, Field(min_length=1, max_length=80), BeforeValidator(_drug), AfterValidator(_printable)]
Title = Annotated[Text, AfterValidator(_printable_title)]


class Pattern(Value):
    """A day, a cycle of days taken in turn, or a week of days; exactly one of the three."""

    regimen: Regimen | None = None
    cycle: Annotated[tuple[Regimen, ...], Field(min_length=2, max_length=LONGEST_CYCLE)] | None = None
    weekly: dict[Weekday, Regimen] | None = None

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={"oneOf": [{"required": [name]} for name in ("regimen", "cycle", "weekly")]},
    )

    @model_validator(mode="after")
    def _one_pattern(self) -> Self:
        self._check_pattern()
        return self

    def _check_pattern(self) -> None:
        given = self._patterns
        if len(given) != 1:
            raise InvalidInput(f"has {' and '.join(given) or 'no doses'}; write one of regimen, cycle and weekly")
        if not any(self.days):
            raise InvalidInput("has no doses; leave the step out, or give what is taken")

    @property
    def _patterns(self) -> list[str]:
        return [name for name in ("regimen", "cycle", "weekly") if getattr(self, name) is not None]

    @property
    def days(self) -> tuple[Regimen, ...]:
        """The days of the pattern once through: one, those of the cycle, or Monday to Sunday."""
        if self.regimen is not None:
            return (self.regimen,)
        if self.cycle is not None:
            return self.cycle
        if self.weekly is not None:
            return tuple(self.weekly.get(day, NOTHING) for day in WEEKDAYS)
        return (NOTHING,)

    @property
    def is_constant(self) -> bool:
        """Whether every day is the same."""
        return len(set(self.days)) == 1

    @property
    def average(self) -> AverageDose:
        """The mean daily total over the pattern, to stand beside the days and never instead of them."""
        return AverageDose.over(day.total for day in self.days)

    @property
    def largest(self) -> DailyDose:
        """The largest daily total in the pattern."""
        return max(day.total for day in self.days)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every time of day that the pattern uses, in order."""
        return tuple(sorted({slot for day in self.days for slot in day.slots}))

    @takes
    def on(self, index: int, weekday: int | None = None) -> Regimen:
        """The regimen on a day of the pattern.

        Args:
            index: How many days since its first day, from 0.
            weekday: Monday is 0; needed by a weekly pattern.

        Raises:
            StartNeeded: If a weekly pattern is asked without a weekday.
        """
        if self.weekly is None:
            days = self.days
            return days[index % len(days)]
        if weekday is None:
            raise StartNeeded("a weekly pattern has days only once the plan has a start; give a start date")
        return self.weekly.get(WEEKDAYS[weekday], NOTHING)

    def __str__(self) -> str:
        if self.regimen is not None:
            return str(self.regimen)
        if self.cycle is not None:
            return "in turn: " + "; ".join(str(day) for day in self.cycle)
        if self.weekly is not None:
            return "; ".join(f"{day}: {regimen}" for day, regimen in self.weekly.items())
        return str(NOTHING)


class Step(Pattern):
    """A pattern held for a length of time; without one, it stays open.

    A step of the kind "gap" is a time in which doses were not taken, one of the kind "decision" a time for which
    nothing is planned until a person decides; both are written without doses, and never take the place of a stop.
    `note` is what a person is to be told of the step, in words of the one who writes it, and `slot_notes` of a time
    of day; every print and export carries them and none reads them.
    """

    lasting: Duration | None = Field(default=None, alias="for")
    kind: Literal["increase", "step-back", "gap", "decision"] | None = None
    review_before: bool = False
    products: tuple[Name, ...] = ()
    note: StepNote | None = None
    slot_notes: dict[Slot, StepNote] = Field(default_factory=dict)

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["regimen"]},
                {"required": ["cycle"]},
                {"required": ["weekly"]},
                {"required": ["kind"], "properties": {"kind": {"enum": ["gap", "decision"]}}},
            ]
        },
    )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is taken in it: a gap, or a time that waits for a decision."""
        return self.kind in {"gap", "decision"}

    def _check_pattern(self) -> None:
        if not self.is_empty:
            super()._check_pattern()
            for slot in self.slot_notes:
                if slot not in self.slots:
                    raise InvalidInput(f"slot_notes: nothing is taken {slot}; write the note at a time of a dose")
        elif self._patterns:
            raise InvalidInput(f'is a "{self.kind}" and has a {self._patterns[0]}; remove one of the two')
        elif self.review_before or self.products:
            raise InvalidInput(f'is a "{self.kind}", in which nothing is taken; remove review_before and products')
        elif self.slot_notes:
            raise InvalidInput(f'is a "{self.kind}", in which nothing is taken; write the note of the step as note')


class Before(Pattern):
    """What was taken until day 1, and for how long if known."""

    lasting: Duration | None = Field(default=None, alias="for")


def _before_tag(value: object) -> str:
    return "~before" if isinstance(value, dict | Before) else "~nothing"


BeforeField = (
    Annotated[
        Annotated[Literal["nothing"], Tag("~nothing")] | Annotated[Before, Tag("~before")],
        Discriminator(_before_tag),
    ]
    | None
)


class Course(Value):
    """The steps of one drug, what came before them, and what comes after.

    `then` is "continue" if and only if the last step is open, "stop" if the drug ends there, and "review" if the
    plan ends there and a person decides. An absent `before` is unknown.
    """

    model_config = ConfigDict(populate_by_name=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$", max_length=80)] = ""
    drug: Drug
    release: Release | None = None
    form: Form | None = None
    indication: Name | None = None
    before: BeforeField = None
    starts_on_day: Annotated[int, Field(ge=1, le=LONGEST_DAYS, strict=True)] = 1
    then: Literal["continue", "stop", "review"]
    products: tuple[Name, ...] = ()
    steps: Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS, json_schema_extra={"minItems": 1}), NotEmpty]
    made_by: MadeBy | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        if isinstance(data, dict) and "id" not in data and isinstance(data.get("drug"), str):
            return {"id": re.sub(r"[^A-Za-z0-9._-]+", "-", data["drug"]).strip("-._") or "course", **data}
        return data

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for index, step in enumerate(self.steps[:-1]):
            if step.lasting is None:
                raise InvalidInput(f'steps[{index}] has no end and is not the last; add "for", or move it to the end')
        if self.steps[0].is_empty:
            raise InvalidInput(f'steps[0] is a "{self.steps[0].kind}"; begin with what is taken')
        is_open = self.steps[-1].lasting is None
        if is_open and self.then != "continue":
            raise InvalidInput(f'the last step has no end, yet then is "{self.then}"; write "continue" or add "for"')
        if not is_open and self.then == "continue":
            raise InvalidInput('then is "continue", yet the last step has an end; remove its "for" or write "review"')
        slots = (intake.slot for step in self.steps for day in step.days for intake in day)
        if len({slot.is_clock for slot in slots if not slot.is_daily}) > 1:
            raise InvalidInput("some steps use named times and some clock times; use one kind in a course")
        return self

    def __str__(self) -> str:
        return shorten(align([("step", "for", "doses of a day", "then"), *(row[1:] for row in _notebook_rows(self))]),
                       whole="its steps")  # fmt: skip

    def __repr__(self) -> str:
        return f"<Course {self.id} of {self.drug}: {len(self.steps)} step{'' if len(self.steps) == 1 else 's'}>"

    @property
    def is_open(self) -> bool:
        """Whether the last step has no end."""
        return self.then == "continue"

    @property
    def needs_decision(self) -> bool:
        """Whether its last step waits for a person to decide what follows."""
        return self.steps[-1].kind == "decision" and self.then != "stop"

    @property
    def is_in_days(self) -> bool:
        """Whether every day number is known without a start date."""
        return all(step.lasting is None or step.lasting.is_in_days for step in self.steps) and not self.has_weekdays

    @property
    def has_weekdays(self) -> bool:
        return any(step.weekly is not None for step in self.steps)

    def bounds(self, start: date | None = None) -> tuple[tuple[int, int | None], ...]:
        """The first and last day number of each step, both inclusive; None where the last step is open.

        Args:
            start: The date of the plan's day 1; needed where a step lasts months or years.

        Raises:
            StartNeeded: If it is needed and absent.
        """
        return tuple(self._bounds(start))

    def _bounds(self, start: date | None) -> Iterator[tuple[int, int | None]]:
        begins = None if start is None else shift(check_date(start), months=0, days=self.starts_on_day - 1)
        first, months, days = self.starts_on_day, 0, 0
        for step in self.steps:
            if step.lasting is None:
                yield first, None
                return
            months, days = months + step.lasting.months, days + step.lasting.days
            following = self.starts_on_day + self._length(begins, months, days)
            yield first, following - 1
            first = following

    def _length(self, begins: date | None, months: int, days: int) -> int:
        if begins is not None:
            return (shift(begins, months=months, days=days) - begins).days
        if months:
            raise StartNeeded(f"course {self.id} lasts months, which have days only from a start; give a start date")
        return days


class Plan(Value):
    """One or more courses on one axis of days: what is meant, before products and dates.

    Example:
        >>> plan = Plan.read({"format": "taper-plan/1", "courses": [{"drug": "baclofen", "then": "continue",
        ...     "steps": [{"regimen": {"evening": "5 mg"}}]}]})
        >>> print(plan.courses[0].steps[0])
        5 mg evening
    """

    format: Literal["taper-plan/1"] = FORMAT
    title: Title | None = None
    courses: Annotated[tuple[Course, ...], Field(max_length=MOST_COURSES, json_schema_extra={"minItems": 1}), NotEmpty]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        ids = [course.id for course in self.courses]
        for name in ids:
            if ids.count(name) > 1:
                raise InvalidInput(f"two courses have the id {show(name)}; give one another id")
        for index, course in enumerate(self.courses):
            _check_length(course, f"courses[{index}]")
        return self

    @property
    def is_open(self) -> bool:
        """Whether any course goes on without an end."""
        return any(course.is_open for course in self.courses)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the plan's meaning: canonical JSON without title and made_by, doses in mg."""
        text = json.dumps(_canonical(self), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data in the plan format."""
        made = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {"format": self.format, **{key: made[key] for key in ("title", "courses") if key in made}}

    def to_json(self) -> str:
        """The plan as JSON text in the plan format; reading it gives the plan back."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"

    @takes
    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the plan to a JSON file that `load_plan` reads, whole or not at all.

        Args:
            path: The name of the file.
            force: Whether to replace a file that exists; a link is replaced itself, not what it leads to.

        Raises:
            InvalidInput: If the file exists and force is not given, is no file or is read-only, or cannot be written.

        Example:
            >>> from tempfile import mkdtemp
            >>> plan = Plan.read({"courses": [{"drug": "x", "then": "stop",
            ...     "steps": [{"for": "2 weeks", "regimen": {"evening": "5 mg"}}]}]})
            >>> load_plan(plan.save(Path(mkdtemp()) / "plan.json")) == plan
            True
        """
        return write_whole(path, self.to_json(), force=force)

    def __str__(self) -> str:
        rows = [row for course in self.courses for row in _notebook_rows(course)]
        heads = ("course", "step", "for", "doses of a day", "then")
        return shorten([self.title or "Plan", *align([heads, *rows])], whole="to_json()")

    def __repr__(self) -> str:
        steps = sum(len(course.steps) for course in self.courses)
        drugs = ", ".join(dict.fromkeys(course.drug for course in self.courses))
        return f"<Plan of {drugs}: {steps} step{'' if steps == 1 else 's'}, {self.fingerprint[:8]}>"

    def _repr_html_(self) -> str:
        rows = [row for course in self.courses for row in _notebook_rows(course)]
        return write_html_table(self.title or "Plan", ("course", "step", "for", "doses of a day", "then"), rows)


def _notebook_rows(course: Course) -> Iterator[tuple[str, ...]]:
    for number, step in enumerate(course.steps, start=1):
        doses, lasting = "nothing" if step.is_empty else str(step), str(step.lasting or "no end")
        yield course.id, str(number), lasting, doses, course.then if number == len(course.steps) else ""


def _check_length(course: Course, where: str) -> None:
    total_days = sum(step.lasting.days for step in course.steps if step.lasting)
    total_months = sum(step.lasting.months for step in course.steps if step.lasting)
    if 2 * (course.starts_on_day - 1 + total_days) + total_months * 61 > 2 * LONGEST_DAYS:
        raise InvalidInput("the plan is longer than 20 years; split it", where=where)


def _canonical(value: object) -> Any:
    match value:
        case Dose():
            return value.in_unit("mg").text
        case Duration():
            return f"{value.days} days" if value.is_in_days else f"{value.months} months"
        case Regimen():
            return {intake.slot.name: _canonical(intake.dose) for intake in value}
        case Value():
            fields = type(value).model_fields
            pairs = {info.alias or name: getattr(value, name) for name, info in fields.items()}
            kept = {key: item for key, item in pairs.items() if key not in {"title", "made_by"}}
            return {key: _canonical(item) for key, item in kept.items() if item not in (None, (), False, {})}
        case dict():
            return {str(key): _canonical(item) for key, item in value.items()}
        case tuple():
            return [_canonical(item) for item in value]
        case _:
            return value


@takes
def read_plan(text: str, *, where: str = "") -> Plan:
    """Read a plan from JSON text in the plan format.

    Args:
        text: JSON text.
        where: What to call the text in an error.

    Raises:
        InvalidInput: If it is not JSON or not a plan; the message lists each problem with its path.

    Example:
        >>> step = '{"for": "2 weeks", "regimen": {"evening": "5 mg"}}'
        >>> text = '{"format": "taper-plan/1", "courses": [{"drug": "x", "then": "stop", "steps": [%s]}]}' % step
        >>> read_plan(text).courses[0].drug
        'x'
    """
    return _as_plan(read_json(text, where=where), where)


@takes
def load_plan(path: str | Path) -> Plan:
    """Read a plan from a JSON file in the plan format.

    Raises:
        InvalidInput: If it cannot be read; the message lists each problem with its path.
    """
    return _as_plan(read_json_file(path), str(path))


def _as_plan(data: Any, where: str) -> Plan:
    says = "a plan is a JSON object with format and courses"
    return Plan.read(as_object(data, says, where=where, form=FORMAT), where=where)
