"""Other medicines of the person, resolved to the names and classes that sources use."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

from taper.checks.case import Case
from taper.knowledge.class_lists import Membership
from taper.knowledge.formulary import Formulary
from taper.knowledge.names import NamedMedicine, plain
from taper.people.patient import Medication


@dataclass(frozen=True, slots=True)
class Companion:
    """One other medicine: as it was written, every name and class it goes by, and the day it was stopped.

    A combination is one for each medicine in it; `contained` is then the name of that medicine. `drug` is the name
    under which the formulary holds it, or None. `is_named` is false where nothing on file knows its name: `near` are
    then the names written alike. `settled` are the classes of which it is known that it does not belong to them, and
    `is_known` says that for every class. `subgroups` are the chemical subgroups of its codes. `listed` is what lists
    of classes say of it, which is never all. `odd_classes` are those given by the caller that no source names.
    """

    written: str
    names: frozenset[str]
    drug: str | None = None
    contained: str | None = None
    until: date | None = None
    is_known: bool = True
    is_named: bool = True
    is_coded: bool = False
    settled: frozenset[str] = frozenset()
    subgroups: frozenset[str] = frozenset()
    listed: tuple[Membership, ...] = ()
    near: tuple[str, ...] = ()
    odd_classes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """As it was written, and which medicine in it is meant."""
        contained = self.contained
        return self.written if contained in {None, plain(self.written)} else f"{self.written} ({contained})"

    def listed_as(self, formulary: Formulary, names: Iterable[str]) -> tuple[Membership, ...]:
        """What lists say that makes it one of some names, directly or by a wider class."""
        return tuple(item for item in self.listed if formulary.classes.widened({item.of}) & set(names))

    def open_among(self, formulary: Formulary, names: Iterable[str]) -> frozenset[str]:
        """The classes among some names to which it may belong, for all that is known.

        A medicine with codes may belong to a class by effect in which a list places another of its chemical subgroup;
        of one that is unlike every member of the lists there is nothing to ask. Where no list has a member all is open.
        """
        if self.is_known:
            return frozenset()
        tree = formulary.classes
        # What a medicine is, its codes and the lists say; what else it does, no index does.
        asked = {name for name in names if tree.holds(name) and (not self.is_coded or tree.is_by_effect(name))}
        left = asked - self.names - self.settled
        return frozenset(name for name in left if self._may_be_like(formulary.subgroups_in(name)))

    def _may_be_like(self, subgroups: frozenset[str]) -> bool:
        """Whether it lies in one of the subgroups of a class, or nothing is known of its own or of those."""
        return not self.subgroups or not subgroups or bool(self.subgroups & subgroups)

    def days_since(self, first_day: date) -> int:
        """For how many days it had been stopped on a day; 0 or less if it was still taken."""
        return 0 if self.until is None else (first_day - self.until).days


def names_of(formulary: Formulary, drug: str) -> frozenset[str]:
    """The names of a drug and the classes that the formulary gives it, in its file and in its lists.

    A salt or a form also goes by the name before it: metoprolol-tartrate by metoprolol, nifedipine-er by nifedipine.
    """
    monograph = formulary.get(drug)
    names = {drug, *_bases(formulary, drug)}
    listed = {item.of for name in names for item in _listed(formulary, name)}
    return formulary.classes.widened({*names, *listed, *(monograph.classes if monograph is not None else ())})


def _bases(formulary: Formulary, name: str) -> tuple[str, ...]:
    """What stands before a salt or a form, where sources or lists know it as a medicine; the longest first."""
    words = name.split("-")
    heads = ("-".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    return tuple(head for head in heads if head in formulary.companions and not formulary.classes.holds(head))


def _listed(formulary: Formulary, name: str) -> tuple[Membership, ...]:
    """What lists say of a medicine, under this name and under the others that they give it."""
    found: list[Membership] = []
    names = [name]
    for each in names:
        for item in formulary.memberships(each):
            found.append(item)
            names += [item.of] if item.of not in names else []
    return tuple(found)


def other_medicines(case: Case) -> tuple[Companion, ...]:
    """The person's other medicines, those taken as needed among them; none of a list that is not given."""
    patient = case.patient
    listed = [*(patient.medications or ()), *(Medication(name=name) for name in patient.as_needed or ())]
    return case.once(("medicines",), lambda: tuple(one for item in listed for one in _resolve(case.formulary, item)))


