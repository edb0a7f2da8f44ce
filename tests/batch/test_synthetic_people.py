"""Synthetic people: what batches compute of them is what is known from how they were drawn."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import count, islice, product, repeat

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from taper import Dose, InvalidInput, Product, days, weeks
from taper.batch import Account, Aside, EpisodeDefinition, SpanRules, set_aside, to_episodes, to_findings, to_spans
from taper.testing import (
    SINCE,
    UNTIL,
    KnownSpan,
    PersonKind,
    SyntheticFill,
    amounts,
    capsules,
    ceilings,
    courses,
    decisions,
    doses,
    doses_from,
    durations,
    events,
    exposure_batches,
    facts,
    formulary_of,
    kidney_batches,
    known_episodes,
    known_findings,
    known_spans,
    logs,
    patterns,
    plans,
    product_sets,
    realizable_plans,
    regimens,
    shared_grain,
    synthetic_facts,
    synthetic_people,
    tablets,
    unrealizable_plans,
)

FACTS = synthetic_facts()
PEOPLE = tuple(synthetic_people(450, seed=20261129))
DEFINITION = EpisodeDefinition(ends_after=30, since=SINCE, until=UNTIL, washout=365, least_change="15/100")
CHOICES = {
    "length": ("days supply", "last day"),
    "duplicates": ("set aside", "keep"),
    "stockpiling": ("none", "same dose", "all"),
    "overlap": ("sum", "later replaces"),
    "gap": (("zero", 0), ("dose before", 45)),
}
RULES = [
    SpanRules(length=length, longest=365, duplicates=twice, stockpiling=stock, overlap=overlap, gap=gap, grace=grace)
    for length, twice, stock, overlap, (gap, grace) in product(*CHOICES.values())
]


def name_of(rules):
    return f"{rules.length}-{rules.duplicates}-{rules.stockpiling}-{rules.overlap}-{rules.grace}"


def read(batches):
    return [row for batch in batches for row in batch.to_pylist()]


def spans_of(rules, **more):
    return to_spans(exposure_batches(PEOPLE, rows=700), rules=rules, facts=FACTS, **more)


@pytest.mark.parametrize("rules", RULES, ids=name_of)
def test_spans_are_those_that_are_known_and_every_row_is_accounted_for(rules):
    account = Account()
    got = [
        (row["person"], row["first"], row["last"], Fraction(row["dose"], row["grain"]))
        for row in read(spans_of(rules, account=account))
    ]
    assert got == [(person.person, *span) for person in PEOPLE for span in known_spans(person, rules)]
    planted = Counter(Aside[reason] for person in PEOPLE for _, reason in person.planted)
    if rules.duplicates == "set aside":
        planted[Aside.DUPLICATE] = sum(person.kind is PersonKind.TWICE for person in PEOPLE)
    assert account.reasons == planted
    assert account.read == sum(len(person.rows) for person in PEOPLE) == account.used + account.set_aside


def test_the_rows_that_are_set_aside_are_those_that_were_planted():
    rules = RULES[0]
    aside = set_aside(exposure_batches(PEOPLE), rules=rules, facts=FACTS)
    got = [(row["person"], row["start"], row["reason"]) for row in read(aside)]
    known = []
    for person in PEOPLE:
        known += [(person.person, person.rows[0].start, Aside.DUPLICATE)] if person.kind is PersonKind.TWICE else []
        known += [(person.person, row.start, Aside[reason]) for row, reason in person.planted]
    assert got == known
    assert {reason for person in PEOPLE for _, reason in person.planted} == {reason.name for reason in Aside} - {
        "NO_PERSON",
        "PART_QUANTITY",
        "SEVERAL_DRUGS",
        "DUPLICATE",
    }


@pytest.mark.parametrize("rules", RULES[::5], ids=name_of)
@pytest.mark.parametrize("ends_after", [7, 30, 90])
def test_episodes_are_those_that_are_known(rules, ends_after):
    definition = EpisodeDefinition(ends_after=ends_after, since=SINCE, until=UNTIL, washout=365, least_change="15/100")
    got = [
        (row["person"], row["first"], row["last"], row["stopped"], row["course"])
        for row in read(to_episodes(spans_of(rules), definition=definition))
    ]
    known = {person.person: known_episodes(known_spans(person, rules), definition) for person in PEOPLE}
    assert got == [(person, *episode) for person, episodes in known.items() for episode in episodes]


@pytest.mark.parametrize("rules", RULES[::5], ids=name_of)
def test_findings_are_those_that_are_known(rules):
    made = to_findings(spans_of(rules), definition=DEFINITION, facts=FACTS, people=kidney_batches(PEOPLE))
    got = {}
    for row in read(made):
        mg, after = (row[name] and Fraction(row[name], row["grain"]) for name in ("dose", "after"))
        got.setdefault(row["person"], []).append((row["rule"], row["first"], row["last"], mg, after))
    for person in PEOPLE:
        known = known_findings(person, known_spans(person, rules), DEFINITION)
        assert sorted(got.get(person.person, []), key=str) == sorted(map(tuple, known), key=str)
    assert {row[0] for rows in got.values() for row in rows} == {"ceiling", "kidney", "pace", "abrupt-stop"}


def test_a_kind_is_found_by_what_it_does():
    rules = SpanRules(length="days supply", longest=365, duplicates="set aside", stockpiling="all", overlap="sum",
                      gap="dose before", grace=90)  # fmt: skip
    rows = {}
    for person in PEOPLE:
        spans = known_spans(person, rules)
        found = {each.rule for each in known_findings(person, spans, DEFINITION)} - {"kidney"}
        (episode,) = known_episodes(spans, DEFINITION)
        rows.setdefault(person.kind, set()).add((episode.course, episode.stopped, *sorted(found)))
    assert rows[PersonKind.STEADY] == {("level", False)}
    assert rows[PersonKind.TAPER] == {("taper", True)}
    assert rows[PersonKind.TITRATION] == {("titration", False)}
    assert rows[PersonKind.REFILL] <= {("level", True), ("level", True, "abrupt-stop", "pace")}
    assert all("ceiling" in each for each in rows[PersonKind.ABOVE])
    assert all("ceiling" not in each for kind in set(PersonKind) - {PersonKind.ABOVE} for each in rows[kind])


def test_a_person_depends_on_the_seed_and_the_number_alone():
    again = list(synthetic_people(40, seed=20261129))
    assert tuple(again) == PEOPLE[:40]
    assert [person.fills for person in synthetic_people(40, seed=1)] != [person.fills for person in again]
    few = synthetic_people(10, seed=1, kinds=(PersonKind.TAPER, PersonKind.TAPER, PersonKind.STOP), planted_every=2)
    assert [(person.kind is PersonKind.STOP, len(person.planted)) for person in few][:4] == [
        (False, 0), (False, 1), (True, 0), (False, 1)
    ]  # fmt: skip


def test_people_without_kidney_figures_have_no_row_and_nobody_gives_no_batch():
    rows = read(kidney_batches(PEOPLE))
    assert [(row["person"], row["egfr"]) for row in rows] == [
        (person.person, person.egfr) for person in PEOPLE if person.egfr is not None
    ]
    assert list(kidney_batches([])) == list(exposure_batches([])) == []


def test_without_pyarrow_the_people_are_drawn_and_the_batches_say_what_to_install():
    code = """
