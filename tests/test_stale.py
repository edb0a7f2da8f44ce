"""Sources that were last looked at more than a year before a day given."""

from datetime import date, timedelta

from taper import Formulary
from taper.knowledge.stale import list_stale

SHIPPED = Formulary.shipped()
LATEST = max(source.verified_on for drug in SHIPPED.drugs for source in SHIPPED.monograph(drug).sources)


def test_nothing_is_stale_on_the_day_it_was_looked_at():
    assert list_stale(SHIPPED, as_of=LATEST) == ()


def test_a_source_is_stale_on_the_day_after_365_days_and_not_before():
    oldest = min(source.verified_on for drug in SHIPPED.drugs for source in SHIPPED.monograph(drug).sources)
    assert list_stale(SHIPPED, as_of=oldest + timedelta(days=365)) == ()
    assert list_stale(SHIPPED, as_of=oldest + timedelta(days=366))


def test_every_source_of_every_drug_table_and_list_is_listed_once_all_are_old():
    listed = {item.source for item in list_stale(SHIPPED, as_of=date(2040, 1, 1))}
    drugs = {source for drug in SHIPPED.drugs for source in SHIPPED.monograph(drug).sources}
    lists = {item.source for item in SHIPPED.class_lists}
    assert listed == drugs | {table.source for table in SHIPPED.tables} | lists


def test_what_cites_a_stale_source_is_named_and_the_oldest_comes_first():
    listed = list_stale(SHIPPED, as_of=date(2040, 1, 1))
    assert any(item.cited_by == ("baclofen",) for item in listed)
    assert [item.source.verified_on for item in listed] == sorted(item.source.verified_on for item in listed)
