"""Hypothesis strategies for people who build on taper: each draws what a plan could really hold."""

# ruff: noqa: B008  # a strategy never changes, so it may be a default

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from taper.dates import Duration, TimeUnit
from taper.dose import Dose, MassUnit
from taper.formulary import Formulary, read_monograph
from taper.kidney import Sex, WeightBasis
from taper.monograph import CeilingKind, Measure
from taper.patient import Patient
from taper.plan import Plan
from taper.product import DosageForm, Product, Volume
from taper.regimen import NAMED_SLOTS, WEEKDAYS, Regimen, Slot

DRUG = "testamine"
"""The drug of every product drawn here; no formulary holds it."""

SOLID_STRENGTHS = tuple(Fraction(text) for text in ("0.5", "1", "2", "2.5", "5", "10", "25"))


class Realizable(NamedTuple):
    """A plan and the products from which every dose in it can be made."""

    plan: Plan
    products: tuple[Product, ...]


class Unrealizable(NamedTuple):
    """A plan, products, and the one dose in the plan that they cannot make: its step (from 1) and its slot."""

    plan: Plan
    products: tuple[Product, ...]
    dose: Dose
    step: int
    slot: Slot


def amounts(*, up_to: int = 100) -> SearchStrategy[Fraction]:
    """Exact numbers above 0, as doses have them.

    Narrow: the denominators are those that strengths, pieces and graduations make, thirds among them, so that
    drawn doses meet each other and edges are hit.
    """
    return st.sampled_from((1, 2, 3, 4, 8, 10, 40)).flatmap(
        lambda bottom: st.integers(1, up_to * bottom).map(lambda top: Fraction(top, bottom))
    )


@st.composite
def doses(
    draw: DrawFn,
    amounts: SearchStrategy[Fraction] = amounts(),
    units: SearchStrategy[MassUnit] = st.sampled_from(MassUnit),
) -> Dose:
    """Doses above 0 of up to 100 mg, written in any unit.

    Narrow: 0 is no dose in a regimen, and larger amounts only make the same arithmetic slower.
    """
    return Dose(draw(amounts)).in_unit(draw(units))


@st.composite
def durations(
    draw: DrawFn,
    units: SearchStrategy[TimeUnit] = st.sampled_from((TimeUnit.DAY, TimeUnit.WEEK)),
    counts: SearchStrategy[int] = st.integers(1, 9),
) -> Duration:
    """Lengths of time in days and weeks.

    Narrow: months have no day numbers without a start; ask for them with `units`. Short, because laws about days
    hold or break within a few weeks, and every day is looked at.
    """
    return Duration(draw(counts), draw(units))


def starts() -> SearchStrategy[date]:
    """Dates of a plan's first day, from 1990 to 2150, with month ends and leap days often.

    Narrow: far enough from 1900 and 2200 that a plan fits in.
    """
    ends = [date(2027, 1, 31), date(2028, 2, 29), date(2027, 2, 28), date(2027, 12, 31), date(2027, 3, 28)]
    return st.one_of(st.sampled_from(ends), st.dates(date(1990, 1, 1), date(2150, 12, 31)))


def named_slots() -> SearchStrategy[Slot]:
    """Morning, noon, evening and bedtime."""
    return st.sampled_from(NAMED_SLOTS).map(Slot)


def clock_slots() -> SearchStrategy[Slot]:
    """Clock times at full and half hours; the law is the same at every minute."""
    return st.tuples(st.integers(0, 23), st.sampled_from((0, 30))).map(lambda at: Slot(f"{at[0]:02}:{at[1]:02}"))


def regimens(
    doses: SearchStrategy[Dose] = doses(),
    slots: SearchStrategy[Slot] = named_slots(),
    *,
    least: int = 1,
) -> SearchStrategy[Regimen]:
    """Days of one to four doses.

    Narrow: all slots are of one kind, since named and clock times have no common order.
    """
    return st.dictionaries(slots.map(str), doses, min_size=least, max_size=4).map(Regimen.of)


