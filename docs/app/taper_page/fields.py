"""The fields of the form: what each is called, what it means, and which option of the command line it fills."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Work = Literal["down", "up", "cross", "steps", "open", "event"]
Kind = Literal["text", "date", "number", "choice", "lines", "flag"]

WORKS: dict[Work, str] = {
    "down": "Taper: reduce step by step",
    "up": "Titration: increase step by step",
    "cross": "Cross-taper: replace a medicine in stages",
    "steps": "Steps of my own",
}
_ALL: tuple[Work, ...] = ("down", "up", "cross", "steps")


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    `name` is its key in the form, `option` what it fills on the command line (empty where it stands alone or is a fact
    about the person), `works` the kinds of plan that use it, `choices` pairs of a value and its words.
    """

    name: str
    label: str
    kind: Kind = "text"
    option: str = ""
    help: str = ""
    works: tuple[Work, ...] = _ALL
    choices: tuple[tuple[str, str], ...] = ()
    listed: str = ""
    start: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together; `opened` groups are shown at once, others when they are asked for."""

    name: str
    title: str
    fields: tuple[Field, ...]
    opened: bool = False
    help: str = ""


def groups(tables: tuple[str, ...]) -> tuple[Group, ...]:
    """The form.

    Args:
        tables: The ids of the equivalence tables on file.
    """
    return (
        Group("plan", "The plan", tuple(_plan(tables)), opened=True),
        Group("products", "Products", tuple(_products()), help="The shipped ones are used if you leave this empty."),
        Group(
            "person",
            "Facts for the check",
            tuple(_person()),
            help="These stay in this page's memory and are gone when it is closed. No name is asked for.",
        ),
        Group("paper", "Sheet and calendar", tuple(_paper())),
        Group("opening", "Opening FHIR requests", tuple(_opening()), help="What a request may leave unsaid."),
    )


def _plan(tables: tuple[str, ...]) -> Iterator[Field]:
    yield Field("drug", "Medicine", help="A generic or a brand name", listed="drugs")
    yield Field(
        "before",
        "Taken now",
        option="--from",
        help='Such as "5 mg morning, 10 mg bedtime"; leave it empty if nothing is',
        works=("down", "up", "cross", "steps"),
    )
    yield Field("to", "Down to", option="--to", help="0 if left empty", works=("down",))
    yield Field(
        "pace",
        "Pace",
        option="--pace",
        help='Such as "1 mg every 2 weeks" or "10% of current, at least 1 mg, every 2 weeks"',
        works=("down",),
    )
    yield Field(
        "over", "Or over how long", option="--over", help='Such as "12 weeks", in place of a pace', works=("down",)
    )
    yield Field(
        "order",
        "Which time of day first",
        option="--order",
        help='With several times of day: "evenly", "in order" or "keep last: bedtime"',
        works=("down",),
        listed="orders",
    )
    yield Field("target", "Up to, a day", option="--to", help='Such as "15 mg"', works=("up",))
    yield Field(
        "slots", "Times of day", option="--slots", help="In the order they are added: morning, noon", works=("up",)
    )
    yield Field(
        "by", "Increase by", option="--by", help='"label" for the label\'s steps, or "5 mg every 3 days"', works=("up",)
    )
    yield Field(
        "label",
        "Whose steps",
        option="--label",
        help="Where several sources have steps: the name of one",
        works=("up",),
    )
    yield Field(
        "indication",
        "What it is for",
        option="--indication",
        help="Where advice differs by what it is for",
        works=("down", "up", "steps"),
    )
    yield Field("to_drug", "Replaced by", option="--to-drug", works=("cross",), listed="drugs")
    yield Field(
        "equivalence",
        "Equivalence table",
        "choice",
        "--equivalence",
        works=("cross",),
        choices=(("", "choose one; there is no default"), *((name, name) for name in tables)),
    )
    yield Field("every", "Each stage lasts", option="--every", help='Such as "1 week"', works=("cross",))
    yield Field(
        "rounding",
        "What cannot be made is rounded",
        "choice",
        "--rounding",
        works=("cross",),
        choices=(("", "choose one"), ("down", "down"), ("nearest", "to the nearest"), ("up", "up")),
    )
    yield Field(
        "stages",
        "In so many stages",
        "number",
        "--stages",
        help="One time of day after another if left empty",
        works=("cross",),
    )
    yield Field(
        "after", "Then taper at this pace", option="--pace", help='Such as "1 mg every 2 weeks"', works=("cross",)
    )
    yield Field(
        "after_order", "Which time of day first in that taper", option="--order", works=("cross",), listed="orders"
    )
    yield Field(
        "pattern",
        "Steps",
        help='Such as "60 mg for 2 days, then down 10 mg every 2 days to 20 mg, then stop"',
        works=("steps",),
    )
    yield Field("at", "Time of day", option="--at", help="Such as morning or 08:00", works=("steps",))
    yield Field(
        "on",
        "On which days",
        option="--on",
        help='Such as "monday" or "alternate days"; every day if empty',
        works=("steps",),
    )
    yield Field("start", "Day 1", "date", help="The first day of the plan; its dose is the first that is new")
    yield Field(
        "days", "Days to show", "number", help="Of a plan that goes on; 28 beyond its last change if left empty"
    )


def _products() -> Iterator[Field]:
    yield Field(
        "market", "Whose products", "choice", "--market", choices=(("", "US, else UK"), ("us", "US"), ("uk", "UK"))
    )
    yield Field("only", "Only these strengths", "lines", "--only", help="One a line, such as 2 mg")
    yield Field(
        "divide", "May be divided", "lines", "--divide", help="One a line, such as 2mg=2 for halves of the 2 mg tablet"
    )
    yield Field(
        "syringe", "Syringe for liquids", option="--syringe", help='Such as "5 mL, 0.2 mL": its size, and its marks'
    )
    yield Field(
        "release", "Release", option="--release", help="Such as extended, where several are on file", works=_ALL
    )
    yield Field(
        "own",
        "Products of my own",
        "lines",
        help='One a line, such as "5 mg tablet, halves" or "2 mg/5 mL oral-solution, 0.1 mL"',
    )


def _person() -> Iterator[Field]:
    yes = (("", "not said"), ("yes", "yes"), ("no", "no"))
    yield Field("age", "Age", "number")
    yield Field("sex", "Sex", "choice", choices=(("", "not said"), ("female", "female"), ("male", "male")))
    yield Field("weight_kg", "Weight, kg", "number")
    yield Field("crcl", "Creatinine clearance, mL/min", "number")
    yield Field("egfr", "eGFR, mL/min/1.73 m²", "number")
    yield Field("kidney_stable", "Kidney function is stable", "choice", choices=yes)
    yield Field("dialysis", "On dialysis", "choice", choices=yes)
    liver = tuple((name, name) for name in ("none", "mild", "moderate", "severe"))
    yield Field("liver", "Liver impairment", "choice", choices=(("", "not said"), *liver))
    yield Field("pregnant", "Pregnant", "choice", choices=yes)
    yield Field("lactating", "Breastfeeding", "choice", choices=yes)
    yield Field("conditions", "Conditions", "lines", help='One a line; "none" if there are none')
    yield Field("medications", "Other medicines", "lines", help='One a line; "none" if there are none')
    yield Field("as_needed", "Medicines taken as needed", "lines", help='One a line; "none" if there are none')


def _paper() -> Iterator[Field]:
    names = (("en", "English"), ("es", "español"), ("fr", "français"), ("de", "Deutsch"))
    yield Field("language", "Language of the sheet", "choice", "--language", choices=names, start="en")
    yield Field("large", "Large print", "flag", "--large")
    yield Field("sunday_first", "Weeks begin on Sunday", "flag", "--sunday-first")
    yield Field(
        "times", "Clock times", option="--times", help="The calendar has whole days without them: morning=08:00"
    )
    yield Field("tz", "Time zone", option="--tz", help="For the calendar: Europe/London; each device's own if empty")


def _opening() -> Iterator[Field]:
    always: tuple[Work, ...] = (*_ALL, "open")
    yield Field("open_slots", "Times of day of its doses", "text", "--slots", "Such as morning,evening", always)
    yield Field("open_strength", "What one tablet holds", "text", "--strength", "Such as 5 mg, or 2 mg/5 mL", always)
    yield Field("open_drug", "Which medicine to read", "text", "--drug", "Where it holds several", always)
    yield Field("open_accept", "What may disagree", "text", "--accept", "Such as text, if its words say more", always)


def all_fields(tables: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """Every field, in the order of the form."""
    return tuple(field for group in groups(tables) for field in group.fields)


EVENTS = {
    "hold": "Hold: keep the dose for a while",
    "step-back": "Step back to an earlier dose",
    "resume": "Resume after a hold",
    "slow": "Go on more slowly",
    "gap": "Nothing was taken for a while",
    "stop": "Stop from this day on",
}
_OF_AN_EVENT: tuple[Work, ...] = ("event",)
EVENT_FIELDS = (
    Field("event", "What happened", "choice", "", "", _OF_AN_EVENT, tuple(EVENTS.items()), start="hold"),
    Field("day", "From which day", "date", "--day", "", _OF_AN_EVENT),
    Field("for", "For how long", "text", "--for", 'Such as "2 weeks"', _OF_AN_EVENT),
    Field("pace", "New pace", "text", "--pace", "Of a plan that goes on more slowly", _OF_AN_EVENT),
    Field("at", "Doses to go on at", "text", "--at", "Of a plan that resumes after a gap", _OF_AN_EVENT),
)


def used_by(work: str) -> tuple[Field, ...]:
    """The fields that a kind of plan uses, or those of what happened."""
    return tuple(field for field in (*all_fields(), *EVENT_FIELDS) if work in field.works)
