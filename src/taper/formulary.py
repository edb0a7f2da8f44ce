"""Lookup of drugs and tables: shipped data, brand synonyms, and overlays for local policy."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Self, TypeVar

from taper._json import read_text_file
from taper._model import join_path
from taper.equivalence import EquivalenceTable
from taper.errors import InvalidInput, NotFound
from taper.monograph import Ceiling, ClassList, Interaction, Membership, Monograph, Titration
from taper.product import Product, name_product
from taper.source import Source

_Read = TypeVar("_Read", Monograph, EquivalenceTable, ClassList, Source)


class UnknownDrug(NotFound):
    """A drug that is not held; near names are listed, and none is picked."""


class InvalidData(InvalidInput):
    """A data file that does not load: an unknown key, a figure without a source, two products with one id."""


class Formulary:
    """Monographs and equivalence tables, looked up by exact name or known brand synonym. It never changes.

    Example:
        >>> [str(p.strength) for p in Formulary.shipped().products("baclofen", market="us") if p.strength][:2]
        ['5 mg', '10 mg']
    """

    def __init__(
        self,
        monographs: Iterable[Monograph] = (),
        tables: Iterable[EquivalenceTable] = (),
        class_lists: Iterable[ClassList] = (),
    ) -> None:
        self._monographs = {item.drug: item for item in monographs}
        self._tables = {item.id: item for item in tables}
        self._class_lists = tuple(class_lists)
        self._synonyms = _synonyms(self._monographs.values())
        _check_products(self._monographs.values())
        _check_lists(self._class_lists, self._named | {name for item in self._class_lists for name in item.members})

    @staticmethod
    def shipped() -> "Formulary":
        """The data that comes with the library, read once."""
        return _shipped()

    @property
    def drugs(self) -> tuple[str, ...]:
        """The names of the drugs held, sorted."""
        return tuple(sorted(self._monographs))

    @property
    def tables(self) -> tuple[EquivalenceTable, ...]:
        """The equivalence tables held, by id."""
        return tuple(self._tables[key] for key in sorted(self._tables))

    @cached_property
    def conditions(self) -> frozenset[str]:
        """Every condition that a source names against any drug."""
        return frozenset(fact.condition for item in self._monographs.values() for fact in item.contraindications)

    @cached_property
    def companions(self) -> frozenset[str]:
        """Every drug, every class of drugs held, every medicine listed, and whatever else an interaction names."""
        return self._named | frozenset(self._memberships) | {item.name for item in self._class_lists}

    @property
    def _named(self) -> frozenset[str]:
        held = self._monographs.values()
        named = {name for item in held for fact in item.interactions for name in fact.with_names}
        return frozenset({*self._monographs, *named, *(name for item in held for name in item.classes)})

    @property
    def class_lists(self) -> tuple[ClassList, ...]:
        """The lists of the members of a class, in the order in which they were read."""
        return self._class_lists

    def memberships(self, name: str) -> tuple[Membership, ...]:
        """The classes and other names that lists give a medicine, by its exact name; none says nothing of it.

        Example:
            >>> [item.words for item in Formulary.shipped().memberships("oxycodone")]
            ['opioid by WHO ATC index (copy), 2026, N02AA05']
        """
        return self._memberships.get("-".join(name.lower().split()), ())

    @cached_property
    def _memberships(self) -> dict[str, tuple[Membership, ...]]:
        found: dict[str, tuple[Membership, ...]] = {}
        for item in (each for listed in self._class_lists for each in listed.memberships):
            found[item.drug] = (*found.get(item.drug, ()), item)
        return found

    def name_of(self, name: str) -> str:
        """The name under which a drug is held, from that name or a known brand synonym.

        Raises:
            UnknownDrug: If it is neither; near names are listed and none is picked.
        """
        key = name.strip().lower()
        if key in self._monographs:
            return key
        if key in self._synonyms:
            return self._synonyms[key]
        known = sorted({*self._monographs, *self._synonyms})
        near = tuple(difflib.get_close_matches(key, known, n=4, cutoff=0.6))
        hint = f"Near names are {', '.join(near)}; write the one that is meant" if near else _listing(self.drugs)
        listed = "; ".join(item.words for item in self.memberships(name))
        alone = f", and is listed for interactions alone ({listed})" if listed else ""
        raise UnknownDrug(f"{name!r} is not in the formulary{alone}. {hint}", near=near)

    def holds(self, name: str) -> bool:
        """Whether a drug is held under this name or a synonym."""
        key = name.strip().lower()
        return key in self._monographs or key in self._synonyms

    def monograph(self, name: str) -> Monograph:
        """All that is held about a drug.

        Raises:
            UnknownDrug: If it is not held.
        """
        return self._monographs[self.name_of(name)]

    def get(self, name: str) -> Monograph | None:
        """All that is held about a drug, or None."""
        return self._monographs[self.name_of(name)] if self.holds(name) else None

    def products(self, name: str, *, market: str | None = None) -> tuple[Product, ...]:
        """The products of a drug, of one market ("us", "uk") or of all.

        Raises:
            UnknownDrug: If the drug is not held.
            NotFound: If no product of that market is held.
        """
        held = self.monograph(name).products
        found = tuple(product for product in held if market is None or product.market == market)
        if market is not None and not found:
            markets = ", ".join(sorted({product.market or "none named" for product in held})) or "none"
            raise NotFound(f"no {market} product of {name} is held; markets held: {markets}. Name one of them")
        return found

    def table(self, name: str) -> EquivalenceTable:
        """An equivalence table by its id.

        Raises:
            NotFound: If it is not held; the message lists those that are.
        """
        if name not in self._tables:
            raise NotFound(f"{name!r} is not an equivalence table; name one of {', '.join(sorted(self._tables))}")
        return self._tables[name]

    def overlaid(self, path: str | Path, *, name: str | None = None) -> Self:
        """A formulary with a TOML file laid over this one: local limits and products, added or in place of others.

        The file has the shape of the shipped ones, `drug` and sections, or several under `[drugs.NAME]`. What it
        adds carries the overlay's name as its source's layer. `replaces = ["source-id"]` leaves out what those
        sources say; nothing else is ever taken away. `new = true` says that a drug which is not held is meant. Members
        of classes are added under `[[classes.lists]]`, with their sources under `[classes.sources]`. An entry cites a
        source that the file defines under an id of its own. A medicine that nothing held names, and that an entry is
        about, is listed in `names`.

        Raises:
            InvalidData: If it does not load, is about a drug that is not held, or redefines a source of another layer.
        """
        text = read_text_file(path)
        where = Path(path).name
        data = _read_toml(text, where)
        own = str(data.pop("overlay", Path(path).stem))
        layer = name or own
        lists = self._lists_over(data, layer, where)
        names = frozenset(_names_declared(data, where))
        parts = data.pop("drugs", {} if (lists or names) and not data else None)
        if parts is not None and data:
            near = difflib.get_close_matches(next(iter(data)), ["drugs", "overlay", "classes", "names"], n=1)
            hint = (
                f"the nearest that it may hold is {near[0]}" if near else "it holds drugs, overlay, classes and names"
            )
            raise InvalidData(f"{next(iter(data))!r} stands beside drugs, and {hint}; correct it", where=where)
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
        return type(self)(merged.values(), self._tables.values(), (*self._class_lists, *lists))

    @cached_property
    def _source_ids(self) -> dict[str, str]:
        """Every source held, and the drug or table that cites it."""
        held = {source.id: drug for drug, item in self._monographs.items() for source in item.sources}
        return {table.source.id: table.id for table in self._tables.values()} | held

    def _check_names(self, merged: Mapping[str, Monograph], declared: frozenset[str], where: str) -> None:
        """Raise if an overlay names another medicine that nothing held knows and that it does not declare."""
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
                    hint = f"near names are {', '.join(near)}" if near else "no near name is held"
                    told = f"with_names names {name!r}, and {hint}; correct it, or list it in names"
                    raise InvalidData(told, where=f"{where}: {drug}")

    def _lists_over(self, data: dict[str, Any], layer: str, where: str) -> tuple[ClassList, ...]:
        """The class lists of an overlay, taken out of its data; a list of names there is the one drug's classes."""
        if not isinstance(data.get("classes"), dict):
            return ()
        body = data.pop("classes")
        known = {item.source.id for item in self._class_lists}
        for key in body.get("sources", {}):
            if key in known:
                raise InvalidData(f"the source {key!r} is already held; give the overlay's own another id", where=where)
        return read_class_lists(body, where=f"{where}: classes", layer=layer)

    def _name_to_overlay(self, drug: str, is_new: object, where: str) -> str:
        if self.holds(drug):
            return self.name_of(drug)
        if is_new is True:
            return drug
        near = difflib.get_close_matches(drug.strip().lower(), sorted({*self._monographs, *self._synonyms}), n=4)
        hint = f"near names are {', '.join(near)}" if near else "no near name is held"
        raise InvalidData(f"{drug!r} is not held, and {hint}; correct the name, or write new = true", where=where)


