"""Episodes: how long one person takes one drug without a longer break, and whether it was tapered or titrated."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from taper._base.takes import takes
from taper.batch.courses import Courses, courses_of
from taper.batch.definitions import EpisodeDefinition
from taper.batch.engine import Batch, common_grain, dates, np, pa, running_most, scaled

EPISODES: Final = (
    ("person", "key"),
    ("drug", "text"),
    ("episode", "whole"),
    ("first", "date"),
    ("last", "date"),
    ("days", "whole"),
    ("spans", "whole"),
    ("is_new", "flag"),
    ("stopped", "flag"),
    ("course", "text"),
    ("first_dose", "whole"),
    ("first_grain", "whole"),
    ("most_dose", "whole"),
    ("most_grain", "whole"),
    ("last_dose", "whole"),
    ("last_grain", "whole"),
)
"""The columns of episodes; `days` are those with a dose, and `dose / grain` is a daily dose in mg."""

_COURSES: Final = ("level", "taper", "titration", "both")


@takes
def to_episodes(spans: Iterable[Batch], *, definition: EpisodeDefinition) -> Iterator[Batch]:
    """Treatment episodes by a stated definition, from the spans of `to_spans`.

    An episode is a taper where a dose in it is lower than an earlier one by at least the least change, a titration
    where one is higher by as much than an earlier one, both, or level. The stop is not counted: `stopped` says whether
    the episode is known to have ended, and `last_dose` from what.

    Args:
        spans: As `to_spans` makes them.
        definition: What an episode is.

    Raises:
        WrongColumns: If the columns are not those of spans.
        OutOfOrder: If the spans do not stand in order of person, drug and day.
        InvalidInput: If a span has no drug, day or dose.

    Example:
        >>> from datetime import date
        >>> import pyarrow as pa
        >>> spans = pa.table({"person": [1, 1], "drug": ["diazepam"] * 2, "dose": [10, 5], "grain": [1, 1],
        ...                   "first": [date(2024, 1, 1), date(2024, 1, 15)],
        ...                   "last": [date(2024, 1, 14), date(2024, 1, 28)]})
        >>> definition = EpisodeDefinition(ends_after=30, since=date(2020, 1, 1), until=date(2024, 12, 31),
        ...                                washout=365, least_change="15/100")
        >>> [(row["course"], row["stopped"], row["is_new"]) for made in to_episodes(spans.to_batches(),
        ...  definition=definition) for row in made.to_pylist()]
        [('taper', True, True)]
    """
    for courses in courses_of(spans, definition):
        yield _written(courses, definition)


def _written(held: Courses, definition: EpisodeDefinition) -> Batch:
    most, course = _shapes(held, definition)
    opens, closes = held.opens, held.closes
    days = np.add.reduceat(held.last - held.first + 1, opens)
    columns = [
        held.people.take(pa.array(held.number[opens])),
        pa.array(held.names).take(pa.array(held.drugs[opens])),
        pa.array(held.ordinal.astype(np.int32)),
        dates(held.first[opens]),
        dates(held.last[closes]),
        pa.array(days.astype(np.int32)),
        pa.array((closes - opens + 1).astype(np.int32)),
        pa.array(held.is_new),
        pa.array(held.stopped),
        pa.array(_COURSES).take(pa.array(course)),
    ]
    for place in (opens, most, closes):
        columns += [pa.array(held.dose[place]), pa.array(held.grain[place])]
    return pa.RecordBatch.from_arrays(columns, names=[name for name, _ in EPISODES])


def _shapes(held: Courses, definition: EpisodeDefinition) -> tuple[Any, Any]:
    """The first span of the highest dose of each episode, and whether doses were reduced or increased in it."""
    least = definition.least
    top, bottom = least.numerator, least.denominator
    grain = common_grain(held.grain)
    count = scaled(held.dose, held.grain, grain, room=2 * bottom)
    values, ranks = np.unique(count, return_inverse=True)
    highest = values[running_most(ranks, held.episode)]
    lowest = values[-running_most(-ranks, held.episode)]
    falls = count * bottom <= highest * (bottom - top)
    rises = count * bottom >= lowest * (bottom + top)
    ranked = np.lexsort((np.arange(len(ranks)), -ranks, held.episode))
    is_taper, is_titration = (np.logical_or.reduceat(each.astype(bool), held.opens) for each in (falls, rises))
    return ranked[held.opens], is_taper + 2 * is_titration
