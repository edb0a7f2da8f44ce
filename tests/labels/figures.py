"""The figures of a drug file that cite a label: where each stands, what shows it, and what stands beside it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

from labels.wordings import (
    SCORED,
    age,
    concentration,
    day_number,
    dose,
    dose_in_table,
    either,
    hours,
    in_words,
    left_of,
    names_pattern,
    number,
    pack,
    share,
    shared,
    strength,
    time,
    times_a_day,
    use_pattern,
)  # fmt: skip

SUPPLIED = (
    "how_supplied", "dosage_forms_and_strengths", "description", "package_label_principal_display_panel",
    "spl_product_data_elements", "storage_and_handling", "dosage_and_administration",
)  # fmt: skip
_SPEAKING = {
    "ceilings": ("dosage",), "starts": ("dosage",), "titrations": ("dosage",),
    "restarts": ("dosage", "stopping"), "stopping": ("stopping", "dosage"), "harms": ("stopping", "contraindications"),
    "kidney": ("kidney",), "liver": ("liver",), "ages": ("age",), "pregnancy": ("pregnancy",),
    "half_lives": ("half-life",), "interactions": ("interactions",), "contraindications": ("contraindications",),
    "interchanges": ("dosage",), "not_for": ("dosage", "contraindications"),
}  # fmt: skip
"""By the kind of an entry, the subjects of which the sections that it was read in speak."""

_WHOLE = (
    "boxed_warning", "indications_and_usage", "dosage_and_administration", "contraindications",
    "warnings_and_cautions", "warnings", "precautions", "general_precautions", "drug_interactions",
    "use_in_specific_populations", "pregnancy", "nursing_mothers", "geriatric_use", "clinical_pharmacology",
    "pharmacokinetics", "drug_abuse_and_dependence", "dependence",
)  # fmt: skip
_DOSES = {
    "limit", "dose", "up_to", "total_up_to", "increment_low", "increment_high", "maximum", "initial", "step_low",
    "step_high", "from_dose", "down_to", "last_dose", "from_daily_dose", "down_to_daily_dose", "alternate_days_at",
}  # fmt: skip
_TIMES = {
    "every_low", "every_high", "within", "within_after", "lasting_at_least", "lasting_at_most", "used_for_at_least",
    "longer_than",
}  # fmt: skip
_TIGHT = {"kidney", "liver", "half_lives", "stopping"}
_EDGES = {"at_least", "at_most", "above", "below"}
_NEAR = {
    "ceilings": r"maxim|exceed|up to|above|higher|greater|more than|range|recommend|target|usual|not indicated|no more",
    "starts": r"start|initia|begin|first|recommend|usual",
    "titrations": r"increas|increment|titrat|adjust|rais|escalat|day \d|week|interval|target",
    "stopping": r"taper|discontinu|reduc|withdr|decreas|stop|abrupt",
    "kidney": r"renal|creatinine|clearance|kidney|dialysis|crcl|clcr",
    "liver": r"hepatic|liver|child|cirrho",
    "half_lives": r"half[- ]li(?:fe|ves)|t ?1/2",
    "restarts": r"restart|re-?initiat|re-?start|resum|discontinu|interrupt|miss",
    "products": r"tablet|capsule|solution|suspension|packet|powder|concentrate|bottle",
}  # fmt: skip
_PART = {"mild": r"mild|hepatic|liver", "moderate": r"moderate|hepatic|liver", "severe": r"severe|hepatic|liver"}


_WIDE = 2000
"""How far before a figure its label may name the use and the age that it is about: the heading of its chapter."""


@dataclass(frozen=True)
class Figure:
    """One figure of an entry: where it stands, what it is, what patterns show it, and what stands beside it."""

    where: str
    value: str
    source: str
    sections: tuple[str, ...]
    patterns: tuple[str, ...]
    beside: tuple[str, ...] = ()
    reach: int = 300
    whom: tuple[str, ...] = ()

    def stands_in(self, text: str) -> bool:
        """Whether a text holds it with all that stands beside it."""
        whom = tuple(pattern for pattern in self.whom if _compiled(pattern).search(text))
        for found in _compiled(either(self.patterns)).finditer(text):
            near = text[max(0, found.start() - self.reach) : found.end() + self.reach]
            about = text[max(0, found.start() - _WIDE) : found.end() + _WIDE // 2]
            if _all_in(self.beside, near) and _all_in(whom, about):
                return True
        return False


def _all_in(patterns: tuple[str, ...], text: str) -> bool:
    return all(_compiled(pattern).search(text) for pattern in patterns if pattern)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def cited_figures(drug: Mapping[str, Any], ids: Mapping[str, str]) -> Iterator[Figure]:
    """The figures of a drug file whose source is one of some labels, by the id of the source."""
    for kind, entries in drug.items():
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                reader = _Entry(kind, entry, f"{kind}[{index}]", drug)
                yield from reader.figures() if entry.get("source") in ids else ()
                yield from reader.score() if entry.get("score_source") in ids else ()
                yield from reader.pack() if entry.get("pack_source", entry.get("source")) in ids else ()


class _Entry:
    def __init__(self, kind: str, entry: Mapping[str, Any], where: str, drug: Mapping[str, Any]) -> None:
        self.kind, self.entry, self.where = kind, entry, where
        named = drug["sources"][entry["source"]].get("sections", {})
        speaking = (name for subject in _SPEAKING.get(kind, ()) for name in named.get(subject, ()))
        found = tuple(dict.fromkeys(name.split()[0].rstrip(",") for name in speaking))
        self.sections = SUPPLIED if kind in {"products", "brands", "codes"} else found or _WHOLE
        self.near = _NEAR.get(kind, "")
        listed = (each for entries in drug.values() if isinstance(entries, list) for each in entries)
        same = (each for each in listed if isinstance(each, dict) and each.get("source") == entry["source"])
        self.speaks_of_uses = len({tuple(each.get("indications", ())) for each in same} - {()}) > 1
        if kind == "interactions":
            self.near = names_pattern(entry["with_names"])
        elif kind == "contraindications":
            self.near = names_pattern((entry["condition"],))

    def _figure(self, key: str, value: object, patterns: tuple[str, ...], *beside: str, reach: int = 300) -> Figure:
        near, whom = (self.near, *beside), tuple(self._whom())
        where, source = f"{self.where}.{key}", self.entry["source"]
        return Figure(where, str(value), source, self.sections, patterns, near, reach, whom)

    def figures(self) -> Iterator[Figure]:
        """Every figure of the entry."""
        for key, value, inside in _leaves(self.entry):
            if not isinstance(value, bool):
                yield from self._of(key, value, inside)
        yield from self._of_days()

    def _of(self, key: str, value: Any, inside: Mapping[str, Any]) -> Iterator[Figure]:
        name, kind = key.rsplit(".", 1)[-1], self.kind
        own = inside is self.entry
        if name in {"note", "what", "of"}:
            yield from self._in_words(key, value)
        elif name in {"age_from", "age_below"} and not self.entry.get("age_assumed"):
            found = self._figure(key, value, age(value, below=name == "age_below"))
            where = (*self.sections, "indications_and_usage", "use_in_specific_populations", "boxed_warning")
            yield replace(found, sections=tuple(dict.fromkeys(where)), beside=(), whom=())
        elif name == "times_per_day":
            said = self.entry.get("dose") or inside.get("total")
            patterns = (*dose(said), *shared(said, value)) if said else (times_a_day(value),)
            beside = either((times_a_day(value), *(shared(said, value)[1:] if said else ())))
            yield self._figure(key, value, patterns, beside, reach=110)
        elif name == "total":
            patterns = (
                *dose(value),
                *(one for n in (inside.get("times_per_day"), 2, 3, 4) for one in shared(value, n)),
            )
            yield self._figure(key, value, tuple(dict.fromkeys(patterns)), reach=150)
        elif name == "limit":
            yield self._figure(
                key, value, (*dose(value), *(one for n in (2, 3, 4) for one in shared(value, n))), reach=200
            )
        elif name in _DOSES or (name in {"low", "high"} and kind == "kidney"):
            yield self._dose(key, value, inside, own=own)
        elif name in _TIMES or (name in {"low", "high"} and kind == "durations"):
            other = next((self.entry[k] for k in ("step_high", "increment_high", "limit") if k in self.entry), None)
            yield self._figure(key, value, time(value), either(dose(other)) if other else "", reach=250)
        elif name in {"low", "high", "mean"} and kind == "half_lives":
            yield self._figure(key, value, hours(value), reach=250)
        elif name in {"percent_low", "percent_high"}:
            yield self._figure(key, value, share(Fraction(str(value)) / 100))
        elif name == "fraction":
            yield self._figure(key, value, left_of(Fraction(str(value))), *self._degree())
        elif name in _EDGES and kind == "kidney":
            yield self._figure(key, value, (number(value),), r"ml/min|ml per min|clearance|crcl|clcr", reach=700)
        elif name == "days":
            yield self._figure(
                key, value, (r"once weekly|1 weekly|once a week|weekly",) if value == 1 else (number(value),)
            )
        elif name in {"strength", "concentration"}:
            yield self._figure(key, value, dose(value) if name == "strength" else concentration(value), reach=60)

    def _dose(self, key: str, value: str, inside: Mapping[str, Any], *, own: bool) -> Figure:
        kidney = self.kind == "kidney"
        patterns = (*dose(value), *((dose_in_table(value),) if kidney else ()))
        if not kidney:
            return self._figure(key, value, patterns, *self._degree(), reach=180)
        patterns = (*patterns, *shared(value, 2))
        edges = [either((number(inside[edge]),)) for edge in _EDGES if edge in inside]
        return self._figure(key, value, patterns, *edges, reach=500)

    def _whom(self) -> Iterator[str]:
        """The uses and the ages that an entry is about."""
        if self.entry.get("indications") and self.speaks_of_uses:
            yield use_pattern(self.entry["indications"])
        for key in ("age_from", "age_below"):
            is_adult = self.entry.get(key) == 18 and key == "age_from"
            if key in self.entry and not self.entry.get("age_assumed") and not is_adult:
                yield either(age(self.entry[key], below=key == "age_below"))
        if self.entry.get("age_assumed") and self.entry.get("age_from"):
            yield r"elder|geriatric|older|debilit"

    def _degree(self) -> Iterator[str]:
        for degree in self.entry.get("impairment", ()):
            yield _PART[degree]

    def _in_words(self, key: str, text: str) -> Iterator[Figure]:
        where = tuple(dict.fromkeys((*self.sections, *_WHOLE, *SUPPLIED)))
        for sentence in re.split(r"(?<=[.;]) ", text):
            found = list(in_words(sentence))
            for index, (shown, pattern) in enumerate(found):
                others = [other for place, (_, other) in enumerate(found) if abs(place - index) == 1]
                beside = (*others, self.near if self.kind in _TIGHT else "")
                yield Figure(f"{self.where}.{key}", shown, self.entry["source"], where, (pattern,), beside, 2500)

    def _of_days(self) -> Iterator[Figure]:
        steps = self.entry.get("steps", ())
        for index, step in enumerate(steps[1:], 1):
            totals = (*dose(step["total"]), *(one for n in (2, 3, 4) for one in shared(step["total"], n)))
            patterns = day_number(step["from_day"], step["from_day"] - steps[index - 1]["from_day"])
            yield self._figure(f"steps[{index}].from_day", step["from_day"], patterns, either(totals), reach=90)
        if (day := self.entry.get("increments_from_day")) and day > 2:
            gap = day - steps[-1]["from_day"] if steps else day - 1
            increment = either(dose(self.entry["increment_high"]))
            patterns = (*day_number(day, gap), rf"days? {number(day - 1)}")
            yield self._figure("increments_from_day", day, patterns, increment, reach=400)

    def pack(self) -> Iterator[Figure]:
        """The pack of a product, which may have a source of its own."""
        if "pack" in self.entry:
            source = self.entry.get("pack_source", self.entry["source"])
            held, beside = self.entry["pack"], (self.near, either(strength(self.entry)))
            yield Figure(f"{self.where}.pack", str(held), source, SUPPLIED, pack(held), beside, 1000)

    def score(self) -> Iterator[Figure]:
        """The score of a product, which may have a source of its own."""
        value = self.entry["score"]
        figure = Figure(f"{self.where}.score", str(value), self.entry["score_source"], SUPPLIED, (SCORED[value],))
        yield replace(figure, beside=(either(strength(self.entry)),), reach=900)


def _leaves(entry: Mapping[str, Any], inside: str = "") -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    for key, value in entry.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{inside}{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                yield from _leaves(item, f"{inside}{key}.")
        else:
            yield inside + key, value, entry


def unsupported(figures: Iterator[Figure], text_of: Callable[[str, str], str]) -> list[Figure]:
    """The figures that no section they were read in holds; `text_of` gives a section of a source."""
    return [one for one in figures if not any(one.stands_in(text_of(one.source, name)) for name in one.sections)]
