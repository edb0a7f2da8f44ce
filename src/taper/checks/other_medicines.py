"""Other medicines of the person, resolved to the names and classes that sources use."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from taper.checks.case import Case
from taper.errors import InvalidInput
from taper.knowledge.class_lists import Membership
from taper.knowledge.formulary import Formulary
from taper.people.patient import Medication

_WIDER = {
    "alpha-2-agonist": ("antihypertensive", "cns-depressant"),
    "alpha-blocker": ("antihypertensive",),
    "antipsychotic": ("cns-depressant",),
    "barbiturate": ("cns-depressant", "enzyme-inducer"),
    "benzodiazepine": ("cns-depressant",),
    "beta-blocker": ("antihypertensive",),
    "calcium-channel-blocker": ("antihypertensive",),
    "gabapentinoid": ("cns-depressant",),
    "hypnotic": ("cns-depressant",),
    "maoi": ("serotonergic",),
    "muscle-relaxant": ("cns-depressant",),
    "opioid": ("cns-depressant",),
    "sedative-antihistamine": ("cns-depressant",),
    "snri": ("serotonergic", "antidepressant"),
    "ssri": ("serotonergic", "antidepressant"),
    "strong-cyp2d6-inhibitor": ("cyp2d6-inhibitor",),
    "strong-cyp3a-inducer": ("enzyme-inducer",),
    "tca": ("serotonergic", "antidepressant", "anticholinergic", "cns-depressant"),
    "triptan": ("serotonergic",),
    "z-drug": ("hypnotic", "cns-depressant"),
}
"""Classes that lie in a wider one, as sources use the words."""

_PLAIN = frozenset(
    {"amphetamine", "anticholinergic", "anticoagulant", "anticonvulsant", "antidepressant", "antidiabetic"}
    | {"antiepileptic", "antihypertensive", "antiplatelet", "antiseizure", "cns-depressant", "corticosteroid"}
    | {"cyp2c19-inhibitor", "cyp2d6-inhibitor", "enzyme-inducer", "estrogen-contraceptive", "fluoroquinolone"}
    | {"glucocorticoid", "nitrate", "nsaid", "pde5-inhibitor", "qt-prolonging", "serotonergic"}
    | {"strong-cyp1a2-inhibitor", "strong-cyp3a-inhibitor", "vasodilator"}
)
CLASSES = frozenset({*_WIDER, *_PLAIN})
"""Names that stand for a class; a medicine written as one belongs to it and to the classes it lies in."""


@dataclass(frozen=True, slots=True)
class Companion:
    """One other medicine: as it was written, every name and class it goes by, and the day it was stopped.

    `drug` is the name under which the formulary holds it, or None. `is_known` is false where neither a monograph nor
    the caller says to which classes it belongs, and `is_named` where nothing held knows its name, so that it may be a
    brand of anything. `listed` is what lists of classes say of it, which is never all: a
    medicine that is listed as an opioid may belong to further classes.
    """

    written: str
    names: frozenset[str]
    drug: str | None = None
    until: date | None = None
    is_known: bool = True
    is_named: bool = True
    listed: tuple[Membership, ...] = ()

    def listed_as(self, names: Iterable[str]) -> tuple[Membership, ...]:
        """What lists say that makes it one of some names, directly or by a wider class."""
        return tuple(item for item in self.listed if _widened({item.of}) & set(names))

    def open_among(self, names: Iterable[str]) -> frozenset[str]:
        """The classes among some names to which it may belong, for all that is known."""
        return frozenset() if self.is_known else frozenset(names) & CLASSES - self.names

    def days_since(self, first_day: date) -> int:
        """For how many days it had been stopped on a day; 0 or less if it was still taken."""
        return 0 if self.until is None else (first_day - self.until).days


def plain(name: str) -> str:
    """A name as sources write it: lower case, with hyphens."""
    return "-".join(name.lower().split())


class UnknownClass(InvalidInput):
    """A class given for a medicine is none that sources name; `near` holds near names."""

    def __init__(self, message: str, *, where: str = "", near: tuple[str, ...] = ()) -> None:
        super().__init__(message, where=where)
        self.near = near


def names_of(formulary: Formulary, drug: str) -> frozenset[str]:
    """The names of a drug and the classes that the formulary gives it, in its monograph and in its lists.

    A salt or a form also goes by the name before it: metoprolol-tartrate by metoprolol, nifedipine-er by nifedipine.
    """
    monograph = formulary.get(drug)
    names = {drug, *_bases(formulary, drug)}
    listed = {item.of for name in names for item in _listed(formulary, name)}
    return _widened({*names, *listed, *(monograph.classes if monograph is not None else ())})


def _bases(formulary: Formulary, name: str) -> tuple[str, ...]:
    """What stands before a salt or a form, where sources or lists know it as a medicine; the longest first."""
    words = name.split("-")
    heads = ("-".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    return tuple(head for head in heads if head in formulary.companions and head not in CLASSES)


def _listed(formulary: Formulary, name: str) -> tuple[Membership, ...]:
    """What lists say of a medicine, under this name and under the others that they give it."""
    found: list[Membership] = []
    names = [name]
    for each in names:
        for item in formulary.memberships(each):
            found.append(item)
            names += [item.of] if item.of not in names else []
    return tuple(found)


def _widened(names: set[str]) -> frozenset[str]:
    return frozenset({*names, *(wider for name in names for wider in _WIDER.get(name, ()))})


def other_medicines(case: Case) -> tuple[Companion, ...] | None:
    """The person's other medicines, those taken as needed among them; None where neither list is given."""
    patient = case.patient
    if patient.medications is None and patient.as_needed is None:
        return None
    listed = [*(patient.medications or ()), *(Medication(name=name) for name in patient.as_needed or ())]
    return tuple(_resolve(case.formulary, item) for item in listed)


