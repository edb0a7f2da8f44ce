"""Kidney figures of many people, and what each source says at them."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from taper._base.shown import show
from taper.batch.columns import alike
from taper.batch.courses import Courses
from taper.batch.engine import Batch, are_far, day_numbers, np, pa
from taper.batch.refusals import WrongColumns
from taper.errors import InvalidInput
from taper.knowledge.kidney_advice import KidneyAction, KidneyAdvice
from taper.knowledge.kidney_reading import KidneyReading, read_advice, words_of
from taper.people.patient import Patient

PEOPLE: Final = (("person", "key"), ("date", "date"), ("egfr", "number"), ("crcl", "number"))
"""The columns of kidney figures: eGFR in mL/min/1.73 m2, creatinine clearance in mL/min, either absent."""

_DAYS: Final = 2**20
"""More than the days that a date may have, in the steps of people."""


@dataclass(frozen=True, slots=True)
class KidneyAnswer:
    """What one source says at some figures: the most a day in mg, of the first dose or of any; None for a statement."""

    reading: str
    limit: str
    most: Fraction | None = None
    is_first: bool = False
    every_other_day: bool = False


class KidneyFigures:
    """The kidney figures of people by day. Those of an episode are the last on or before its first day.

    Args:
        people: Batches with the columns of `PEOPLE`.

    Raises:
        WrongColumns: If the columns are others.
        InvalidInput: If a row has no person or day, a day is not of 1900 to 2200, two are of one person and day, or a
            figure is none.
    """

    def __init__(self, people: Iterable[Batch] | None) -> None:
        listed = [] if people is None else list(alike(people, PEOPLE, "people"))
        self._patients: list[Patient] = []
        self._answers: dict[tuple[KidneyAdvice, int], tuple[KidneyAnswer, ...]] = {}
        self._keys = np.zeros(0, np.int64)
        if sum(batch.num_rows for batch in listed):
            self._learn(pa.Table.from_batches(listed))

    def _learn(self, table: Any) -> None:
        table = table.sort_by([("person", "ascending"), ("date", "ascending")])
        if table["person"].null_count or table["date"].null_count:
            raise InvalidInput("a row has no person or no date; leave it out", where="people")
        people = table["person"].combine_chunks()
        coded = people.dictionary_encode()
        self._people = coded.dictionary.to_numpy(zero_copy_only=False)
        days = day_numbers(table["date"])
        far = np.flatnonzero(are_far(days))
        if len(far):
            whose = show(people[int(far[0])].as_py())
            raise InvalidInput(f"{whose} has a date outside of 1900 to 2200; leave the row out", where="people")
        self._keys = coded.indices.to_numpy().astype(np.int64) * _DAYS + days + _DAYS // 2
        twice = np.flatnonzero(self._keys[1:] == self._keys[:-1])
        if len(twice):
            whose = show(people[int(twice[0])].as_py())
            raise InvalidInput(f"{whose} has two rows on one day; keep one", where="people")
        self._kind = people.type
        codes: dict[tuple[str | None, str | None], int] = {}
        made = []
        for row, pair in enumerate(zip(*(_texts(table[name]) for name in ("egfr", "crcl")), strict=True)):
            if pair not in codes:
                codes[pair] = len(codes)
                self._patients.append(_patient(pair[0], pair[1], people[row].as_py()))
            made.append(codes[pair])
        self._codes = np.array(made, np.int64)

    def of(self, courses: Courses) -> Any:
        """Of each episode, which of the distinct figures are the person's on its first day; -1 where none is known."""
        if not len(self._keys):
            return np.full(len(courses.opens), -1)
        kinds = (self._kind, courses.people.type)
        unlike = [[is_so(kind) for kind in kinds] for is_so in (pa.types.is_integer, pa.types.is_uint64)]
        if any(one != other for one, other in unlike):  # numpy compares uint64 with others as floats
            raise WrongColumns(
                f"the column person is {self._kind}, and in the spans {courses.people.type}; cast it to the same",
                where="people", missing=("person",),
            )  # fmt: skip
        names = courses.people.to_numpy(zero_copy_only=False)
        place = np.minimum(np.searchsorted(self._people, names), len(self._people) - 1)
        is_known = (self._people[place] == names)[courses.number[courses.opens]]
        whose = place[courses.number[courses.opens]]
        at = np.searchsorted(self._keys, whose * _DAYS + courses.first[courses.opens] + _DAYS // 2, "right") - 1
        is_known &= (at >= 0) & (self._keys[at] // _DAYS == whose)
        return np.where(is_known, self._codes[at], -1)

    def answers(self, advice: KidneyAdvice, code: int) -> tuple[KidneyAnswer, ...]:
        """What one source says at distinct figures."""
        key = (advice, code)
        if key not in self._answers:
            self._answers[key] = tuple(_read(advice, self._patients[code]))
        return self._answers[key]


def _texts(column: Any) -> list[str | None]:
    # A measurement of a person is read from the text of its number; what is no number is absent, as in a quantity.
    return [None if value is None or value != value else str(value).removesuffix(".0") for value in column.to_pylist()]


def _patient(egfr: str | None, crcl: str | None, person: object) -> Patient:
    try:
        return Patient.read({name: text for name, text in (("egfr", egfr), ("crcl", crcl)) if text is not None})
    except InvalidInput as error:
        raise InvalidInput(f"{error.message}; correct it for {show(person)}, or leave it out", where="people") from None


def _read(advice: KidneyAdvice, patient: Patient) -> list[KidneyAnswer]:
    reading = read_advice(advice, patient)
    says = reading.says
    if reading.missing is not None or says is None:
        return []
    answers = []
    if says.only_if_worth_it:
        answers.append(KidneyAnswer("statement", str(KidneyAction.IF_WORTH_IT)))
    if says.action is not KidneyAction.NO_CHANGE:
        answers.append(_said(reading))
    return answers


def _said(reading: KidneyReading) -> KidneyAnswer:
    says = reading.says
    assert says is not None
    words = words_of(says)
    if says.action is KidneyAction.INITIAL and says.initial is not None:
        return KidneyAnswer("first dose", words, says.initial.mg, is_first=True)
    if reading.limit is None:
        return KidneyAnswer("statement", words)
    return KidneyAnswer("above", words, reading.limit.mg, every_other_day=says.every_other_day)
