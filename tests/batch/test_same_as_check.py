"""Batch finds what `check` finds: person by person, drug by drug, with the facts on file."""

import random
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import pyarrow as pa
import pytest

from taper import DailyDose, Formulary, Handling, Patient, Plan, Product, check, realize
from taper.batch import EpisodeDefinition, Use, compared_facts, findings, to_episodes, to_findings
from taper.checks.case import Case
from taper.checks.review import Finding
from taper.checks.rules import abrupt_stop, ceiling, kidney, pace
from taper.knowledge.kidney_advice import KidneyAdvice
from taper.knowledge.monograph import Ceiling
from taper.knowledge.stopping_advice import Stopping

RULES = {module.NAME: module for module in (ceiling, kidney, abrupt_stop, pace)}
SINCE, UNTIL = date(2020, 1, 1), date(2022, 12, 31)
DEFINITION = EpisodeDefinition(ends_after=20, since=SINCE, until=UNTIL, washout=30, least_change="15/100")
SHIPPED = Formulary.shipped()
PER_DRUG = 28


@cache
def of_everyone(drug):
    """The monograph of a drug with the facts alone that are compared with everyone, and a product that makes doses."""
    monograph = SHIPPED.monograph(drug)
    kept = [item.fact for item in compared_facts([drug]) if item.use is Use.COMPARED]
    ceilings = tuple(fact for fact in kept if isinstance(fact, Ceiling))
    made = monograph.model_copy(update={
        "ceilings": ceilings,
        "kidney": tuple(fact for fact in kept if isinstance(fact, KidneyAdvice)),
        "stopping": tuple(fact for fact in kept if isinstance(fact, Stopping)),
    })  # fmt: skip
    like = next((p for p in monograph.products if p.strength is not None), None)
    if like is None:
        return made, None
    unit = max([fact.limit.mg for fact in ceilings], default=like.strength.mg * 20) / 40
    product = Product(id="any", drug=drug, form=like.form, release=like.release, strength=DailyDose(unit).text)
    return made, product


DRUGS = [drug for drug in SHIPPED.drugs if of_everyone(drug)[1] is not None]
FORMULARY = Formulary([of_everyone(drug)[0] for drug in SHIPPED.drugs], SHIPPED.tables, SHIPPED.class_lists)


def drawn_spans(draw, person, drug):
    """Days and counts of a unit: a course that falls, rises or both, with gaps, long breaks and odd lengths."""
    unit = of_everyone(drug)[1].strength.mg
    day = SINCE + timedelta(draw.choice([0, 10, 30, 45, 200]))
    count, spans = draw.choice([4, 10, 20, 40, 41, 60, 100]), []
    for _ in range(draw.randint(1, 8)):
        length = draw.choice([1, 2, 5, 7, 14, 28, 30, 60])
        spans.append((person, drug, day, day + timedelta(length - 1), unit * count))
        day += timedelta(length + draw.choice([0, 0, 0, 0, 0, 0, 1, 14, 20, 21, 40]))
        part = draw.choice(["1/2", "9/10", "3/4", "19/20", "2/3", "1/4", "5/4", "3/2", "1"])
        count = min(100, max(1, int(count * Fraction(part))))
        if day > UNTIL - timedelta(70):
            break
    if draw.random() < 0.2:
        moved = UNTIL - timedelta(draw.choice([0, 5, 20, 21])) - spans[-1][3]
        spans = [(who, what, first + moved, last + moved, dose) for who, what, first, last, dose in spans]
    joined = [spans[0]]
    for span in spans[1:]:
        before = joined[-1]
        if span[4] == before[4] and span[2] == before[3] + timedelta(1):
            joined[-1] = (*before[:3], span[3], span[4])
        else:
            joined.append(span)
    return joined


def drawn_figures(draw, person):
    values = [None, 5, 14, 15, 25, 29, 30, 45, 59, 60, 79, 80, 95, 120]
    days = draw.sample(range(400), draw.randint(0, 3))
    return [
        {"person": person, "date": SINCE + timedelta(day), "egfr": draw.choice(values), "crcl": draw.choice(values)}
        for day in days
    ]


def drawn(seed, drugs, many):
    draw = random.Random(seed)
    spans, figures = [], []
    for person in range(many):
        chosen = sorted(draw.sample(drugs, min(len(drugs), draw.choice([1, 1, 2]))))
        # A drug that a source wants in another's place is looked for among all of a person's; these plans hold one.
        for drug in chosen[:1] if "dexamethasone" in chosen else chosen:
            spans += drawn_spans(draw, person, drug)
        figures += drawn_figures(draw, person)
    return spans, figures


def as_batches(spans, size=500):
    table = pa.table({
        "person": pa.array([span[0] for span in spans], pa.int64()),
        "drug": [span[1] for span in spans],
        "first": pa.array([span[2] for span in spans], pa.date32()),
        "last": pa.array([span[3] for span in spans], pa.date32()),
        "dose": pa.array([span[4].numerator for span in spans], pa.int64()),
        "grain": pa.array([span[4].denominator for span in spans], pa.int64()),
    })  # fmt: skip
    return table.to_batches(max_chunksize=size)


def people_batches(figures):
    schema = pa.schema([("person", pa.int64()), ("date", pa.date32()), ("egfr", pa.int32()), ("crcl", pa.int32())])
    return pa.Table.from_pylist(figures, schema).to_batches(max_chunksize=100)


