"""Courses: spans as arrays, put together into episodes of one person and drug."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from taper._base.shown import show
from taper.batch.definitions import EpisodeDefinition
from taper.batch.engine import Batch, coded, day_number, day_numbers, in_parts, is_new, np, pa
from taper.batch.people import numbered, whole_people
from taper.batch.refusals import OutOfOrder
from taper.batch.spans import SPANS, check_spans
from taper.errors import CannotCompute


@dataclass(frozen=True, slots=True)
class Courses:
    """Spans as arrays, and the episode to which each belongs, counted from 0 through a batch.

    `number` is of each span and `drugs` too; they are the places of the person in `people`, and of the drug in `names`.
    `opens` and `closes` are the first and the last span of each episode; `is_new` says that nothing was taken before
    it, `stopped` that it is known to have ended, and `ordinal` is its number among those of that person and drug.
    """

    people: Any
    names: list[str]
    number: Any
    drugs: Any
    first: Any
    last: Any
    dose: Any
    grain: Any
    episode: Any
    opens: Any
    closes: Any
    is_new: Any
    stopped: Any
    ordinal: Any

    def halves(self) -> "tuple[Courses, Courses]":
        """The first and the last of the episodes, of two or more, each with about half of the spans."""
        middle = int(np.clip(np.searchsorted(self.opens, len(self.first) // 2), 1, len(self.opens) - 1))
        return self._between(0, middle), self._between(middle, len(self.opens))

    def _between(self, begin: int, end: int) -> "Courses":
        spans = slice(self.opens[begin], self.closes[end - 1] + 1)
        per_span = {name: getattr(self, name)[spans] for name in ("number", "drugs", "first", "last", "dose", "grain")}
        per_episode = {name: getattr(self, name)[begin:end] for name in ("is_new", "stopped", "ordinal")}
        opens, closes = (each[begin:end] - self.opens[begin] for each in (self.opens, self.closes))
        return Courses(
            self.people, self.names, **per_span, episode=self.episode[spans] - begin, opens=opens, closes=closes,
            **per_episode,
        )  # fmt: skip


def courses_of(spans: Iterable[Batch], definition: EpisodeDefinition) -> Iterator[Courses]:
    """The spans of whole people as arrays, put together into episodes.

    Raises:
        WrongColumns: If the columns are not those of spans.
        OutOfOrder: If a person does not follow in order, or the spans of one do not.
        InvalidInput: If a value is absent, a day is not of 1900 to 2200, or a dose is not above 0.
        CannotCompute: If the doses of a person are parts of a mg that have no common part short enough to count in.
    """
    for batch in whole_people(spans, SPANS, "spans"):
        check_spans(batch)
        people = batch.column("person")
        for begin, end, grain in in_parts(batch.column("grain").to_numpy(), numbered(people)):
            if grain is None:
                raise CannotCompute(
                    f"the doses of {show(people[begin].as_py())} are too many different parts of a mg; leave this "
                    "person out", where="spans",
                )  # fmt: skip
            yield _courses(batch.slice(begin, end - begin), definition)


def _courses(batch: Batch, definition: EpisodeDefinition) -> Courses:
    people = batch.column("person")
    number = numbered(people)
    drug = coded(batch.column("drug"))
    drugs = drug.indices.to_numpy(zero_copy_only=False)
    names: list[str] = drug.dictionary.to_pylist()
    first, last = (day_numbers(batch.column(name)) for name in ("first", "last"))
    dose, grain = (batch.column(name).to_numpy().astype(np.int64) for name in ("dose", "grain"))
    whose = is_new(number, drugs)
    ranks = np.empty(len(names), np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    _check_order(number, ranks[drugs], first, last, whose)
    gap = np.zeros(len(first), np.int64)
    gap[1:] = first[1:] - last[:-1] - 1
    is_open = whose | (gap > definition.ends_after)
    opens = np.flatnonzero(is_open)
    closes = np.append(opens[1:], len(first)) - 1
    episode = np.cumsum(is_open) - 1
    # Episodes of one person and drug are numbered from 1.
    heads = np.flatnonzero(whose[opens])
    ordinal = np.arange(len(opens)) - np.repeat(heads, np.diff(np.append(heads, len(opens)))) + 1
    since = np.full(len(opens), day_number(definition.since))
    before = np.where(whose[opens], since, np.maximum(since, last[opens - 1] + 1))
    covered = day_number(definition.until) + 1
    is_last = np.append(whose[opens][1:], True)
    stopped = ~is_last | (day_number(definition.until) - last[closes] > definition.ends_after)
    return Courses(
        people.take(pa.array(np.flatnonzero(is_new(number)))), names, number, drugs, first, last, dose, grain, episode,
        opens, closes, np.minimum(first[opens], covered) - before >= definition.washout, stopped, ordinal,
    )  # fmt: skip


def _check_order(number: Any, drugs: Any, first: Any, last: Any, whose: Any) -> None:
    same = number[1:] == number[:-1]
    wrong = same & (drugs[1:] < drugs[:-1]) | ~whose[1:] & (first[1:] <= last[:-1])
    if wrong.any() or (last < first).any():
        raise OutOfOrder("the spans of a person stand in order of drug and day and do not overlap; "
                         "give them as to_spans makes them", where="spans")  # fmt: skip
