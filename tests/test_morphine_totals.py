"""The total of opioids a day in morphine: by a named table, exact, with its warning, and never a way to plan."""

from datetime import date

import pytest

from taper import Formulary, InvalidInput, NotFound, Plan, mme, realize, to_schedule, weeks
from taper.knowledge.equivalence import EquivalenceTable
from taper.schedules.morphine_totals import MorphineTable, _read_all, _shipped, morphine_table, morphine_table_names

SHIPPED = Formulary.shipped()
START = date(2027, 3, 1)


def course(drug, *steps, **more):
    return {"drug": drug, "before": "nothing", "then": "stop", **more,
            "steps": [{"for": lasting, "regimen": regimen} for lasting, regimen in steps]}  # fmt: skip


def totals(*courses, table="cdc-2022"):
    plan = Plan.read({"courses": list(courses)})
    products = [item for each in courses for item in SHIPPED.products(each["drug"], market="us")]
    return mme(to_schedule(realize(plan, products), start=START, horizon=weeks(8)), table)


OXYCODONE = course(
    "oxycodone",
    ("7 days", {"morning": "20 mg", "bedtime": "20 mg"}),
    ("7 days", {"bedtime": "20 mg"}),
    release="extended",
)
CODEINE = course("codeine", ("7 days", {"noon": "30 mg"}), form="tablet")
BUPRENORPHINE = course("buprenorphine", ("7 days", {"morning": "8 mg"}))
DIAZEPAM = course("diazepam", ("7 days", {"noon": "5 mg"}), form="tablet")


def rows(found):
    return [(str(row.first), str(row.last), row.text) for row in found.rows]


def test_each_stretch_of_days_has_its_exact_total():
    assert rows(totals(OXYCODONE)) == [
        ("2027-03-01", "2027-03-07", "60 mg/day"),
        ("2027-03-08", "2027-03-14", "30 mg/day"),
    ]


def test_two_opioids_of_one_day_are_added_up():
    assert rows(totals(OXYCODONE, CODEINE))[0] == ("2027-03-01", "2027-03-07", "64.5 mg/day")


def test_tables_differ_and_none_is_a_default():
    assert [rows(totals(CODEINE, table=name))[0][2] for name in morphine_table_names()] == [
        "4.5 mg/day", "3 mg/day",
    ]  # fmt: skip
    with pytest.raises(NotFound, match="'x' is not a table of morphine equivalents; name one of cdc-2022, openpres"):
        totals(CODEINE, table="x")


def test_a_day_with_an_opioid_that_the_table_lacks_has_no_total_and_names_it():
    found = totals(OXYCODONE, BUPRENORPHINE)
    assert rows(found)[0][2] == "not counted"
    assert (rows(found)[1][2], found.not_counted) == ("30 mg/day", ("buprenorphine",))
    assert "Not counted, as the table has no factor for it: buprenorphine." in str(found)


def test_a_drug_that_is_no_opioid_adds_nothing_and_is_not_named():
    found = totals(OXYCODONE, DIAZEPAM)
    assert (rows(found)[0][2], found.not_counted) == ("60 mg/day", ())


def test_a_plan_without_a_counted_opioid_is_refused():
    with pytest.raises(InvalidInput, match="the plan holds no opioid that cdc-2022 counts; its opioids are codeine"):
        totals(DIAZEPAM)


@pytest.mark.parametrize("name", morphine_table_names())
def test_every_print_ends_with_the_warning_and_cites_the_source(name):
    text = str(totals(CODEINE, table=name))
    assert text.splitlines()[-1] == f"Warning: {morphine_table(name).warning}"
    assert morphine_table(name).source.citation in text
    assert "Not counted" not in text
    assert repr(morphine_table(name)) == f"<MorphineTable {name}: {len(morphine_table(name).factors)} opioids>"


def test_no_table_of_factors_can_plan_a_change_of_drug():
    assert not issubclass(MorphineTable, EquivalenceTable)
    assert not {table.id for table in SHIPPED.tables} & set(morphine_table_names())


def test_every_table_is_read_from_its_file():
    assert tuple(sorted(table.id for table in _read_all())) == morphine_table_names()
    assert _shipped.__wrapped__() == _shipped()


def test_the_plain_form_holds_each_stretch_and_what_is_not_counted():
    found = totals(OXYCODONE, BUPRENORPHINE)
    table = morphine_table("cdc-2022")
    assert found.to_dict() == {
        "table": "cdc-2022",
        "reference": "morphine",
        "source": table.source.citation,
        "warning": table.warning,
        "rows": [
            {"first": "2027-03-01", "last": "2027-03-07", "total": "not counted"},
            {"first": "2027-03-08", "last": "2027-03-14", "total": "30 mg/day"},
        ],
        "not_counted": ["buprenorphine"],
    }
