"""Synthetic people: what batches compute of them is what is known from how they were drawn."""

import subprocess
import sys
from collections import Counter
from fractions import Fraction
from itertools import product

import pytest

from taper.batch import Account, Aside, EpisodeDefinition, SpanRules, set_aside, to_episodes, to_findings, to_spans
from taper.testing import (
    SINCE,
    UNTIL,
    PersonKind,
    exposure_batches,
    kidney_batches,
    known_episodes,
    known_findings,
    known_spans,
    synthetic_facts,
    synthetic_people,
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