def column_fits(case: Case, with_names: tuple[str, ...], without_names: tuple[str, ...]) -> bool | None:
    """Whether the person takes one of some medicines and none of others; None where that cannot be told."""
    if not with_names and not without_names:
        return True
    others = other_medicines(case)
    present = {name for item in others if item.until is None for name in item.names}
    if present & set(without_names):
        return False
    is_in = not with_names or bool(present & set(with_names))
    undecided = {*without_names, *(() if is_in else with_names)}
    if not undecided:
        return True
    # Whatever the column itself names is told apart from the rest by the source.
    rest = (item for item in others if not item.is_known and not item.names & set(with_names))
    may_be_more = any(
        (not item.listed and not item.is_coded) or item.open_among(case.formulary, undecided) for item in rest
    )
    return None if missing_lists(case) or may_be_more else is_in


class _Columned(Protocol):
    """A fact of one column of a table, by other medicines."""

    @property
    def with_names(self) -> tuple[str, ...]: ...
    @property
    def without_names(self) -> tuple[str, ...]: ...


_Fact = TypeVar("_Fact", bound=_Columned)


def in_own_column(case: Case, facts: Iterable[_Fact]) -> list[_Fact]:
    """The facts that may be of the column with the person's own medicines."""
    return [fact for fact in facts if column_fits(case, fact.with_names, fact.without_names) is not False]


def missing_lists(case: Case) -> tuple[str, ...]:
    """What is not known of the person's other medicines, in words."""
    lists = {
        "the list of other medicines": case.patient.medications,
        "the list of medicines taken as needed": case.patient.as_needed,
    }
    return tuple(words for words, held in lists.items() if held is None)


def _resolve(formulary: Formulary, item: Medication) -> Iterator[Companion]:
    given, odd = _given_classes(formulary, item)
    key = plain(item.name)
    class_name = formulary.classes.name_of(key)
    if class_name is not None and not formulary.holds(item.name):
        names = formulary.classes.widened({class_name, *given})
        # Of what its members do besides, the name of a class says nothing.
        yield Companion(item.name, names, None, None, item.until, is_known=False, is_coded=True, odd_classes=odd)
        return
    found = formulary.medicines(item.name) or tuple(
        NamedMedicine(base, frozenset({base})) for base in _bases(formulary, key)[:1]
    )
    for medicine in found:
        yield _companion(formulary, item, medicine, given, odd)
    if not found:
        names = formulary.classes.widened({key, *given})
        near = formulary.near_medicines(item.name)
        # What the caller says of the classes of a name that nothing on file knows is all that can be had.
        is_known = bool(given) and not near and not odd
        yield Companion(
            item.name, names, None, None, item.until, is_known=is_known, is_named=False, near=near, odd_classes=odd
        )


def _companion(
    formulary: Formulary, item: Medication, medicine: NamedMedicine, given: frozenset[str], odd: tuple[str, ...]
) -> Companion:
    names = {medicine.name, *medicine.names}
    held = next((m for name in sorted(names) if (m := formulary.get(name)) is not None), None)
    bases = {base for name in names for base in _bases(formulary, name)}
    held = held or next((m for base in sorted(bases, key=len, reverse=True) if (m := formulary.get(base))), None)
    listed = tuple(dict.fromkeys(each for name in sorted({*names, *bases}) for each in _listed(formulary, name)))
    classes = {*medicine.belongs, *given, *(each.of for each in listed)}
    own = names_of(formulary, held.drug) if held is not None else frozenset()
    every = formulary.classes.widened({*names, *bases, *classes, *own})
    settled = medicine.never - every
    # A file that gives no class says nothing of what the drug is, so it leaves every class open.
    is_known = held is not None and bool(held.classes)
    return Companion(
        item.name, every, None if held is None else held.drug, medicine.name, item.until, is_known=is_known,
        is_coded=medicine.is_classified or is_known, settled=settled, subgroups=medicine.subgroups, listed=listed,
        odd_classes=odd,
    )  # fmt: skip


def _given_classes(formulary: Formulary, item: Medication) -> tuple[frozenset[str], tuple[str, ...]]:
    """The classes that the caller gives, by the names of sources; and those that no source names, as they were written.

    Nothing is put in their place: a name that is not known stays unknown, and is said.
    """
    known, odd = set(), []
    for text in item.classes:
        name = formulary.classes.name_of(plain(text))
        if name is None:
            odd.append(text)
        else:
            known.add(name)
    return frozenset(known), tuple(odd)


def companion_of(formulary: Formulary, drug: str) -> Companion:
    """A drug of the plan as one that is taken with another."""
    return next(_resolve(formulary, Medication(name=drug)))


def first_date(case: Case, day: int) -> date | None:
    """The date of a day of the plan: by its start, else by the day that the facts about the person describe."""
    start = case.start or case.patient.as_of
    return None if start is None else start + timedelta(days=day - 1)
