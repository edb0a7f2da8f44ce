"""Which days of a step's pattern occur at all: a step may be shorter than its cycle or week."""

from datetime import timedelta

from taper.dates import LONGEST_DAYS
from taper.realization import RealizedDay
from taper.schedule import DatedStep


def length_of(step: DatedStep) -> int:
    """How many days a step has; of an open one, more than any pattern has."""
    return LONGEST_DAYS if step.last is None else (step.last - step.first).days + 1


def occurring_days(step: DatedStep) -> list[tuple[int, RealizedDay]]:
    """The days of the pattern that the step reaches, each once, with their place in it; a week begins on Monday."""
    days = step.realized.days
    reached = min(length_of(step), len(days))
    if step.realized.step.weekly is None:
        return list(enumerate(days[:reached]))
    places = sorted((step.first + timedelta(days=offset)).weekday() for offset in range(reached))
    return [(place, days[place]) for place in places]