import sys
sys.modules["pyarrow"] = None
from taper.testing import exposure_batches, known_spans, synthetic_people
people = list(synthetic_people(9, seed=1))
try:
    next(exposure_batches(people))
except Exception as error:
    print(type(error).__name__, error)
"""
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout.startswith("MissingExtra synthetic exposures needs the package pyarrow: pip install")


ONE = PEOPLE[0]
FILL = ONE.fills[0]
SPANS = known_spans(ONE, RULES[0])
DAY, DEEP = date(2021, 3, 1), []
DEEP.append(DEEP)
SOLUTION = Product(id="s", drug="x", form="oral solution", concentration="1 mg/mL")
TABLET = Product(id="t", drug="x", form="tablet", strength="5 mg", score=2)
LONG = replace(FILL, days=400)


def spans(**changed):
    return [KnownSpan(DAY, DAY, Fraction(5))._replace(**changed)]


def rows(**changed):
    """The batches of someone with one row more, that is changed."""
    return list(exposure_batches([replace(ONE, rows=(*ONE.rows, replace(ONE.rows[0], **changed)))]))


def people(many=3, /, **more):
    return synthetic_people(many, **{"seed": 1, **more})


@pytest.mark.parametrize(
    ("where", "call"),
    [
        ("", lambda: people("a")),
        ("", lambda: people(1.5)),
        ("", lambda: people(True)),
        ("count", lambda: people(-1)),
        ("", lambda: people(seed="a")),
        ("", lambda: people(seed=False)),
        ("", lambda: people(drug=5)),
        ("drug", lambda: people(drug=" ")),
        ("drug", lambda: people(drug="\ud800")),
        ("drug", lambda: people(drug="x" * 81)),
        ("", lambda: people(tablet="5 mg")),
        ("tablet", lambda: people(tablet=Dose(0))),
        ("tablet", lambda: people(tablet=Dose("0.00009"))),
        ("tablet", lambda: people(tablet=Dose("0.9999991"))),
        ("tablet", lambda: people(tablet=Dose("1234.567891"))),
        ("tablet", lambda: people(tablet=Dose(100_000), ceiling=Dose(10**6))),
        ("", lambda: people(ceiling=40)),
        ("ceiling", lambda: people(ceiling=Dose("29.999"))),
        ("ceiling", lambda: people(ceiling=Dose("1305.001"))),
        ("ceiling", lambda: people(tablet=Dose("0.001"), ceiling=Dose(10**5))),
        ("ceiling", lambda: people(tablet=Dose(1), ceiling=Dose(10**6))),
        ("ceiling", lambda: people(tablet=Dose(50_000), ceiling=Dose("500000.1"))),
        ("", lambda: people(kinds="taper")),
        ("", lambda: people(kinds=["taper"])),
        ("kinds", lambda: people(kinds=())),
        ("kinds", lambda: people(kinds=(kind.value for kind in PersonKind))),
        ("kinds", lambda: people(kinds=set(PersonKind))),
        ("", lambda: people(kinds=repeat(PersonKind.STOP))),
        ("", lambda: people(planted_every=None)),
        ("planted_every", lambda: people(planted_every=0)),
        ("planted_every", lambda: people(planted_every=-5)),
        ("", lambda: exposure_batches(5)),
        ("", lambda: exposure_batches([1])),
        ("", lambda: next(exposure_batches(count()))),
        ("", lambda: exposure_batches(PEOPLE, rows="a")),
        ("rows", lambda: exposure_batches(PEOPLE, rows=0)),
        ("rows", lambda: exposure_batches(PEOPLE, rows=10**7)),
        ("", lambda: kidney_batches([1])),
        ("", lambda: next(kidney_batches(count()))),
        ("drug", lambda: rows(drug=5)),
        ("person", lambda: rows(person=2**70)),
        ("strength", lambda: rows(strength="\ud800")),
        ("start", lambda: rows(start="a")),
        ("first", lambda: SyntheticFill("a", 28, Fraction(5))),
        ("first", lambda: SyntheticFill(date.max, 28, Fraction(5))),
        ("days", lambda: SyntheticFill(DAY, 10**9, Fraction(5))),
        ("days", lambda: SyntheticFill(date(2200, 12, 31), 2, Fraction(5))),
        ("mg", lambda: SyntheticFill(DAY, 28, 5.0)),
        ("person", lambda: replace(ONE, person="a")),
        ("kind", lambda: replace(ONE, kind="taper")),
        ("fills", lambda: replace(ONE, fills=(5,))),
        ("fills", lambda: replace(ONE, fills=())),
        ("fills", lambda: replace(ONE, kind=PersonKind.OVERLAP, fills=(FILL,))),
        ("fills", lambda: replace(ONE, kind=PersonKind.REFILL, fills=(FILL,))),
        ("rows", lambda: replace(ONE, rows=[5])),
        ("egfr", lambda: replace(ONE, egfr="30")),
        ("", lambda: known_spans(5, RULES[0])),
        ("", lambda: known_spans(ONE, {})),
        ("rules", lambda: known_spans(replace(ONE, fills=(LONG,)), RULES[0])),
        ("", lambda: known_episodes([5], DEFINITION)),
        ("", lambda: known_episodes(SPANS, None)),
        ("spans", lambda: known_episodes(spans(first="a"), DEFINITION)),
        ("spans", lambda: known_episodes(spans(last=date.max), DEFINITION)),
        ("spans", lambda: known_episodes(spans() * 2, DEFINITION)),
        ("spans", lambda: known_findings(ONE, spans(mg=5.0), DEFINITION)),
        ("", lambda: known_findings(5, SPANS, DEFINITION)),
        ("", lambda: synthetic_facts(5)),
        ("", lambda: formulary_of(5)),
        ("facts", lambda: formulary_of({5: []})),
        ("facts", lambda: formulary_of({"ceilings": [{"source": "a", "limit": DEEP}]})),
        ("facts.ceilings", lambda: formulary_of({"ceilings": 5})),
        ("facts.ceilings", lambda: formulary_of({"ceilings": [{}]})),
        ("", lambda: shared_grain([5])),
    ],
)
def test_an_odd_argument_is_refused_where_it_is_given(where, call):
    with pytest.raises(InvalidInput) as caught:
        call()
    assert caught.value.where == where


@pytest.mark.parametrize(
    "draw",
    [
        lambda: amounts(up_to=0),
        lambda: amounts(up_to="a"),
        lambda: doses(5),
        lambda: regimens(slots=["evening"]),
        lambda: regimens(least=5),
        lambda: patterns(5),
        lambda: patterns(st.just(5)),
        lambda: courses(regimens()),
        lambda: courses(durations=st.just(5)),
        lambda: plans(st.just(5)),
        lambda: plans(most_courses=0),
        lambda: product_sets(st.just(5)),
        lambda: product_sets(5),
        lambda: realizable_plans(st.just(())),
        lambda: unrealizable_plans(st.just(5)),
        lambda: tablets(st.just("a")),
        lambda: capsules(st.just("a")),
        lambda: doses_from(()),
        lambda: doses_from([SOLUTION]),
        lambda: doses_from(5),
        lambda: ceilings(st.just(5)),
        lambda: facts(st.just([])),
        lambda: decisions(5),
        lambda: events(5),
        lambda: logs(5),
    ],
)
def test_an_odd_argument_of_a_strategy_is_refused_by_the_time_it_is_drawn(draw):
    with pytest.raises(InvalidInput):
        drawn(draw())


def drawn(strategy):
    """What a strategy draws last of some."""
    held = []

    @settings(max_examples=5, database=None, derandomize=True, phases=[Phase.generate])
    @given(strategy)
    def keep(value):
        held.append(value)

    keep()
    return held[-1]


def test_what_is_out_of_the_ordinary_and_right_is_answered():
    assert list(people(0)) == known_episodes([], DEFINITION) == known_findings(ONE, [], DEFINITION) == []
    assert list(islice(people(10**100), 3)) == list(people())
    assert list(people(kinds=iter(PersonKind))) == list(people(kinds=list(PersonKind)))
    assert not any(person.planted for person in people(30, planted_every=10**9))
    assert drawn(product_sets(None))
    assert drawn(doses_from(iter([TABLET, SOLUTION]))) > Dose(0)
    assert shared_grain([TABLET, SOLUTION]) == Fraction(5, 2)
    assert drawn(durations(counts=st.just(2))) in {days(2), weeks(2)}


def test_a_long_course_is_named():
    held = [KnownSpan(DAY + timedelta(day), DAY + timedelta(day), Fraction(day % 7 + 93)) for day in range(2000)]
    last = KnownSpan(held[-1].last + timedelta(1), held[-1].last + timedelta(1), Fraction(1))
    assert [each.course for each in known_episodes(held, DEFINITION)] == ["level"]
    assert [each.course for each in known_episodes([*held, last], DEFINITION)] == ["taper"]


@pytest.mark.parametrize(
    ("tablet", "ceiling"),
    [("0.0001", "0.0261"), ("999.999937", "260999.983557"), ("83333.333", "500000"), ("1 4/999979", "10")],
)
def test_answers_are_known_up_to_what_may_be_asked_for(tablet, ceiling):
    held = list(people(90, tablet=Dose(tablet), ceiling=Dose(ceiling)))
    got = [
        (row["person"], row["first"], row["last"], Fraction(row["dose"], row["grain"]))
        for row in read(to_spans(exposure_batches(held), rules=RULES[0], facts=FACTS))
    ]
    assert got == [(person.person, *span) for person in held for span in known_spans(person, RULES[0])]
