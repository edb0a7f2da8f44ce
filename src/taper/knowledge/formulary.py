"""Lookup of drugs and tables: shipped data, brand synonyms, and overlays for local policy."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Self, SupportsIndex

from taper._base.immutable import ByMeaning
from taper._base.json_text import read_text_file
from taper._base.shown import show
from taper._base.takes import takes
from taper._base.text import readable
from taper.errors import NotFound
from taper.knowledge.class_lists import ClassList, Membership
from taper.knowledge.class_tree import ClassTree
from taper.knowledge.consistency import check_classes, check_lists, check_products
from taper.knowledge.drug_files import DrugFiles, Mentions
from taper.knowledge.drug_names import DrugName, modified_names, split_release, without_salt
from taper.knowledge.equivalence import EquivalenceTable
from taper.knowledge.monograph import Ceiling, Interaction, Monograph, Titration
from taper.knowledge.names import Condition, NamedMedicine, NamesOnFile, plain
from taper.knowledge.overlay import _check_shape, _lay_over, _names_declared, _others_named
from taper.knowledge.reading import (
    InvalidData,
    read_class_lists,
    read_class_tree,
    read_table,
    read_toml,
    read_vocabulary,
)
from taper.products.product import Product, Release


class UnknownDrug(NotFound):
    """A drug that is not on file; near names are listed, and none is picked."""


class Formulary(ByMeaning):
    """Monographs and equivalence tables, looked up by exact name or known brand synonym. It is immutable.

    Example:
        >>> [str(p.strength) for p in Formulary.shipped().products("baclofen", market="us") if p.strength][:2]
        ['5 mg', '10 mg']
    """

    @takes
    def __init__(
        self,
        monographs: Iterable[Monograph] = (),
        tables: Iterable[EquivalenceTable] = (),
        class_lists: Iterable[ClassList] = (),
        *,
        classes: ClassTree | None = None,
        vocabulary: NamesOnFile | None = None,
    ) -> None:
        self._monographs: Mapping[str, Monograph] = {item.drug: item for item in monographs}
        self._tables = {item.id: item for item in tables}
        self.class_lists = tuple(class_lists)
        if classes is not None:
            self.classes = classes
        self._vocabulary = vocabulary
        self._mentions = Mentions.of(self._monographs.values())
        self.check()

    def _meaning(self) -> tuple[object, ...]:
        return self._monographs, self._tables, self.class_lists, self.classes, self._vocabulary

    def __hash__(self) -> int:
        return hash(self.drugs)

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        # What comes with the library is there already where a copy is read.
        return (Formulary.shipped, ()) if self is Formulary.shipped() else super().__reduce_ex__(protocol)

    def __str__(self) -> str:
        tables = ", ".join(table.id for table in self.tables)
        return f"Formulary of {len(self.drugs)} drugs; equivalence tables: {tables or 'none'}"

    def __repr__(self) -> str:
        return f"<Formulary of {len(self.drugs)} drugs>"

    @staticmethod
    def shipped() -> "Formulary":
        """The data that comes with the library; the file of a drug is read when it is asked for."""
        return _shipped()

    def check(self) -> None:
        """Raise if what is on file contradicts itself: done when monographs are given, and for the shipped by a test.

        Raises:
            InvalidData: If two products share an id, or a list or a class is of no name that is known.
        """
        check_products(self._monographs.values())
        check_classes(self._monographs.values(), self.classes)
        members = {name for item in self.class_lists for name in item.members}
        check_lists(self.class_lists, self._named | members, self.classes)

    @property
    def drugs(self) -> tuple[str, ...]:
        """The names of the drugs held, sorted."""
        return tuple(sorted(self._monographs))

    @property
    def other_names(self) -> tuple[str, ...]:
        """The further names under which a drug is found, such as brands, in order."""
        return tuple(sorted(set(self._synonyms) - set(self.drugs)))

    @property
    def tables(self) -> tuple[EquivalenceTable, ...]:
        """The equivalence tables held, by id."""
        return tuple(self._tables[key] for key in sorted(self._tables))

    @cached_property
    def conditions(self) -> frozenset[str]:
        """Every condition that a source names against any drug."""
        return self._mentions.conditions

    @cached_property
    def companions(self) -> frozenset[str]:
        """Every drug, every class of drugs held, every medicine listed, and whatever else an interaction names."""
        return self._named | frozenset(self._memberships) | {item.name for item in self.class_lists}

    @property
    def _named(self) -> frozenset[str]:
        return frozenset({*self._monographs, *self._mentions.medicines, *self._mentions.classes})

    @cached_property
    def class_lists(self) -> tuple[ClassList, ...]:
        """The lists of the members of a class, in the order in which they were read."""
        return _shipped_lists()

    @cached_property
    def _tables(self) -> Mapping[str, EquivalenceTable]:
        return _shipped_tables()

    @cached_property
    def classes(self) -> ClassTree:
        """Which classes there are, and which lie in wider ones."""
        return _shipped_tree()

    @cached_property
    def _mentions(self) -> Mentions:
        return self._monographs.mentions if isinstance(self._monographs, DrugFiles) else Mentions.of(())

    @property
    def _synonyms(self) -> Mapping[str, str]:
        # What a look-up of one drug needs is found without what a review needs.
        return self._monographs.synonyms if isinstance(self._monographs, DrugFiles) else self._mentions.synonyms

    def memberships(self, name: str) -> tuple[Membership, ...]:
        """The classes and other names that lists give a medicine, by its exact name; none says nothing of it.

        Example:
            >>> [item.words for item in Formulary.shipped().memberships("oxycodone")]
            ['opioid by WHO ATC index (copy), 2026, N02AA05']
        """
        return self._memberships.get(plain(_text(name)), ())

    def subgroups_in(self, name: str) -> frozenset[str]:
        """The chemical subgroups of the medicines that lists place in a class, or in one that lies in it."""
        if _text(name) not in self._subgroups:
            within = (item for item in self.class_lists if name in self.classes.widened({item.name}))
            members = {member for item in within for member in item.members}
            self._subgroups[name] = self.vocabulary.subgroups_of(members)
        return self._subgroups[name]

    @cached_property
    def _subgroups(self) -> dict[str, frozenset[str]]:
        return {}

    @property
    def vocabulary(self) -> NamesOnFile:
        """The lists of names that people write; those that come with the library if none were given."""
        return self._vocabulary if self._vocabulary is not None else _shipped_vocabulary()

    def classes_of(self, drug: str) -> frozenset[str]:
        """The classes that the file of a drug gives it, and every wider one; none where it is not on file."""
        monograph = self.get(drug)
        return self.classes.widened(monograph.classes) if monograph is not None else frozenset()

    def condition(self, name: str) -> Condition:
        """A condition by every name it goes by, and whether a list or a source on file knows it."""
        found = self.vocabulary.condition(_text(name))
        named = plain(name) in self.conditions or plain(name) in self._mentions.uses
        return replace(found, is_known=True) if named and not found.is_known else found

    def medicines(self, name: str) -> tuple[NamedMedicine, ...]:
        """The medicines in what a person wrote, such as a brand or a combination; empty where none is known."""
        return self.vocabulary.medicines(_text(name), self._other_names)

    @cached_property
    def _other_names(self) -> frozenset[str]:
        """The names of medicines that stand elsewhere than in lists of names: drugs, brands, members of lists."""
        medicines = {name for name in self.companions if not self.classes.holds(name)}
        return frozenset({*medicines, *(plain(name) for name in self._synonyms)})

    def near_medicines(self, name: str) -> tuple[str, ...]:
        """Names of medicines that are written alike, for one that is not known; none is picked."""
        return self.vocabulary.near_medicines(_text(name), self._other_names)

    @cached_property
    def _memberships(self) -> dict[str, tuple[Membership, ...]]:
        found: dict[str, tuple[Membership, ...]] = {}
        for item in (each for listed in self.class_lists for each in listed.memberships):
            found[item.drug] = (*found.get(item.drug, ()), item)
        return found

    def name_of(self, name: str) -> str:
        """The name under which a drug is on file, from that name or another that people write for it.

        Raises:
            UnknownDrug: If it is none, or of several entries; those or near names are listed and none is picked.
        """
        key = _text(name).strip().lower()
        if self.holds(key):
            return key if key in self._monographs else self._synonyms[key]
        found = self.written(name)
        if len(found.drugs) > 1:
            listed = " or ".join(self._with_release(drug) for drug in found.drugs)
            raise UnknownDrug(f"{show(name)} is on file as {listed}; write the one that is meant", near=found.drugs)
        return found.drugs[0]

    def _with_release(self, drug: str) -> str:
        releases = sorted({str(product.release) for product in self._monographs[drug].products})
        return f"{drug} ({' and '.join(releases)} release)" if releases else drug

    def written(self, name: str) -> DrugName:
        """A drug as it was written: the entries it may be, and what its name says of release and form.

        Raises:
            UnknownDrug: If it is none; near names are listed and none is picked.

        Example:
            >>> found = Formulary.shipped().written("Ambien CR")
            >>> found.drugs, str(found.release)
            (('zolpidem',), 'extended')
        """
        found = self._written(name)
        if found is None:
            raise self._unknown(name)
        return found

    def entries_of(self, name: str) -> tuple[str, ...]:
        """The entries that a drug may be as it was written; none where it is unknown, and several where it is unclear.

        Example:
            >>> Formulary.shipped().entries_of("Valium"), Formulary.shipped().entries_of("aspirinn")
            (('diazepam',), ())
        """
        key = _text(name).strip().lower()
        if self.holds(key):
            return (key if key in self._monographs else self._synonyms[key],)
        found = self._written(name)
        return found.drugs if found is not None else ()

    def _written(self, name: str) -> DrugName | None:
        key = _text(name).strip().lower()
        if key in self._monographs:
            return DrugName.of(key)
        whole = plain(name)
        short, release, forms = split_release(whole)
        # Of the two readings the whole name comes first: "procardia xl" is a brand of its own.
        for each, kind, shapes in ((whole, release, forms), (short, release, forms)):
            drugs = self._entries(each)
            if drugs:
                return self._as_branded(DrugName(name, drugs, kind, shapes, self._is_short(each, drugs)), whole)
        return None

    def _entries(self, key: str) -> tuple[str, ...]:
        """The entries of which a plain name is the name, a brand, another name, a salt or the beginning.

        A brand that lists of names alone know is none: it may be injected or put on the skin.
        """
        if key in self._monographs:
            return (key,)
        if key in self._plain_synonyms:
            return (self._plain_synonyms[key],)
        names = {key, without_salt(key), *self.vocabulary.same_names(key)}
        exact = tuple(sorted(name for name in names if name in self._monographs))
        return exact or tuple(sorted({drug for name in names for drug in self._begun.get(name, ())}))

    @staticmethod
    def _is_short(key: str, drugs: tuple[str, ...]) -> bool:
        return all(drug.startswith(f"{key}-") for drug in drugs)

    def _as_branded(self, name: DrugName, key: str) -> DrugName:
        """With the release and forms that a source gives the brand, or that another of its name leaves to it."""
        if len(name.drugs) != 1:
            return name
        said = [brand for brand in self._monographs[name.drugs[0]].brands if brand.name == key]
        if said:
            releases = said[0].releases
            return replace(name, release=releases[0] if releases else name.release, forms=said[0].forms or name.forms)
        several = len({product.release for product in self._monographs[name.drugs[0]].products}) > 1
        if name.release is None and several and self._is_beside_another(key):
            return replace(name, release=Release.IMMEDIATE)
        return name

    def _is_beside_another(self, key: str) -> bool:
        """Whether a brand is known beside one of the same name and another release: Ambien beside Ambien CR."""
        others = modified_names(key)
        is_brand = key in self._plain_synonyms
        return is_brand and (bool(others & self._plain_synonyms.keys()) or any(map(self.vocabulary.knows, others)))

    @cached_property
    def _plain_synonyms(self) -> dict[str, str]:
        return {plain(name): drug for name, drug in self._synonyms.items()}

    @cached_property
    def _begun(self) -> dict[str, list[str]]:
        """The entries whose names go on after a hyphen, by what stands before it."""
        found: dict[str, list[str]] = {}
        for drug in self.drugs:
            parts = drug.split("-")
            for count in range(1, len(parts)):
                found.setdefault("-".join(parts[:count]), []).append(drug)
        return found

    def _unknown(self, name: str) -> UnknownDrug:
        key = name.strip().lower()
        known = sorted({*self._monographs, *self._synonyms})
        near = tuple(difflib.get_close_matches(key, known, n=4, cutoff=0.6))
        hint = f"Near names are {', '.join(near)}; write the one that is meant" if near else _listing(self.drugs)
        listed = "; ".join(item.words for item in self.memberships(name))
        alone = f", and is listed for interactions alone ({listed})" if listed else ""
        parts = self.vocabulary.medicines(name)
        names = " and ".join(part.name for part in parts)
        if len(parts) > 1:
            alone = f" and holds {names}; a plan is of one drug, and combination products are not planned here"
        elif parts and parts[0].name in self._monographs:
            near, hint = (parts[0].name,), "A brand may be of another route; if it is swallowed, write the generic name"
            alone = f"; it is a name of {names}"
        elif parts and parts[0].name != plain(name):
            alone = f"; it is a name of {names}"
        return UnknownDrug(f"{show(name)} is not in the formulary{alone}. {hint}", near=near)

    def holds(self, name: str) -> bool:
        """Whether a drug is on file under this name or a synonym."""
        key = _text(name).strip().lower()
        return key in self._monographs or key in self._synonyms

    def monograph(self, name: str) -> Monograph:
        """All that is on file about a drug.

        Raises:
            UnknownDrug: If it is not on file.
        """
        return self._monographs[self.name_of(name)]

    def get(self, name: str) -> Monograph | None:
        """All that is on file about a drug, or None."""
        return self._monographs[self.name_of(name)] if self.holds(name) else None

    def products(self, name: str, *, market: str | None = None) -> tuple[Product, ...]:
        """The products of a drug, of one market ("us", "uk") or of all.

        Raises:
            UnknownDrug: If the drug is not on file.
            NotFound: If no product of that market is on file.
        """
        held = self.monograph(name).products
        found = tuple(product for product in held if market is None or product.market == _text(market))
        if market is not None and not found:
            markets = ", ".join(sorted({product.market or "none named" for product in held})) or "none"
            raise NotFound(f"no {market} product of {name} is on file; markets on file: {markets}. Name one of them")
        return found

    def table(self, name: str) -> EquivalenceTable:
        """An equivalence table by its id.

        Raises:
            NotFound: If it is not on file; the message lists those that are.
        """
        if _text(name) not in self._tables:
            raise NotFound(f"{show(name)} is not an equivalence table; name one of {', '.join(sorted(self._tables))}")
        return self._tables[name]

    @takes
    def overlaid(self, path: str | Path, *, name: str | None = None) -> Self:
        """A formulary with a TOML file merged over this one: local limits and products, added or in place of others.

        The file has the shape of the shipped ones, `drug` and sections, or several under `[drugs.NAME]`. What it
        adds carries the overlay's name as its source's layer. `replaces = ["source-id"]` leaves out what those
        sources say; nothing else is ever taken away. `new = true` says that the drug is not on file. Members
        of classes are added under `[[classes.lists]]`, with their sources under `[classes.sources]`. An entry cites a
        source that the file defines under an id of its own. A medicine that nothing on file names, and that an entry is
        about, is listed in `names`.

        Raises:
            InvalidData: If it does not load, is about a drug not on file, or redefines a source of another layer.
        """
        text = read_text_file(path)
        where = Path(path).name
        data = read_toml(text, where)
        own = str(data.pop("overlay", Path(path).stem))
        layer = name or own
        lists = self._lists_over(data, layer, where)
        names = frozenset(_names_declared(data, where))
        parts = data.pop("drugs", {} if (lists or names) and not data else None)
        if parts is not None and data:
            near = difflib.get_close_matches(next(iter(data)), ["drugs", "overlay", "classes", "names"], n=1)
            hint = f"the nearest key is {near[0]}" if near else "its keys are drugs, overlay, classes and names"
            raise InvalidData(
                f"{show(next(iter(data)))} is not a key of an overlay, and {hint}; correct it", where=where
            )
        if layer == "shipped":
            raise InvalidData("'shipped' is the layer of the library; give the overlay another name", where=where)
        each = parts.items() if isinstance(parts, dict) else [(str(data.get("drug", "")), data)]
        merged = dict(self._monographs)
        for drug, part in each:
            _check_shape(part, f"{where}: {drug}")
            body = {**part, "drug": self._name_to_overlay(drug, part.get("new", False), where)}
            body.pop("new", None)
            merged[body["drug"]] = _lay_over(
                merged.get(body["drug"]), body, layer, f"{where}: {drug}", self._source_ids
            )
        self._check_names(merged, names | {item.name for item in lists}, where)
        check_classes(merged.values(), self.classes, where)
        return type(self)(
            merged.values(), self._tables.values(), (*self.class_lists, *lists),
            classes=self.classes, vocabulary=self._vocabulary,
        )  # fmt: skip

    @cached_property
    def _source_ids(self) -> dict[str, str]:
        """Every source on file, and the drug or table that cites it."""
        held = {source.id: drug for drug, item in self._monographs.items() for source in item.sources}
        return {table.source.id: table.id for table in self._tables.values()} | held

    def _check_names(self, merged: Mapping[str, Monograph], declared: frozenset[str], where: str) -> None:
        """Raise if an overlay names another medicine that nothing on file knows and that it does not declare."""
        known = self.companions | declared | merged.keys() | {name for m in merged.values() for name in m.classes}
        for drug, item in merged.items():
            facts: tuple[Interaction | Titration | Ceiling, ...] = (
                *item.interactions,
                *item.titrations,
                *item.ceilings,
            )
            for name in (name for fact in facts for name in _others_named(fact)):
                if name not in known:
                    near = difflib.get_close_matches(name, sorted(known), n=3)
                    hint = f"near names are {', '.join(near)}" if near else "no near name is on file"
                    told = f"with_names names {show(name)}, and {hint}; correct it, or list it in names"
                    raise InvalidData(told, where=f"{where}: {drug}")

    def _lists_over(self, data: dict[str, Any], layer: str, where: str) -> tuple[ClassList, ...]:
        """The class lists of an overlay, taken out of its data; a list of names there is the one drug's classes."""
        if not isinstance(data.get("classes"), dict):
            return ()
        body = data.pop("classes")
        known = {item.source.id for item in self.class_lists}
        for key in body.get("sources", {}):
            if key in known:
                raise InvalidData(
                    f"the source {show(key)} is already on file; give the overlay's own another id", where=where
                )
        return read_class_lists(body, where=f"{where}: classes", layer=layer)

    def _name_to_overlay(self, drug: str, is_new: object, where: str) -> str:
        if self.holds(drug):
            return self.name_of(drug)
        if is_new is True:
            return drug
        near = difflib.get_close_matches(drug.strip().lower(), sorted({*self._monographs, *self._synonyms}), n=4)
        hint = f"near names are {', '.join(near)}" if near else "no near name is on file"
        raise InvalidData(
            f"{show(drug)} is not on file, and {hint}; correct the name, or write new = true", where=where
        )


