"""Synthetic people as Arrow record batches: what was dispensed to them, and their kidney figures."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from taper._base.extras import need
from taper._base.shown import show
from taper._base.takes import WrongObject, takes
from taper.errors import InvalidInput
from taper.testing.asked import whole
from taper.testing.exposures import SINCE
from taper.testing.synthetic_records import ExposureRow, SyntheticPerson

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped, import-not-found, unused-ignore]

_PURPOSE = "synthetic exposures"


@takes
def exposure_batches(people: Iterable[SyntheticPerson], *, rows: int = 10_000) -> Iterator["pa.RecordBatch"]:
    """The rows of synthetic people as record batches for `taper.batch.to_spans`, streamed.

    Args:
        people: As `synthetic_people` draws them.
        rows: About how many rows a batch has, from 1 to 1000000; people are not cut.

    Raises:
        InvalidInput: If the rows of a batch are fewer or more, or a row of a person holds what its column cannot.
        WrongObject: If someone is no synthetic person.
        MissingExtra: If pyarrow is not installed.
    """
    whole("rows", rows, 1, _MOST_ROWS)
    return _exposures(people, rows)


_MOST_ROWS = 1_000_000


def _exposures(people: Iterable[SyntheticPerson], rows: int) -> Iterator["pa.RecordBatch"]:
    arrow = need("pyarrow", install="batch", purpose=_PURPOSE)
    schema = arrow.schema(
        {
            "person": arrow.int64(), "drug": arrow.string(), "start": arrow.date32(), "end": arrow.date32(),
            "quantity": arrow.int64(), "strength": arrow.string(), "days_supply": arrow.int32(),
        }
    )  # fmt: skip
    held: list[ExposureRow] = []
    for person in _each_person("exposure_batches", people):
        held += person.rows
        if len(held) >= rows:
            yield _batch(arrow, schema, held)
            held = []
    if held:
        yield _batch(arrow, schema, held)


@takes
def kidney_batches(people: Iterable[SyntheticPerson]) -> Iterator["pa.RecordBatch"]:
    """The kidney figures of synthetic people as record batches for `taper.batch.to_findings`.

    Raises:
        WrongObject: If someone is no synthetic person.
        MissingExtra: If pyarrow is not installed.
    """
    arrow = need("pyarrow", install="batch", purpose=_PURPOSE)
    kinds = {"person": arrow.int64(), "date": arrow.date32(), "egfr": arrow.int64(), "crcl": arrow.int64()}
    listed_people = _each_person("kidney_batches", people)
    known = ({"person": one.person, "date": SINCE, "egfr": one.egfr, "crcl": None} for one in listed_people if one.egfr)
    while listed := list(islice(known, 10_000)):
        yield arrow.RecordBatch.from_pylist(listed, schema=arrow.schema(kinds))


def _each_person(function: str, people: Iterable[SyntheticPerson]) -> Iterator[SyntheticPerson]:
    for person in people:
        if not isinstance(person, SyntheticPerson):
            raise WrongObject(
                f"{function} takes synthetic people, and got {show(person)}; give synthetic_people(9, seed=1)"
            )
        yield person


def _batch(arrow: Any, schema: Any, rows: list[ExposureRow]) -> Any:
    columns = [_column(arrow, field, [getattr(row, field.name) for row in rows]) for field in schema]
    return arrow.RecordBatch.from_arrays(columns, schema=schema)


def _column(arrow: Any, field: Any, values: list[Any]) -> Any:
    try:
        return arrow.array(values, field.type)
    except (ValueError, TypeError, OverflowError):
        wrong = next((value for value in values if not _is_held(arrow, field, value)), values)
    raise InvalidInput(
        f"{show(wrong)} is nothing that a column of the type {field.type} holds; write None where a value is absent",
        where=field.name,
    )


def _is_held(arrow: Any, field: Any, value: Any) -> bool:
    try:
        arrow.array([value], field.type)
    except (ValueError, TypeError, OverflowError):
        return False
    return True
