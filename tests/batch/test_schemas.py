"""The schema that is told to an engine is the one of what comes."""

import pyarrow as pa
import pytest

from taper import InvalidInput
from taper.batch import (
    DAYS,
    EPISODES,
    EXPOSURES,
    FINDINGS,
    SPANS,
    EpisodeDefinition,
    SpanRules,
    WrongColumns,
    schema_of,
    spans_to_days,
    to_episodes,
    to_findings,
    to_spans,
)
from taper.testing import SINCE, UNTIL, exposure_batches, synthetic_facts, synthetic_people

RULES = SpanRules(length="days supply", longest=365, duplicates="keep", stockpiling="none", overlap="sum", gap="zero",
                  grace=0)  # fmt: skip
DEFINITION = EpisodeDefinition(ends_after=30, since=SINCE, until=UNTIL, washout=365, least_change="15/100")


@pytest.mark.parametrize("person", ["int64", "string"])
def test_a_schema_is_that_of_each_batch(person):
    facts = synthetic_facts()
    rows = pa.Table.from_batches(exposure_batches(synthetic_people(9, seed=1)))
    rows = rows.set_column(0, "person", rows["person"].cast(getattr(pa, person)()))
    spans = list(to_spans(rows.to_batches(), rules=RULES, facts=facts))
    made = {
        SPANS: spans,
        DAYS: spans_to_days(spans),
        EPISODES: to_episodes(spans, definition=DEFINITION),
        FINDINGS: to_findings(spans, definition=DEFINITION, facts=facts),
    }
    for columns, batches in made.items():
        schemas = {batch.schema for batch in batches}
        assert schemas == {schema_of(columns, person=person)}


@pytest.mark.parametrize(
    ("columns", "person", "says"),
    [
        (SPANS, "float", 'person: \'float\' is no type of a person; write "int64" or "string"'),
        (EXPOSURES, "int64", r"columns: got .*; give SPANS, DAYS, EPISODES or FINDINGS"),
        ((), "int64", r"columns: got \(\); give SPANS, DAYS, EPISODES or FINDINGS"),
        (("person",), "int64", r"columns: got \('person',\); give SPANS, DAYS, EPISODES or FINDINGS"),
    ],
)
def test_columns_of_no_table_and_a_person_of_another_type_are_refused(columns, person, says):
    with pytest.raises(InvalidInput, match=says):
        schema_of(columns, person=person)


def test_what_is_no_table_is_refused():
    with pytest.raises(WrongColumns, match="exposures: wants record batches of pyarrow, and got int; give a list"):
        list(to_spans(5, rules=RULES))
