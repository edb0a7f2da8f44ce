"""Hypothesis strategies for people who build on taper: each draws what a plan could really hold."""

from taper.testing.amounts import amounts, clock_slots, doses, durations, named_slots, patterns, regimens, starts
from taper.testing.events import decisions, events, logs
from taper.testing.plans import Realizable, Unrealizable, courses, plans, realizable_plans, unrealizable_plans
from taper.testing.products import (
    DRUG,
    SOLID_STRENGTHS,
    capsules,
    doses_from,
    liquids,
    product_sets,
    shared_grain,
    tablets,
)
from taper.testing.sources_and_people import (
    ceilings,
    facts,
    formulary_of,
    indications,
    kidney_advice,
    patient_facts,
    patients,
    stopping_advice,
)

__all__ = [
    "DRUG",
    "SOLID_STRENGTHS",
    "Realizable",
    "Unrealizable",
    "amounts",
    "capsules",
    "ceilings",
    "clock_slots",
    "courses",
    "decisions",
    "doses",
    "doses_from",
    "durations",
    "events",
    "facts",
    "formulary_of",
    "indications",
    "kidney_advice",
    "liquids",
    "logs",
    "named_slots",
    "patient_facts",
    "patients",
    "patterns",
    "plans",
    "product_sets",
    "realizable_plans",
    "regimens",
    "shared_grain",
    "starts",
    "stopping_advice",
    "tablets",
    "unrealizable_plans",
]
