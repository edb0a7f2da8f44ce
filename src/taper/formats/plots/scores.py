"""Symptom scores below the doses of a plan: as someone gave them, each on its own scale, and not interpreted."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from taper.errors import InvalidInput
from taper.formats.plots.axes import midnight
from taper.formats.plots.picture import COLORS, MARKERS
from taper.plans.log import Symptom
from taper.schedules.schedule import End, Schedule

_MOST_SCALES = 4

Scores = Mapping[str, tuple[Symptom, ...]]
"""The scores on one scale by the name of their plan: within the days shown, or after the end of the whole plan."""
_ENDED = {End.STOP, End.REVIEW, End.DECISION}


def scores_of(plans: Mapping[str, Schedule]) -> dict[str | None, Scores]:
    """Every scale on which scores were given in what is shown, in the order in which they first appear.

    Raises:
        InvalidInput: If there are more than four.
    """
    found: dict[str | None, dict[str, tuple[Symptom, ...]]] = {}
    for name, plan in plans.items():
        for symptom in plan.log.symptoms if plan.log is not None else ():
            if symptom.day <= plan.last or plan.ends in _ENDED:
                scale = found.setdefault(symptom.scale, {})
                scale[name] = (*scale.get(name, ()), symptom)
    if len(found) > _MOST_SCALES:
        raise InvalidInput(f"scores on {len(found)} scales do not fit below a plan; keep {_MOST_SCALES} at most")
    return dict(found)


def last_scored(scales: Mapping[str | None, Scores]) -> Iterable[date]:
    """The day of every score, up to the last of which the axis of dates reaches."""
    return (symptom.day for scores in scales.values() for given in scores.values() for symptom in given)


def draw_scores(axis: Any, scale: str | None, scores: Scores, names: list[str]) -> None:
    """Draw the scores of one scale, a mark for each at noon of its day."""
    for name, given in scores.items():
        index = names.index(name)
        days = [midnight(symptom.day) + timedelta(hours=12) for symptom in given]
        axis.plot(days, [float(symptom.score) for symptom in given], MARKERS[index], color=COLORS[index],
                  markersize=5, label=name or None, zorder=3)  # fmt: skip
    top = max(float(symptom.score) for given in scores.values() for symptom in given)
    axis.set_ylim(0, top * 1.16 or 1)
    axis.set_ylabel(f"score\n({scale})" if scale else "score")
    axis.grid(visible=False, axis="x")


def describe_scores(scale: str | None, scores: Scores) -> str:
    """The scores in words, for those who do not see the picture."""
    whose = (
        f"{f'{name}: ' if name else ''}{'; '.join(f'{item.day} {item}' for item in given)}"
        for name, given in scores.items()
    )
    return f"Scores{f' ({scale})' if scale else ''}, as given: {'. '.join(whose)}."
