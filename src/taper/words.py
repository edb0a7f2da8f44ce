"""What is said of a dose, a step and an end, in words that every format shares."""

from fractions import Fraction

from taper._model import write_count
from taper.product import DosageForm, Portion, Product, Release
from taper.schedule import End, Schedule

_PLURALS = {DosageForm.ORAL_SOLUTION: "oral solution", DosageForm.ORAL_SUSPENSION: "oral suspension"}


def describe_portion(portion: Portion, product: Product) -> str:
    """A portion for a person: "1 1/2 x 5 mg tablet", "2.5 mL of 2 mg/5 mL oral solution (1 mg)"."""
    if portion.volume is not None:
        return f"{portion.volume} of {product.label} ({product.dose_of(portion)})"
    return f"{write_count(portion.count or Fraction(0))} x {product.label}"


def describe_form(product: Product, count: Fraction) -> str:
    """The form of a product in the singular or plural: "tablet", "extended-release capsules"."""
    release = "" if product.release is Release.IMMEDIATE else f"{product.release}-release "
    return f"{release}{_PLURALS.get(product.form) or (product.form if count <= 1 else f'{product.form}s')}"


def describe_ending(schedule: Schedule) -> list[str]:
    """How each course of a schedule ends, and what lies beyond what is shown; "stop" only where the end is 0."""
    lines = []
    for course in schedule.realized.courses:
        name, end = course.course.id, schedule.course_ends[course.course.id]
        match end:
            case End.CONTINUES:
                lines.append(f"{name}: the plan continues beyond {schedule.last}, without an end.")
            case End.STOP:
                last = schedule.steps_of(name)[-1].last
                lines.append(f"{name}: stop; the last dose is on {last}.")
            case End.REVIEW:
                last = schedule.steps_of(name)[-1].last
                lines.append(f"{name}: the plan ends on {last} with a review; it says nothing of what follows.")
            case End.WINDOW:
                lines.append(f"{name}: the plan goes on beyond {schedule.last}, which this window does not show.")
    if schedule.beyond is not None:
        lines.append(f"Not shown: {schedule.beyond}.")
    return lines
