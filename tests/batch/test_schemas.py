"""The schema that is told to an engine is the one of what comes."""

import pyarrow as pa
import pytest

from taper.batch import (
    DAYS,
    EPISODES,
    FINDINGS,
    SPANS,
    EpisodeDefinition,
    SpanRules,
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