def patterns(regimens: SearchStrategy[Regimen]) -> SearchStrategy[dict[str, Any]]:
    """The doses of a step as the plan format writes them: one day, a cycle of two to four, or a week.

    Narrow: some days of a cycle or week may be empty, never all.
    """
    some = st.one_of(regimens, st.just(Regimen()))
    cycles = st.lists(some, min_size=2, max_size=4).filter(any)
    weeks = st.dictionaries(st.sampled_from(WEEKDAYS), some, min_size=1).filter(lambda week: any(week.values()))
    return st.one_of(
        regimens.map(lambda day: {"regimen": day.as_dict()}),
        cycles.map(lambda days: {"cycle": [day.as_dict() for day in days]}),
        weeks.map(lambda week: {"weekly": {name: day.as_dict() for name, day in week.items()}}),
    )


@st.composite
def courses(
    draw: DrawFn,
    patterns: SearchStrategy[dict[str, Any]] = patterns(regimens()),
    durations: SearchStrategy[Duration] = durations(),
    drugs: SearchStrategy[str] = st.just(DRUG),
    thens: SearchStrategy[str] = st.sampled_from(("stop", "continue", "review")),
) -> dict[str, Any]:
    """Courses as the plan format writes them, of one to four steps, open, stopping or ending in a review.

    Narrow: only the last step may be open, and it is if and only if the course continues.
    """
    then = draw(thens)
    held = draw(st.lists(st.tuples(patterns, durations), min_size=1, max_size=4))
    steps = [{**pattern, "for": str(duration)} for pattern, duration in held]
    if then == "continue":
        del steps[-1]["for"]
    before = draw(st.one_of(st.none(), st.just("nothing"), patterns))
    made = {"drug": draw(drugs), "then": then, "steps": steps, "starts_on_day": draw(st.integers(1, 10))}
    return made if before is None else {**made, "before": before}


@st.composite
def plans(
    draw: DrawFn,
    courses: SearchStrategy[dict[str, Any]] = courses(),
    *,
    most_courses: int = 2,
) -> Plan:
    """Plans of one or two courses, whether or not any product makes their doses.

    Narrow: more courses than two only repeat what two of them show, and ids are given so that they differ.
    """
    listed = draw(st.lists(courses, min_size=1, max_size=most_courses))
    return Plan.read({"courses": [{**course, "id": f"c{number}"} for number, course in enumerate(listed, start=1)]})


@st.composite
def tablets(
    draw: DrawFn,
    strengths: SearchStrategy[Fraction] = st.sampled_from(SOLID_STRENGTHS),
    *,
    drug: str = DRUG,
) -> Product:
    """Tablets with every kind of score: known, unknown, and permitted beyond it.

    Narrow: strengths are few and lie close together, so that sets of them share doses and searches stay small.
    """
    strength, score = draw(strengths), draw(st.sampled_from((1, 2, 3, 4, "unknown")))
    allowed = draw(st.sampled_from((None, None, 1, 2, 4)))
    return Product.read(
        {
            "id": f"tablet-{strength.numerator}-{strength.denominator}",
            "drug": drug,
            "form": "tablet",
            "strength": Dose(strength),
            "score": score,
            "allow_pieces": allowed,
            "pack": draw(st.sampled_from((None, 28, 30))),
        }
    )


@st.composite
def capsules(
    draw: DrawFn,
    strengths: SearchStrategy[Fraction] = st.sampled_from(SOLID_STRENGTHS),
    *,
    drug: str = DRUG,
) -> Product:
    """Capsules and packets, which are never divided."""
    strength, form = draw(strengths), draw(st.sampled_from((DosageForm.CAPSULE, DosageForm.PACKET)))
    name = f"{form}-{strength.numerator}-{strength.denominator}"
    return Product.read({"id": name, "drug": drug, "form": form, "strength": Dose(strength)})