def plan_of(episode, spans):
    """The episode as a plan that someone might have written."""
    steps, day = [], episode["first"]
    for _, _, first, last, dose in spans:
        if first > day:
            steps.append({"for": f"{(first - day).days} days", "kind": "gap"})
        text = DailyDose(dose).text
        steps.append({"for": f"{(last - first).days + 1} days", "regimen": {"daily": text}})
        day = last + timedelta(1)
    course = {"drug": episode["drug"], "steps": steps, "then": "stop" if episode["stopped"] else "review"}
    if episode["is_new"]:
        course["before"] = "nothing"
    return Plan.read({"format": "taper-plan/1", "courses": [course]})


def patient_of(episode, figures):
    held = [row for row in figures if row["person"] == episode["person"] and row["date"] <= episode["first"]]
    last = max(held, key=lambda row: row["date"], default={})
    return Patient.read({name: str(last[name]) for name in ("egfr", "crcl") if last.get(name) is not None})


def in_days(episode, row):
    first = episode["first"] - timedelta(1)
    return (row["first"] - first).days, (row["last"] - first).days


def of_batch(episode, rows):
    """Rows of one episode in the terms of `check`: rule, source, days, and the reading of a pace."""
    found, paces = set(), defaultdict(list)
    for row in rows:
        first, last = in_days(episode, row)
        dose = DailyDose(Fraction(row["dose"], row["grain"]))
        if row["rule"] == "pace" and row["reading"] not in {"least time", "another drug first", "too soon"}:
            paces[row["source"], row["reading"] == "as a rate"].append((first, last))
        elif row["rule"] in {"pace", "abrupt-stop"} or row["reading"] == "statement":
            found.add((row["rule"], row["source"], first, last, None))
        else:
            found.add((row["rule"], row["source"], first, last, dose))
    for (source, is_rate), days in paces.items():
        first = None if is_rate else min(first for first, _ in days)
        found.add(("pace", source, first, max(last for _, last in days), is_rate))
    return found


def of_rules(case):
    """The findings of each rule by itself, before they are put together."""
    found, paces = set(), defaultdict(list)
    for name, rule in RULES.items():
        for item in rule.assess(case):
            if not isinstance(item, Finding):
                continue
            source = item.source.id
            is_rate = "taken together" in item.says
            if name == "pace" and "over at least" not in item.says and item.by_amount:
                paces[source, is_rate].append((item.day, item.last_day))
            elif name in {"pace", "abrupt-stop"} or not item.by_amount:
                found.add((name, source, item.day, item.last_day, None))
            else:
                found.add((name, source, item.day, item.last_day, DailyDose.parse(item.value)))
    for (source, is_rate), days in paces.items():
        first = None if is_rate else min(first for first, _ in days)
        found.add(("pace", source, first, max(last for _, last in days), is_rate))
    return found


def as_kinds(review):
    """Of a whole review, the rules and the sources of their findings."""
    items = [(item, each) for item in review.findings for each in (item.statements or (item,))]
    return {(each.rule, each.source.id) for _, each in items if each.rule in RULES}


@pytest.mark.parametrize("part", range(4))
def test_each_episode_has_the_findings_that_check_has_of_it_as_a_plan(part):
    drugs = DRUGS[part::4]
    spans, figures = drawn(part, drugs, PER_DRUG * len(drugs))
    episodes = [row for made in to_episodes(as_batches(spans), definition=DEFINITION) for row in made.to_pylist()]
    made = to_findings(as_batches(spans), definition=DEFINITION, facts=FORMULARY, people=people_batches(figures))
    rows = defaultdict(list)
    for row in (row for batch in made for row in batch.to_pylist()):
        rows[row["person"], row["drug"], row["episode"]].append(row)
    by_drug = defaultdict(list)
    for span in spans:
        by_drug[span[:2]].append(span)
    seen = set()
    for episode in episodes:
        own = [
            span
            for span in by_drug[episode["person"], episode["drug"]]
            if episode["first"] <= span[2] <= episode["last"]
        ]
        product = of_everyone(episode["drug"])[1]
        made = realize(plan_of(episode, own), [product], formulary=FORMULARY, handling=Handling(pieces=100))
        patient = patient_of(episode, figures)
        got = rows.pop((episode["person"], episode["drug"], episode["episode"]), [])
        assert of_batch(episode, got) == of_rules(Case(made, patient, FORMULARY)), (episode, own, patient)
        if episode["person"] % 10 == 0:  # the whole review too, which takes ten times as long
            assert {(row["rule"], row["source"]) for row in got} == as_kinds(check(made, patient)), (episode, own)
        seen |= {(row["rule"], row["reading"]) for row in got}
    assert not rows
    assert len(episodes) > PER_DRUG * len(drugs)
    wanted = {("pace", "per step"), ("pace", "as a rate"), ("abrupt-stop", "at once"), ("ceiling", "maximum")}
    assert wanted <= seen, seen


@pytest.mark.parametrize("most", [0, 5, 300])
def test_findings_are_the_same_however_few_are_held_at_once(monkeypatch, most):
    spans, figures = drawn(9, DRUGS, 120)

    def found():
        made = to_findings(as_batches(spans), definition=DEFINITION, facts=FORMULARY, people=people_batches(figures))
        return [batch.to_pylist() for batch in made]

    (whole,) = found()
    monkeypatch.setattr(findings, "MOST_AT_ONCE", most)
    parts = found()
    assert len(parts) > 1
    assert [row for part in parts for row in part] == whole
