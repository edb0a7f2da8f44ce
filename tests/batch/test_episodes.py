"""Episodes by a stated definition, and findings at their edges."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taper import (
    CannotCompute,
    DosageForm,
    Dose,
    Formulary,
    InvalidInput,
    OutOfOrder,
    Release,
    UnknownDrug,
    WrongColumns,
    weeks,
)
from taper.batch import (
    EPISODES,
    FINDINGS,
    EpisodeDefinition,
    Use,
    compared_facts,
    methods,
    to_episodes,
    to_findings,
)
from taper.batch.levels import times
from taper.knowledge.stopping_advice import StoppingShape

DAY = date(2021, 1, 1)
FIELDS = {"ends_after": 30, "since": date(2020, 1, 1), "until": date(2021, 12, 31), "washout": 90,
          "least_change": "15/100"}  # fmt: skip
DEFINITION = EpisodeDefinition(**FIELDS)


def spans(*rows):
    """Spans from (person, drug, first day, days, dose in mg)."""
    table = pa.table({
        "person": pa.array([row[0] for row in rows], pa.int64()),
        "drug": pa.array([row[1] for row in rows], pa.string()),
        "first": pa.array([DAY + timedelta(row[2]) for row in rows], pa.date32()),
        "last": pa.array([DAY + timedelta(row[2] + row[3] - 1) for row in rows], pa.date32()),
        "dose": pa.array([Fraction(row[4]).numerator for row in rows], pa.int64()),
        "grain": pa.array([Fraction(row[4]).denominator for row in rows], pa.int64()),
    })  # fmt: skip
    return table.to_batches()


def episodes(*rows, **fields):
    made = to_episodes(spans(*rows), definition=EpisodeDefinition(**FIELDS | fields))
    return [row for batch in made for row in batch.to_pylist()]


def findings(*rows, definition=DEFINITION, **more):
    return [row for batch in to_findings(spans(*rows), definition=definition, **more) for row in batch.to_pylist()]


def of_one_drug(*doses, gap=0):
    return [(1, "diazepam", 20 * number + gap * number, 20, dose) for number, dose in enumerate(doses)]


@pytest.mark.parametrize(
    ("doses", "course"),
    [
        (("10",), "level"),
        (("10", "8.51"), "level"),
        (("10", "8.5"), "taper"),
        (("10", "11.49"), "level"),
        (("10", "11.5"), "titration"),
        (("10", "12", "10"), "both"),
        (("10", "9", "8"), "taper"),
        (("9", "10", "9", "10"), "level"),
        (("9", "10", "9", "10.5"), "titration"),
        (("10", "9", "10", "8.5"), "taper"),
        (("1/3", "17/60"), "taper"),
        (("1/3", "171/600"), "level"),
    ],
)
def test_what_an_episode_is_called_at_both_sides_of_the_edge(doses, course):
    (episode,) = episodes(*of_one_drug(*doses))
    assert episode["course"] == course
    assert list(episode) == [name for name, _ in EPISODES]


@pytest.mark.parametrize(("gap", "many"), [(30, 1), (31, 2)])
def test_a_longer_gap_ends_an_episode(gap, many):
    made = episodes((1, "diazepam", 0, 10, 5), (1, "diazepam", 10 + gap, 10, 5), (2, "diazepam", 0, 5, 5))
    assert [(row["person"], row["episode"]) for row in made] == [(1, n + 1) for n in range(many)] + [(2, 1)]
    assert [row["days"] for row in made] == ([20] if many == 1 else [10, 10]) + [5]


def test_an_episode_has_stopped_where_more_days_than_the_gap_are_covered_after_it():
    last = (FIELDS["until"] - DAY).days
    assert [row["stopped"] for row in episodes((1, "diazepam", last - 40, 10, 5))] == [True]
    assert [row["stopped"] for row in episodes((1, "diazepam", last - 39, 10, 5))] == [False]
    assert [row["stopped"] for row in episodes((1, "diazepam", last, 10, 5))] == [False]


def test_an_episode_is_new_where_the_drug_was_not_in_hand_for_the_washout():
    covered = (DAY - FIELDS["since"]).days
    assert [row["is_new"] for row in episodes((1, "diazepam", 90 - covered, 5, 5))] == [True]
    assert [row["is_new"] for row in episodes((1, "diazepam", 89 - covered, 5, 5))] == [False]
    assert [row["is_new"] for row in episodes((1, "diazepam", -covered - 5, 5, 5))] == [False]
    for gap, is_new in ((89, False), (90, True)):
        made = episodes((1, "diazepam", 0, 10, 5), (1, "diazepam", 10 + gap, 10, 5))
        assert [row["is_new"] for row in made] == [True, is_new]


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(["1", "1/7", "2/89", "5/83", "3.001", "7/79", "11/73", "13/71"]), min_size=1, max_size=30)
)
def test_integers_of_any_size_compare_as_fractions_do(doses):
    made = episodes(*[(1, "diazepam", 2 * n, 1, Fraction(dose)) for n, dose in enumerate(doses)])
    values = [Fraction(dose) for dose in doses]
    (episode,) = made
    assert Fraction(episode["most_dose"], episode["most_grain"]) == max(values)
    pairs = [(one, other) for n, one in enumerate(values) for other in values[n + 1 :]]
    is_taper = any(other <= one * Fraction(85, 100) for one, other in pairs)
    is_titration = any(other >= one * Fraction(115, 100) for one, other in pairs)
    words = {(False, False): "level", (True, False): "taper", (False, True): "titration", (True, True): "both"}
    assert episode["course"] == words[is_taper, is_titration]


def test_findings_stand_in_order_with_their_columns():
    rows = [(person, drug, 10 * n, 10, dose) for person in (1, 2) for drug in ("baclofen", "diazepam")
            for n, dose in enumerate((90, 60, 5))]  # fmt: skip
    found = findings(*rows, market="us")
    keys = [(row["person"], row["drug"], row["episode"], row["first"], row["rule"]) for row in found]
    assert keys == sorted(keys)
    assert list(found[0]) == [name for name, _ in FINDINGS]
    assert {row["rule"] for row in found} == {"ceiling", "pace", "abrupt-stop"}
    stretch = [row for row in found if row["rule"] == "ceiling" and row["drug"] == "baclofen" and row["person"] == 1]
    assert {(row["limit"], row["dose"], row["after"]) for row in stretch} == {
        ("60 mg/day", 90, None),
        ("80 mg/day", 90, None),
    }


def test_a_ceiling_is_exceeded_above_it_and_not_at_it():
    for dose, limits in (("80", ["60 mg/day"]), ("80000001/1000000", ["60 mg/day", "80 mg/day", "80 mg/day"])):
        found = findings((1, "baclofen", 0, 5, dose), market="us")
        assert sorted(row["limit"] for row in found if row["rule"] == "ceiling") == limits


def test_people_without_anything_beyond_a_source_give_no_batch():
    open_end = EpisodeDefinition(**FIELDS | {"until": DAY})
    assert list(to_findings(spans((1, "baclofen", 0, 5, 5)), definition=open_end, market="us")) == []


def test_a_replacement_that_the_person_takes_is_seen():
    rows = [(1, "dexamethasone", 0, 40, 4), (2, "dexamethasone", 0, 40, 4), (2, "hydrocortisone", 40, 300, 20)]
    found = [row["person"] for row in findings(*rows) if row["reading"] == "another drug first"]
    assert found == [1]


def test_kidney_figures_are_the_last_before_the_episode():
    def people(*rows):
        return pa.table({
            "person": pa.array([row[0] for row in rows], pa.int64()),
            "date": pa.array([DAY + timedelta(row[1]) for row in rows], pa.date32()),
            "egfr": pa.nulls(len(rows), pa.int64()), "crcl": pa.array([row[2] for row in rows], pa.float64()),
        })  # fmt: skip

    rows = [(2, "gabapentin", 0, 30, 3000), (3, "gabapentin", 0, 30, 3000), (4, "gabapentin", 0, 30, 3000)]
    held = people((2, -5, 90.0), (2, 0, 20.0), (2, 5, 90.0), (3, 1, 20.0), (9, 0, 20.0))
    found = findings(*rows, market="us", release=Release.IMMEDIATE, people=held)
    assert {row["person"] for row in found if row["rule"] == "kidney"} == {2}
    assert {row["person"] for row in findings(*rows, market="us", people=people()) if row["rule"] == "kidney"} == set()
    text = pa.table({
        "person": ["1", "2"], "date": [DAY, DAY], "egfr": pa.nulls(2, pa.int64()), "crcl": pa.array([20, 20]),
    })  # fmt: skip
    named = [batch.set_column(0, "person", batch.column("person").cast(pa.string())) for batch in spans(*rows)]
    made = to_findings(named, definition=DEFINITION, market="us", release=Release.IMMEDIATE, people=text.to_batches())
    assert {r["person"] for batch in made for r in batch.to_pylist() if r["rule"] == "kidney"} == {"2"}
    with pytest.raises(InvalidInput, match="people: 2 has two rows on one day; keep one"):
        findings(*rows, people=people((2, 0, 1.0), (2, 0, 2.0)))
    with pytest.raises(InvalidInput, match="people: a row has no person or no date"):
        findings(*rows, people=people((None, 0, 1.0)))
    with pytest.raises(InvalidInput, match=r"people: .*'-4' is negative.*correct it for 2, or leave it out"):
        findings(*rows, people=people((2, 0, -4.0)))
    assert findings(*rows, people=people((2, 0, float("nan")))) == findings(*rows, people=people())
    with pytest.raises(WrongColumns, match="people: the column person is string, and in the spans int64; cast it to"):
        findings(*rows, people=text)
    with pytest.raises(WrongColumns, match="people: wants the columns person, date, egfr, crcl"):
        findings(*rows, people=people().drop_columns(["crcl"]))


def test_spans_that_do_not_stand_in_order_are_refused():
    for rows in (
        [(1, "diazepam", 5, 5, 5), (1, "diazepam", 0, 5, 5)],
        [(1, "diazepam", 0, 5, 5), (1, "baclofen", 0, 5, 5)],
        [(1, "diazepam", 0, 5, 5), (1, "diazepam", 4, 5, 5)],
        [(1, "diazepam", 0, 0, 5)],
    ):
        with pytest.raises(OutOfOrder, match="spans: the spans of a person stand in order of drug and day"):
            episodes(*rows)


def test_a_drug_that_is_not_on_file_is_an_error_of_findings():
    with pytest.raises(UnknownDrug):
        findings((1, "nothing", 0, 5, 5))


def test_what_is_not_compared_is_listed_with_its_reason():
    listed = compared_facts(["tramadol", "zolpidem", "methotrexate"])
    assert {item.use for item in listed} >= {Use.COMPARED, Use.PRODUCT}
    immediate = compared_facts(["tramadol"], market="us", release=Release.IMMEDIATE)
    assert Use.PRODUCT not in {item.use for item in immediate}
    everything = {item.use for item in compared_facts(Formulary.shipped().drugs)}
    assert everything == set(Use) - {Use.LATER, Use.LENGTH}


def test_an_earlier_version_of_a_label_and_a_length_that_differs_between_products_are_left_out():
    held = Formulary.shipped().monograph("zolpidem")
    freed = {"releases": (), "forms": (), "products": (), "age_from": None, "age_below": None}
    label = {"set_id": "00000000-0000-0000-0000-000000000000"}
    ceilings = [
        fact.model_copy(update=freed | {"source": fact.source.model_copy(update=label | {"id": f"v{n}", "version": n})})
        for n, fact in enumerate(held.ceilings[:1] * 2, 1)
    ]
    stopping = [
        held.stopping[0].model_copy(
            update={"releases": (release,), "used_for_at_least": weeks(n), "after_long_use": False}
        )
        for n, release in enumerate((Release.IMMEDIATE, Release.EXTENDED), 3)
    ]  # fmt: skip
    stopping.append(
        held.stopping[0].model_copy(update={"releases": (), "after_long_use": True, "used_for_at_least": None})
    )
    facts = Formulary([held.model_copy(update={"ceilings": tuple(ceilings), "stopping": tuple(stopping)})])
    listed = compared_facts(["zolpidem"], facts=facts)
    assert {item.source.id: item.use for item in listed if item.rule == "ceiling"}["v1"] is Use.LATER
    assert [item.use for item in listed if item.rule == "stopping"] == [Use.PRODUCT, Use.PRODUCT, Use.LENGTH]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ends_after": -1}, "ends_after: -1 is no whole number of days from 0 to 7320; write one"),
        ({"washout": 0}, "washout: 0 is no whole number of days from 1"),
        ({"since": "2020-01-01"}, "since: '2020-01-01' is no date from 1900 to 2200"),
        ({"until": date(2500, 1, 1)}, "until: datetime.date(2500, 1, 1) is no date from 1900 to 2200"),
        ({"until": date(2019, 1, 1)}, "until: 2019-01-01 is before 2020-01-01; exchange them"),
        ({"least_change": "1"}, "least_change: 1 is no part of a dose; write one such as 15/100"),
        ({"least_change": 0.15}, "least_change: "),
    ],
)
def test_a_definition_that_is_none_is_refused(change, says):
    with pytest.raises(InvalidInput) as caught:
        EpisodeDefinition(**FIELDS | change)
    assert str(caught.value).startswith(says)


def test_every_choice_of_every_rule_is_listed_with_what_it_does():
    listed = {(method.rule, method.choice) for method in methods()}
    from taper.batch.definitions import _CHOICES

    assert {(rule, choice) for rule, choices in _CHOICES.items() for choice in choices} <= listed


def test_a_name_that_batch_has_not_is_an_error():
    import taper.batch

    with pytest.raises(AttributeError, match=r"module 'taper.batch' has no attribute 'to_days_of_people'"):
        _ = taper.batch.to_days_of_people
    assert all(getattr(taper.batch, name) is not None for name in taper.batch.__all__)


def test_a_dose_finer_than_is_counted_is_an_error_and_no_other_dose():
    primes = (2**31 - 1, 2**31 - 19, 2**31 - 61)
    rows = [(1, "diazepam", 40 * n, 40, 100 // (n + 1) + Fraction(1, prime)) for n, prime in enumerate(primes)]
    assert len(episodes(*rows)) == 1
    with pytest.raises(CannotCompute, match="spans: doses of 1 are parts of a mg too fine to be counted together"):
        findings(*rows)


def test_findings_are_the_same_where_integers_of_any_size_take_over():
    drugs = ("baclofen", "diazepam", "lorazepam", "prednisone", "dexamethasone")
    rows = [
        (person, drug, 30 * n, 30, dose)
        for person, drug in enumerate(drugs)
        for n, dose in enumerate(("90", "60", "22.5", "20", "5", "4.5", "1", "0.5"))
    ]
    fine = [
        (10 * number, drug, 0, 40, 100 + Fraction(1, prime))
        for number, prime in enumerate((2**31 - 1, 2**31 - 19), 1)
        for drug in sorted(drugs)
    ]
    found = findings(*rows, *fine, market="us")
    assert [row for row in found if row["person"] < 10] == findings(*rows, market="us")
    assert {row["rule"] for row in found} == {"ceiling", "pace", "abrupt-stop"}
    assert {row["grain"] for row in found if row["person"] == 10} == {2**31 - 1}


def test_a_product_beyond_64_bits_is_still_exact():
    assert times(np.array([2**61, 3]), 8).tolist() == [2**64, 24]
    assert times(np.array([2**40, 3]), 8).dtype == np.int64


def test_a_source_that_asks_besides_whether_it_is_worth_it_says_both():
    held = Formulary.shipped().monograph("gabapentin")
    asking = [
        advice.model_copy(update={
            "releases": (), "forms": (), "products": (), "age_from": None, "age_below": None,
            "bands": tuple(band.model_copy(update={"only_if_worth_it": True}) for band in advice.bands),
        })
        for advice in held.kidney if advice.measure == "creatinine clearance"
    ]  # fmt: skip
    facts = Formulary([held.model_copy(update={"kidney": tuple(asking[:1]), "ceilings": (), "stopping": ()})])
    people = pa.table({
        "person": [1], "date": [DAY], "egfr": pa.nulls(1, pa.int64()), "crcl": pa.array([20], pa.int64()),
    })  # fmt: skip
    found = findings((1, "gabapentin", 0, 30, 3000), facts=facts, people=people)
    assert [row["reading"] for row in found] == ["above", "statement"]
    assert found[1]["limit"] == "only if the benefit outweighs the risk"
    assert findings((1, "gabapentin", 0, 30, 1), facts=facts, people=people) == [found[1] | {"dose": 1}]


def test_long_use_without_a_length_is_as_long_as_a_reduction_from_the_highest_dose():
    held = Formulary.shipped().monograph("zolpidem")
    freed = {"releases": (), "forms": (), "products": (), "age_from": None, "age_below": None, "indications": ()}
    bare = {"used_for_at_least": None, "lasting_at_least": None, "from_daily_dose": None, "for_pace_alone": False}
    given = held.stopping[0].model_copy(update=freed | bare)
    slow = given.model_copy(update={"shape": StoppingShape.SLOWLY, "after_long_use": True})
    pace = given.model_copy(update={"shape": StoppingShape.FIXED, "step_low": Dose.parse("5 mg"),
                                    "step_high": Dose.parse("5 mg"), "every_low": weeks(1), "every_high": weeks(1),
                                    "after_long_use": False})  # fmt: skip
    facts = Formulary([held.model_copy(update={"stopping": (slow, pace), "durations": (), "ceilings": ()})])
    for taken, dose, is_long in ((13, 15, False), (14, 15, True), (6, 10, False), (7, 10, True)):
        limits = {row["limit"] for row in findings((1, "zolpidem", 0, taken, dose), facts=facts)}
        assert (str(StoppingShape.SLOWLY) in limits) is is_long
        assert str(StoppingShape.FIXED) in limits


def test_a_drug_without_a_product_is_compared_with_what_does_not_depend_on_one(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(
        'overlay = "ours"\nnew = true\nreviewed_on = 2026-11-29\ndrug = "madeupine"\n'
        '[[ceilings]]\nlimit = "60 mg"\nsource = "our-limit"\n'
        '[[ceilings]]\nlimit = "30 mg"\nsource = "our-limit"\nforms = ["capsule"]\n'
        '[sources.our-limit]\norganization = "Our ward"\ntitle = "A limit"\nlocator = "a page"\nyear = 2026\n'
        'grade = "C"\nverified_on = 2026-11-29\n',
        "utf-8",
    )
    facts = Formulary.shipped().overlaid(path)
    assert facts.monograph("madeupine").products == ()
    assert [item.use for item in compared_facts(["madeupine"], facts=facts)] == [Use.COMPARED, Use.PRODUCT]
    capsules = compared_facts(["madeupine"], facts=facts, market="us", form=DosageForm.CAPSULE)
    assert [item.use for item in capsules] == [Use.COMPARED, Use.COMPARED]
    day = date(2024, 1, 1)
    spans = pa.table({
        "person": [1], "drug": ["madeupine"], "dose": [90], "grain": [1],
        "first": pa.array([day]), "last": pa.array([day]),
    })  # fmt: skip
    definition = EpisodeDefinition(ends_after=30, since=day, until=day, washout=30, least_change="15/100")
    found = [row for made in to_findings(spans, definition=definition, facts=facts) for row in made.to_pylist()]
    assert [(row["rule"], row["limit"]) for row in found] == [("ceiling", "60 mg/day")]


@pytest.mark.parametrize("name", ["drug", "first", "last", "dose", "grain"])
def test_a_span_without_a_value_is_refused(name):
    (batch,) = spans((1, "diazepam", 0, 9, 5))
    place = batch.schema.get_field_index(name)
    absent = batch.set_column(place, name, pa.nulls(1, batch.schema.field(name).type))
    with pytest.raises(InvalidInput, match=f"spans: a row has no {name}; leave it out"):
        list(to_episodes(absent, definition=DEFINITION))
    if name in ("dose", "grain"):
        with pytest.raises(InvalidInput, match=f"spans: a {name} is below 1; leave out"):
            list(to_findings(batch.set_column(place, name, pa.array([0])), definition=DEFINITION))


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"market": "US"}, "market: 'US' is none on file; write 'eu', 'uk', 'us'"),
        ({"release": "slow"}, "release: 'slow' is none on file; write 'immediate', 'extended', 'delayed'"),
        ({"form": "cap"}, "form: 'cap' is none on file; write 'tablet', "),
    ],
)
def test_a_market_a_release_and_a_form_that_are_none_are_refused(chosen, says):
    for call in (lambda: compared_facts(["tramadol"], **chosen), lambda: findings((1, "tramadol", 0, 9, 5), **chosen)):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert str(caught.value).startswith(says)