@st.composite
def liquids(draw: DrawFn, *, drug: str = DRUG) -> Product:
    """Solutions and suspensions with the least volume that can be measured, and often a graduation.

    Narrow: the least volume is a tenth of a mL at most ten times, so that a dose is few graduation marks.
    """
    mass, volume = draw(st.sampled_from(((1, 1), (2, 5), (5, 5), (10, 5))))
    tenths = draw(st.integers(1, 10))
    return Product.read(
        {
            "id": f"liquid-{mass}-per-{volume}",
            "drug": drug,
            "form": draw(st.sampled_from((DosageForm.ORAL_SOLUTION, DosageForm.ORAL_SUSPENSION))),
            "concentration": f"{mass} mg/{volume} mL",
            "smallest_volume": Volume(Fraction(tenths, 10)),
            "graduation": draw(st.sampled_from((None, Volume("0.1"), Volume("0.25")))),
            "pack": draw(st.sampled_from((None, "100 mL"))),
        }
    )


def product_sets(
    products: SearchStrategy[Product] | None = None, *, drug: str = DRUG
) -> SearchStrategy[tuple[Product, ...]]:
    """One to three products of one drug and one release, each id once.

    Narrow: strengths are neighbors, since a tablet of 25 mg beside one of 0.5 mg shows nothing new and makes the
    search for recipes slow; a fourth product seldom shows what three do not.
    """
    some = st.integers(0, len(SOLID_STRENGTHS) - 3).flatmap(lambda low: _neighbors(low, drug))
    listed = some if products is None else st.lists(products, min_size=1, max_size=3, unique_by=_id)
    return listed.map(tuple)


def _neighbors(low: int, drug: str) -> SearchStrategy[list[Product]]:
    strengths = st.sampled_from(SOLID_STRENGTHS[low : low + 3])
    kinds = (tablets(strengths, drug=drug), capsules(strengths, drug=drug), liquids(drug=drug))
    return st.lists(st.one_of(*kinds), min_size=1, max_size=3, unique_by=_id)


def _id(product: Product) -> str:
    return product.id


@st.composite
def doses_from(draw: DrawFn, products: tuple[Product, ...]) -> Dose:
    """Doses that the products make: some pieces of one or two solids, or one measured volume.

    Drawn backwards, from what is taken to the dose. Narrow: at most six units or 60 graduation marks, since a
    longer count makes no new kind of recipe.
    """
    liquid = [product for product in products if product.form.is_liquid]
    solid = [product for product in products if not product.form.is_liquid]
    if liquid and (not solid or draw(st.booleans())):
        return _measured(draw, draw(st.sampled_from(liquid)))
    held = draw(st.lists(st.sampled_from(solid), min_size=1, max_size=2, unique_by=lambda product: product.id))
    return Dose(sum((_counted(draw, product) for product in held), Fraction(0)))