@dataclass(frozen=True, slots=True)
class Stale:
    """A source that was last looked at more than a year before a day, and what cites it."""

    source: Source
    cited_by: tuple[str, ...]


def list_stale(formulary: Formulary, *, as_of: date) -> tuple[Stale, ...]:
    """The sources of a formulary that were last looked at more than a year before a day, the oldest first.

    Example:
        >>> list_stale(Formulary.shipped(), as_of=date(2026, 12, 1))
        ()
    """
    found: dict[Source, list[str]] = {}
    for drug in formulary.drugs:
        for source in formulary.monograph(drug).sources:
            found.setdefault(source, []).append(drug)
    for table in formulary.tables:
        found.setdefault(table.source, []).append(table.id)
    for item in formulary.class_lists:
        found.setdefault(item.source, []).append(f"class {item.name}")
    old = [Stale(source, tuple(names)) for source, names in found.items() if source.is_older_than_a_year(as_of)]
    return tuple(sorted(old, key=lambda item: (item.source.verified_on, item.source.id, item.cited_by)))


def _others_named(fact: Interaction | Titration | Ceiling) -> tuple[str, ...]:
    return (*fact.with_names, *(() if isinstance(fact, Interaction) else fact.without_names))


def _names_declared(data: dict[str, Any], where: str) -> list[str]:
    """The names of medicines that nothing held knows and that an overlay means, taken out of its data."""
    names = data.pop("names", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidData('names is a list of names; write ["NAME"]', where=where)
    return names


def _check_shape(part: object, where: str) -> None:
    if not isinstance(part, dict):
        raise InvalidData(f"a drug is a table, got {part!r}; write [drugs.NAME]", where=where)
    if not isinstance(part.get("sources", {}), dict):
        raise InvalidData("sources is a table of tables; write [sources.NAME]", where=where)
    if not isinstance(part.get("replaces", []), list):
        raise InvalidData('replaces is a list of source ids; write ["NAME"]', where=where)


def _lay_over(
    below: Monograph | None, data: dict[str, Any], layer: str, where: str, held: Mapping[str, str]
) -> Monograph:
    replaced = set(data.pop("replaces", ()))
    known = {source.id: source for source in below.sources} if below else {}
    for key in data.get("sources", {}):
        if key in held:
            told = f"the source {key!r} is already held, for {held[key]}; give the overlay's own source another id"
            raise InvalidData(told, where=where)
    data.setdefault("reviewed_on", below.reviewed_on if below else None)
    _refuse_borrowed(data, known, where)
    above = read_monograph(data, where=where, layer=layer)
    if below is None:
        return above
    unknown = replaced - set(known)
    if unknown:
        raise InvalidData(
            f"replaces names {', '.join(sorted(unknown))}, which is not held; name a held source", where=where
        )
    return _merge(below, above, replaced)


def _refuse_borrowed(value: object, known: Mapping[str, Source], where: str) -> None:
    """What an overlay says is its own: under a source of another layer it would pass for what that source says."""
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_borrowed(part, known, where)
    for key in ("source", "score_source") if isinstance(value, dict) else ():
        name = value.get(key) if isinstance(value, dict) else None
        if isinstance(name, str) and name in known:
            told = f"cites the source {name!r} of the layer {known[name].layer}, which does not say it for the overlay"
            raise InvalidData(f"{told}; define a source of its own under another id", where=where)


def _merge(below: Monograph, above: Monograph, replaced: set[str]) -> Monograph:
    made: dict[str, Any] = {"drug": below.drug, "reviewed_on": above.reviewed_on}
    for name in Monograph.model_fields:
        old, new = getattr(below, name), getattr(above, name)
        if isinstance(old, tuple):
            kept = tuple(item for item in old if _source_id(item) not in replaced)
            made[name] = kept + tuple(item for item in new if item not in kept)
    return Monograph(**made)


def _source_id(item: object) -> str | None:
    source = getattr(item, "source", None)
    return source.id if isinstance(source, Source) else None


def read_monograph(data: Mapping[str, Any], *, where: str, layer: str = "shipped") -> Monograph:
    """Build a monograph from plain data in which each `source` is the id of an entry under `sources`.

    Raises:
        InvalidData: If anything is unknown, missing or uncited.
    """
    body = dict(data)
    sources = _read_sources(body.pop("sources", {}), where, layer)
    drug = body.get("drug", "")
    used: set[str] = set()
    for key, value in body.items():
        body[key] = _cite(value, sources, join_path(where, key), used)
    if isinstance(body.get("products"), list):
        body["products"] = [_complete(item, drug) for item in body["products"]]
    _check_used(sources, used, where)
    monograph = _read_as(Monograph, body, where)
    for product in monograph.products:
        if product.source is None:
            raise InvalidData(f"product {product.id} has no source; add one", where=where)
    return monograph


def read_class_lists(data: Mapping[str, Any], *, where: str, layer: str = "shipped") -> tuple[ClassList, ...]:
    """Build lists of the members of classes from plain data: `lists`, and their `sources`.

    Raises:
        InvalidData: If anything is unknown, missing or uncited.
    """
    body = dict(data)
    sources = _read_sources(body.pop("sources", {}), where, layer)
    listed = body.pop("lists", [])
    if body or not isinstance(listed, list):
        raise InvalidData(
            "holds lists and their sources and nothing else; write [[lists]] and [sources.NAME]", where=where
        )
    used: set[str] = set()
    cited = _cite(listed, sources, f"{where}.lists", used)
    made = tuple(_read_as(ClassList, item, f"{where}.lists[{index}]") for index, item in enumerate(cited))
    _check_used(sources, used, where)
    return made


def read_table(data: Mapping[str, Any], *, where: str) -> EquivalenceTable:
    """Build an equivalence table from plain data.

    Raises:
        InvalidData: If anything is unknown, missing or uncited.
    """
    body = dict(data)
    sources = _read_sources(body.pop("sources", {}), where, "shipped")
    body["source"] = _cite({"source": body.get("source")}, sources, where, set())["source"]
    return _read_as(EquivalenceTable, body, where)


def _complete(item: Any, drug: str) -> Any:
    if not isinstance(item, dict):
        return item
    return {"drug": drug, "id": name_product({"drug": drug, **item}), **item}


def _read_sources(data: Any, where: str, layer: str) -> dict[str, Source]:
    if not isinstance(data, dict):
        raise InvalidData("sources is a table of tables; write [sources.NAME]", where=where)
    return {
        key: _read_as(Source, {**body, "id": key, "layer": layer}, f"{where}: sources.{key}")
        for key, body in data.items()
    }


def _cite(value: Any, sources: Mapping[str, Source], where: str, used: set[str]) -> Any:
    if isinstance(value, list):
        return [_cite(item, sources, f"{where}[{index}]", used) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made = {key: _cite(item, sources, join_path(where, key), used) for key, item in value.items()}
    for key in ("source", "score_source"):
        if key in made:
            made[key] = _look_up(made[key], sources, where)
            used.add(made[key].id)
    return made


def _check_used(sources: Iterable[str], used: set[str], where: str) -> None:
    unused = sorted(set(sources) - used)
    if unused:
        raise InvalidData(f"the source {unused[0]!r} is cited by nothing; cite it or remove it", where=where)


def _look_up(name: Any, sources: Mapping[str, Source], where: str) -> Source:
    if isinstance(name, str) and name in sources:
        return sources[name]
    raise InvalidData(f"cites the source {name!r}, which is not defined; add [sources.{name}]", where=where)


def _read_as(kind: type[_Read], body: dict[str, Any], where: str) -> _Read:
    try:
        return kind.read(body, where=where)
    except InvalidInput as error:
        raise InvalidData(error.message, where=error.where) from None


def _read_toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InvalidData(f"not TOML: {error}; correct it there", where=where) from None
    except RecursionError:
        raise InvalidData("nested deeper than any monograph; check the file", where=where) from None


def _synonyms(monographs: Iterable[Monograph]) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in monographs:
        for synonym in item.synonyms:
            key = synonym.lower()
            if found.setdefault(key, item.drug) != item.drug:
                raise InvalidData(f"{synonym!r} names both {found[key]} and {item.drug}; keep one")
    return found


def _check_products(monographs: Iterable[Monograph]) -> None:
    seen: dict[str, str] = {}
    for item in monographs:
        for product in item.products:
            if product.id in seen:
                raise InvalidData(f"two products have the id {product.id!r}; give one another id", where=item.drug)
            if product.drug != item.drug:
                raise InvalidData(f"product {product.id} is of {product.drug}; list it there", where=item.drug)
            seen[product.id] = item.drug


def _check_lists(lists: Iterable[ClassList], named: frozenset[str]) -> None:
    for item in lists:
        if item.name not in named:
            near = difflib.get_close_matches(item.name, sorted(named), n=3)
            hint = f"near names are {', '.join(near)}" if near else "no near name is held"
            raise InvalidData(f"nothing held names {item.name!r}, and {hint}; correct it", where=f"class {item.name}")


def _listing(names: tuple[str, ...]) -> str:
    return f"Held: {', '.join(names)}. Or give its products" if names else "The formulary is empty; give its products"


@cache
def _shipped() -> Formulary:
    data = resources.files("taper") / "data"
    return Formulary(
        [read_monograph(body, where=name) for name, body in _each(data / "drugs")],
        [read_table(body, where=name) for name, body in _each(data / "equivalences")],
        read_class_lists(_read_toml((data / "classes.toml").read_text("utf-8"), "classes.toml"), where="classes.toml"),
    )


def _each(folder: Any) -> list[tuple[str, dict[str, Any]]]:
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return [(item.name, _read_toml(item.read_text("utf-8"), item.name)) for item in files]