def _text(name: object) -> str:
    return readable(name, "; write a name as text")


def _listing(names: tuple[str, ...]) -> str:
    return (
        f"On file: {', '.join(names)}. Or give its products" if names else "The formulary is empty; give its products"
    )


@cache
def _shipped() -> Formulary:
    made = Formulary.__new__(Formulary)
    made._monographs = DrugFiles(resources.files("taper") / "data" / "drugs")
    made._vocabulary = None
    return made


@cache
def _shipped_tables() -> Mapping[str, EquivalenceTable]:
    folder = resources.files("taper") / "data" / "equivalences"
    return {item.id: item for item in (read_table(body, where=name) for name, body in _each(folder))}


@cache
def _shipped_lists() -> tuple[ClassList, ...]:
    return read_class_lists(_read_file(resources.files("taper") / "data" / "classes.toml"), where="classes.toml")


@cache
def _shipped_vocabulary() -> NamesOnFile:
    data = resources.files("taper") / "data"
    return read_vocabulary(*(_read_file(data / f"{name}.toml") for name in ("names", "medicines", "conditions")))


@cache
def atc_codes() -> Mapping[str, str]:
    """The code in the ATC index of each medicine on file that has one of its own, and no other by another use."""
    held = _read_file(resources.files("taper") / "data" / "medicines.toml")
    lists = [item["codes"] for item in held["lists"] if item.get("own", True)]
    return {name: codes[0] for codes_of in lists for name, codes in codes_of.items() if len(codes) == 1}


@cache
def _shipped_tree() -> ClassTree:
    return read_class_tree(_read_file(resources.files("taper") / "data" / "class_tree.toml"), where="class_tree.toml")


def _read_file(file: Any) -> dict[str, Any]:
    return read_toml(file.read_text("utf-8"), file.name)


def _each(folder: Any) -> list[tuple[str, dict[str, Any]]]:
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return [(item.name, read_toml(item.read_text("utf-8"), item.name)) for item in files]