def _measured(draw: DrawFn, product: Product) -> Dose:
    assert product.concentration is not None
    assert product.smallest_volume is not None
    step = (product.graduation or product.smallest_volume).ml
    first = -(-product.smallest_volume.ml // step)
    return product.concentration.dose_in(Volume(step * draw(st.integers(int(first), int(first) + 60))))


def _counted(draw: DrawFn, product: Product) -> Fraction:
    assert product.strength is not None
    return product.strength.mg * draw(st.integers(1, 3 * product.pieces)) / product.pieces


@st.composite
def realizable_plans(
    draw: DrawFn,
    product_sets: SearchStrategy[tuple[Product, ...]] = product_sets(),
    durations: SearchStrategy[Duration] = durations(),
    thens: SearchStrategy[str] = st.sampled_from(("stop", "continue", "review")),
    slots: SearchStrategy[SearchStrategy[Slot]] = st.sampled_from((named_slots(), clock_slots())),
    *,
    most_courses: int = 2,
) -> Realizable:
    """Plans together with products that make every dose in them.

    Drawn backwards: products first, then doses that they make, then days, steps and courses.
    """
    products = draw(product_sets)
    days = regimens(doses_from(products), draw(slots))
    drug = products[0].drug
    made = courses(patterns(days), durations, st.just(drug), thens)
    return Realizable(draw(plans(made, most_courses=most_courses)), products)


@st.composite
def unrealizable_plans(
    draw: DrawFn,
    product_sets: SearchStrategy[tuple[Product, ...]] = product_sets(),
) -> Unrealizable:
    """Plans of one course in which exactly one dose cannot be made from the products.

    Narrow: the dose lies off the finest grain that the products share, so that it is certain, without a search,
    that nothing makes it. Doses that lie on the grain and still cannot be made need a brute-force comparison.
    """
    products = draw(product_sets)
    days = draw(st.lists(regimens(doses_from(products)), min_size=1, max_size=4))
    number = draw(st.integers(1, len(days)))
    slot = draw(st.sampled_from(days[number - 1].slots))
    good = days[number - 1].dose_at(slot)
    assert good is not None
    bad = good + Dose(shared_grain(products) / 7)
    written = [day.as_dict() for day in days]
    written[number - 1][slot.name] = bad.text
    steps = [{"for": "3 days", "regimen": day} for day in written]
    plan = Plan.read({"courses": [{"drug": products[0].drug, "then": "review", "steps": steps}]})
    return Unrealizable(plan, products, bad, number, slot)


def shared_grain(products: Iterable[Product]) -> Fraction:
    """The largest amount in mg of which every dose that the products make is a whole multiple."""
    sizes = []
    for product in products:
        if product.strength is not None:
            sizes.append(product.strength.mg / product.pieces)
            continue
        assert product.concentration is not None
        assert product.smallest_volume is not None
        sizes.append((product.graduation or product.smallest_volume).ml * product.concentration.mg_per_ml)
    bottom = lcm(*(size.denominator for size in sizes))
    return Fraction(reduce(gcd, (int(size * bottom) for size in sizes)), bottom)


def patients() -> SearchStrategy[Patient]:
    """Adults with any of the facts that a rule may read; each fact may be unknown.

    Narrow: figures are those that an adult can have, since others are refused when the record is built.
    """
    return patient_facts().map(Patient.read)


def patient_facts() -> SearchStrategy[dict[str, Any]]:
    """The same people as plain data, as a patient file writes them."""
    creatinine = st.integers(4, 99).map(lambda tenths: f"{tenths // 10}.{tenths % 10} mg/dL")
    names = st.sampled_from(("epilepsy", "falls", "asthma"))
    return st.fixed_dictionaries(
        {},
        optional={
            "age": st.integers(18, 99),
            "sex": st.sampled_from([sex.value for sex in Sex]),
            "weight_kg": st.integers(40, 160),
            "weight_basis": st.sampled_from([basis.value for basis in WeightBasis]),
            "height_cm": st.integers(140, 200),
            "creatinine": creatinine,
            "egfr": st.integers(3, 130).map(str),
            "absolute_egfr": st.integers(3, 130).map(str),
            "crcl": st.integers(3, 130).map(str),
            "kidney_stable": st.booleans(),
            "dialysis": st.booleans(),
            "liver": st.sampled_from(("none", "mild", "moderate", "severe")),
            "pregnant": st.booleans(),
            "lactating": st.booleans(),
            "conditions": st.lists(names, max_size=2),
            "medications": st.lists(st.sampled_from(("diazepam", "morphine")), max_size=2),
            "as_needed": st.lists(st.sampled_from(("ibuprofen", "paracetamol")), max_size=2),
            "as_of": st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(date.isoformat),
        },
    )


def indications() -> SearchStrategy[str]:
    """Two uses, so that two draws are often of the same one."""
    return st.sampled_from(("use-a", "use-b"))


def ceilings(limits: SearchStrategy[Dose] = doses()) -> SearchStrategy[dict[str, Any]]:
    """Published maxima as a data file writes them, without their source: of a day or an intake, of every kind."""
    return st.fixed_dictionaries(
        {"limit": limits.map(lambda limit: limit.text)},
        optional={
            "per": st.sampled_from(("day", "intake")),
            "kind": st.sampled_from([kind.value for kind in CeilingKind]),
            "indications": st.lists(indications(), min_size=1, max_size=2, unique=True),
            "age_from": st.just(65),
        },
    )


@st.composite
def kidney_advice(draw: DrawFn) -> dict[str, Any]:
    """Kidney advice as a data file writes it, without its source: words or figures below an edge, and states.

    Narrow: one edge a source, at 30, 60 or 90, since each source is read by itself and edges are hit often.
    """
    said = st.sampled_from(
        (
            {"action": "avoid"},
            {"action": "caution"},
            {"action": "reduce, no figure given"},
            {"action": "no change"},
            {"action": "daily maximum", "maximum": "10 mg"},
            {"action": "daily range", "low": "5 mg", "high": "10 mg"},
            {"action": "initial daily dose", "initial": "5 mg"},
            {"action": "fraction of the usual dose", "fraction": "1/2"},
        )
    )
    measure = st.sampled_from([measure.value for measure in Measure])
    made: dict[str, Any] = {"basis": draw(st.sampled_from(("label", "guideline", "pharmacokinetics", "claim")))}
    kind = draw(st.sampled_from(("bands", "impaired", "both")))
    if kind != "impaired":
        made |= {"measure": draw(measure), "bands": [{"below": draw(st.sampled_from((30, 60, 90))), **draw(said)}]}
    if kind != "bands":
        made["impaired"] = draw(said)
    if draw(st.booleans()):
        made["dialysis"] = draw(said)
    if draw(st.booleans()):
        made["age_from"] = 65
    return made


@st.composite
def stopping_advice(draw: DrawFn) -> dict[str, Any]:
    """Advice on reducing as a data file writes it, without its source, in each shape that a source may have."""
    every = {"every_low": "1 week", "every_high": "2 weeks"}
    band = {"from_dose": "100 mg", "down_to": "0 mg", "step_low": "1 mg", "step_high": "5 mg"}
    shapes: tuple[dict[str, Any], ...] = (
        {"shape": "slowly, no rate given"},
        {"shape": "a plan for the person, no rate given"},
        {"shape": "over at least so long", "lasting_at_least": "7 days"},
        {"shape": "so many mg per interval", "step_low": "1 mg", "step_high": "2 mg", **every},
        {"shape": "percent of the current dose per interval", "percent_low": 5, "percent_high": 25, **every},
        {"shape": "percent of the first dose per interval", "percent_low": 5, "percent_high": 25, **every},
        {"shape": "so many mg per interval, by dose", "bands": [band], **every},
    )
    common = st.fixed_dictionaries(
        {},
        optional={
            "at_most": st.booleans(),
            "last_dose": st.sampled_from(("1 mg", "5 mg")),
            "indications": st.lists(indications(), min_size=1, max_size=2, unique=True),
        },
    )
    return {**draw(common), **draw(st.sampled_from(shapes))}


@st.composite
def facts(
    draw: DrawFn,
    ceilings: SearchStrategy[dict[str, Any]] = ceilings(),
    kidney_advice: SearchStrategy[dict[str, Any]] = kidney_advice(),
    stopping_advice: SearchStrategy[dict[str, Any]] = stopping_advice(),
) -> dict[str, list[dict[str, Any]]]:
    """What sources say of one drug, by section, each statement from a source of its own.

    Narrow: at most three statements a section. Hand them to `formulary_of`.
    """
    made = {
        "ceilings": draw(st.lists(ceilings, max_size=3)),
        "kidney": draw(st.lists(kidney_advice, max_size=3)),
        "stopping": draw(st.lists(stopping_advice, max_size=3)),
    }
    return {
        name: [{**item, "source": f"{name}-{number}"} for number, item in enumerate(items)]
        for name, items in made.items()
    }


def formulary_of(facts: dict[str, list[dict[str, Any]]], *, drug: str = DRUG) -> Formulary:
    """A formulary that holds one drug and what sources say of it; every source is made up and named by its id."""
    names = sorted({item["source"] for items in facts.values() for item in items})
    sources = {
        name: {
            "organization": f"Institute {name}", "title": "A text", "locator": "none, made up for a test",
            "year": 2026, "grade": "A", "verified_on": date(2026, 1, 1),
        }
        for name in names
    }  # fmt: skip
    data = {"drug": drug, "reviewed_on": date(2026, 1, 1), "sources": sources, **facts}
    return Formulary([read_monograph(data, where="test")])
