"""Strategies for people, and for what sources say of a drug."""

# ruff: noqa: B008  # a strategy is immutable, so it may be a default

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from taper._base.limits import DEEPEST
from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.knowledge.kidney_advice import KidneyMeasure
from taper.knowledge.monograph import CeilingKind
from taper.knowledge.reading import read_monograph
from taper.people.body import Sex, WeightBasis
from taper.people.patient import Patient
from taper.testing.amounts import doses
from taper.testing.asked import as_drawn, draws
from taper.testing.products import DRUG


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
    ).map(_with_a_weight_that_fits)


def _with_a_weight_that_fits(facts: dict[str, Any]) -> dict[str, Any]:
    """Without a height beside an ideal or adjusted weight, which are checked against it."""
    return {key: value for key, value in facts.items() if key != "height_cm" or facts.get("weight_basis") == "actual"}


def indications() -> SearchStrategy[str]:
    """Two uses, so that two draws are often of the same one."""
    return st.sampled_from(("use-a", "use-b"))


@draws
def ceilings(limits: SearchStrategy[Dose] = doses()) -> SearchStrategy[dict[str, Any]]:
    """Published maxima as a data file writes them, without their source: of a day or an intake, of every kind."""
    return st.fixed_dictionaries(
        {"limit": limits.map(lambda limit: as_drawn(limit, Dose, "limits", such_as="doses()").text)},
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
    measure = st.sampled_from([measure.value for measure in KidneyMeasure])
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


@draws
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
        name: [
            {**as_drawn(item, dict, "statements", such_as="ceilings()"), "source": f"{name}-{number}"}
            for number, item in enumerate(items)
        ]
        for name, items in made.items()
    }


@takes
def formulary_of(facts: dict[str, list[dict[str, Any]]], *, drug: str = DRUG) -> Formulary:
    """A formulary that holds one drug and what sources say of it; every source is made up and named by its id.

    Raises:
        InvalidInput: If a section is no list of dictionaries that each name a source, or a data file could not say it.
    """
    names = sorted({_source_of(section, item) for section, items in facts.items() for item in _listed(section, items)})
    sources = {
        name: {
            "organization": f"Institute {name}", "title": "A text", "locator": "none, made up for a test",
            "year": 2026, "grade": "A", "verified_on": date(2026, 1, 1),
        }
        for name in names
    }  # fmt: skip
    data = {"drug": drug, "reviewed_on": date(2026, 1, 1), "sources": sources, **facts}
    try:
        return Formulary([read_monograph(data, where="test")])
    except RecursionError:
        raise InvalidInput(f"nested more than {DEEPEST} deep, which no fact is; check it", where="facts") from None


def _listed(section: object, items: object) -> list[Any] | tuple[Any, ...]:
    if not isinstance(section, str):
        raise InvalidInput(f'{show(section)} is no section of facts; write one such as "ceilings"', where="facts")
    if not isinstance(items, list | tuple):
        raise InvalidInput(f"{show(items)} is no list of what sources say; write [...]", where=f"facts.{section}")
    return items


def _source_of(section: str, item: object) -> str:
    named = item.get("source") if isinstance(item, Mapping) else None
    if not isinstance(named, str):
        raise InvalidInput(
            f'{show(item)} is nothing that a source says; write a dictionary with "source": "a"',
            where=f"facts.{section}",
        )
    return named