def column_fits(case: Case, with_names: tuple[str, ...], without_names: tuple[str, ...]) -> bool | None:
    """Whether the person takes one of some medicines and none of others; None where that cannot be told."""
    others = other_medicines(case) or ()
    present = {name for item in others if item.until is None for name in item.names}
    if present & set(without_names):
        return False
    is_in = not with_names or bool(present & set(with_names))
    undecided = {*without_names, *(() if is_in else with_names)}
    if not undecided:
        return True
    # Whatever the column itself names is told apart from the rest by the source.
    rest = (item for item in others if not item.is_known and not item.names & set(with_names))
    may_be_more = any(not item.listed or item.open_among(undecided) for item in rest)
    return None if missing_lists(case) or may_be_more else is_in


def missing_lists(case: Case) -> tuple[str, ...]:
    """What is not known of the person's other medicines, in words."""
    lists = {
        "the list of other medicines (medications)": case.patient.medications,
        "the list of medicines taken as needed (as_needed)": case.patient.as_needed,
    }
    return tuple(words for words, held in lists.items() if held is None)


def _resolve(formulary: Formulary, item: Medication) -> Companion:
    written, key = item.name, plain(item.name)
    bases = _bases(formulary, key)
    held = next((m for name in (written, key, *bases) if (m := formulary.get(name)) is not None), None)
    given = {_class_named(formulary, name, written) for name in item.classes}
    if held is not None:
        names = names_of(formulary, held.drug) | names_of(formulary, key) | _widened(given)
        return Companion(written, names, held.drug, item.until)
    known = next((name for name in (key, key.removesuffix("s")) if name in formulary.companions), key)
    listed = tuple(dict.fromkeys(each for name in (known, *bases) for each in _listed(formulary, name)))
    names = _widened({known, *bases, *given, *(each.of for each in listed)})
    # A class is known by its name; a single drug of which only the name is known may belong to any class.
    is_named = known in formulary.companions or bool(bases)
    is_known = bool(given) or known in CLASSES
    return Companion(written, names, None, item.until, is_known=is_known, is_named=is_named, listed=listed)


_ALSO = {
    "mao-inhibitor": "maoi",
    "monoamine-oxidase-inhibitor": "maoi",
    "tricyclic": "tca",
    "tricyclic-antidepressant": "tca",
}
"""Other ways to write a class."""


def _class_named(formulary: Formulary, text: str, medicine: str) -> str:
    key = plain(text)
    known = CLASSES | {name for drug in formulary.drugs for name in formulary.monograph(drug).classes}
    for name in (key, key.removesuffix("s")):
        if name in known or name in _ALSO:
            return _ALSO.get(name, name)
    near = tuple(difflib.get_close_matches(key, sorted({*known, *_ALSO}), n=3))
    hint = f"near names are {', '.join(near)}; write one of them" if near else "no near name is known; leave it out"
    raise UnknownClass(f"{text!r} is no class that sources name, and {hint}", where=f"classes of {medicine}", near=near)


def companion_of(formulary: Formulary, drug: str) -> Companion:
    """A drug of the plan as one that is taken with another."""
    return _resolve(formulary, Medication(name=drug))


def first_date(case: Case, day: int) -> date | None:
    """The date of a day of the plan: by its start, else by the day that the facts about the person describe."""
    start = case.start or case.patient.as_of
    return None if start is None else start + timedelta(days=day - 1)
