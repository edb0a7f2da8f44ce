"""Strategies for what happens to a plan: events, and logs that a schedule accepts."""

# ruff: noqa: B008  # a strategy is immutable, so it may be a default

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from taper._base.limits import MOST_EVENTS
from taper.adjustment.apply_log import apply_log
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.errors import TaperError
from taper.plans.log import (
    ChangeProducts,
    Event,
    Gap,
    Hold,
    IntakeRecord,
    Log,
    PassReview,
    Resume,
    ResumeAt,
    Retarget,
    Slow,
    SpeedUp,
    StepBack,
    Stop,
    Symptom,
    Then,
    TitrateAnew,
    TitrateTo,
)
from taper.plans.plan import Step
from taper.plans.regimen import Regimen
from taper.schedules.schedule import Schedule
from taper.testing.amounts import durations
from taper.testing.asked import draws, whole

_PACES = ("1 mg, every 1 week", "10% of current, at least 1 mg, every 2 weeks", "3 mg, every 10 days")


@draws
@st.composite
def decisions(draw: DrawFn, schedule: Schedule) -> Then:
    """What follows a gap: a stop, a regimen of the plan, the rest replanned, or steps or a pattern to titrate by."""
    day = draw(st.sampled_from(_regimens(schedule)))
    slow = Step(regimen=day, lasting=Duration(3), kind="increase")
    return draw(
        st.sampled_from(
            (
                "stop",
                ResumeAt(resume=day),
                ResumeAt(resume=day, rest="replan", pace=_PACES[0], order="evenly"),
                TitrateAnew(titrate=(slow,), then="review"),
                TitrateTo(titrate_to=Dose(day.total.mg), slots=day.slots, increment=Dose(1), every=Duration(2)),
            )
        )
    )


@draws
@st.composite
def events(
    draw: DrawFn,
    schedule: Schedule,
    lengths: SearchStrategy[Duration] = durations(),
) -> Event:
    """Events of every kind on days that a schedule shows, from its second on; the plan may refuse one where it falls.

    Narrow: doses are those of the plan, and paces a few, so that events fit often.
    """
    name = draw(st.sampled_from([None, *(course.course.id for course in schedule.realized.courses)]))
    day = schedule.start + timedelta(days=draw(st.integers(1, max(1, len(schedule.days) - 1))))
    at = {"day": day, "course": name}
    pace, order = draw(st.sampled_from(_PACES)), "evenly"
    products = sorted({product.id for course in schedule.realized.courses for product in course.products})
    match draw(
        st.sampled_from(("hold", "resume", "step", "slower", "faster", "products", "stop", "target", "gap", "word"))
    ):
        case "hold":
            return Hold(**at, lasting=draw(lengths))
        case "resume":
            return Resume(**at, then=draw(st.one_of(st.none(), decisions(schedule))))
        case "step":
            return StepBack(**at, steps=draw(st.integers(1, 3)), lasting=draw(lengths))
        case "slower":
            return Slow(**at, pace=pace, order=order)
        case "faster":
            return SpeedUp(**at, pace=pace, order=order)
        case "products":
            return ChangeProducts(
                **at, products=tuple(draw(st.lists(st.sampled_from(products), min_size=1, unique=True)))
            )
        case "stop":
            return Stop(**at)
        case "target":
            return Retarget(**at, to=draw(st.sampled_from(_regimens(schedule))))
        case "gap":
            return Gap(**at, lasting=draw(lengths), then=draw(st.one_of(st.none(), decisions(schedule))))
        case _:
            return PassReview(**at)


@draws
@st.composite
def logs(draw: DrawFn, schedule: Schedule, *, most_events: int = 4) -> Log:
    """Logs that `apply_log` accepts for a schedule, with what was recorded of some doses and some scores.

    Narrow: an event that the plan refuses where it falls is left out, so that hold and step back come more often
    than what few plans allow. Records and scores are of planned doses of the first days.

    Raises:
        InvalidInput: If `most_events` is below 0 or above 10000.
    """
    whole("most_events", most_events, 0, MOST_EVENTS)
    plan, start = schedule.realized.plan, schedule.start
    symptoms = [Symptom(day=start, score=score) for score in draw(st.lists(st.integers(0, 10), max_size=1))]
    log = Log.of(plan, start, intakes=draw(_intakes(schedule)), symptoms=symptoms)
    for event in sorted(draw(st.lists(events(schedule), max_size=most_events)), key=lambda event: event.day):
        try:
            longer = log.and_then(event)
            apply_log(schedule, longer)
        except TaperError:
            continue
        log = longer
    return log


@st.composite
def _intakes(draw: DrawFn, schedule: Schedule) -> list[IntakeRecord]:
    made = []
    for day in schedule.days[:2]:
        for intake in day.intakes:
            result = draw(st.sampled_from((None, "taken", "missed", "other")))
            if result is not None:
                dose = intake.dose if result == "other" else None
                at = {"day": day.date, "slot": intake.slot, "course": intake.course}
                made.append(IntakeRecord(**at, result=result, dose=dose))
    return made


def _regimens(schedule: Schedule) -> list[Regimen]:
    days = [day for course in schedule.realized.courses for step in course.course.steps for day in step.days]
    return list(dict.fromkeys(day for day in days if day))
