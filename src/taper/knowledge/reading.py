"""Reading data files: TOML with its sources, into monographs, tables and class lists."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from taper._base.records import join_path
from taper._base.shown import show
from taper._base.toml_text import read_toml_text
from taper.errors import InvalidInput
from taper.knowledge.class_lists import ClassList
from taper.knowledge.class_tree import ClassTree
from taper.knowledge.equivalence import EquivalenceTable
from taper.knowledge.monograph import CITING_KEYS, Monograph
from taper.knowledge.names import ConditionNames, NamesOnFile
from taper.knowledge.published_lists import PublishedList
from taper.products.product import name_product
from taper.source import Source

_Read = TypeVar(
    "_Read", Monograph, EquivalenceTable, ClassList, ClassTree, NamesOnFile, ConditionNames, PublishedList, Source
)


class InvalidData(InvalidInput):
    """A data file that does not load: an unknown key, a figure without a source, two products with one id."""


class UnknownClass(InvalidData):
    """A class given for a drug is none that sources name; `near` holds the names that are written alike."""

    def __init__(self, message: str, *, where: str = "", near: tuple[str, ...] = ()) -> None:
        super().__init__(message, where=where)
        self.near = near


def read_monograph(data: Mapping[str, Any], *, where: str, layer: str = "shipped") -> Monograph:
    """Build a monograph from plain data in which each `source` is the id of an entry under `sources`.

    Raises:
        InvalidData: If anything is unknown, missing or uncited.
    """
    body = dict(data)
    drug = body.get("drug", "")
    sources = _read_sources(body.pop("sources", {}), where, layer, drug=drug)
    used: set[str] = set()
    for key, value in body.items():
        body[key] = _cite(value, sources, join_path(where, key), used)
    if isinstance(body.get("products"), list):
        body["products"] = _current_first([_complete(item, drug) for item in body["products"]])
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


def read_published_lists(data: Mapping[str, Any], *, where: str) -> tuple[PublishedList, ...]:
    """Build published lists of medicines from plain data: `lists`, and their `sources`.

    Raises:
        InvalidData: If anything is unknown, missing or uncited.
    """
    listed = _cited(data, where)["lists"]
    return tuple(_read_as(PublishedList, item, f"{where}.lists[{index}]") for index, item in enumerate(listed))


def read_class_tree(data: Mapping[str, Any], *, where: str) -> ClassTree:
    """Build the tree of classes from plain data.

    Raises:
        InvalidData: If anything is unknown, missing or uncited, or a class in it is none of its names.
    """
    made = _read_as(ClassTree, _cited(data, where), where)
    for name in (name for item in made.within for name in (item.of, *item.wider)):
        if not made.holds(name):
            raise InvalidData(f"{show(name)} is none of its names; add it there, or correct it", where=where)
    return made


def read_vocabulary(
    names: Mapping[str, Any], medicines: Mapping[str, Any], conditions: Mapping[str, Any], *, where: str = "names"
) -> NamesOnFile:
    """Build the lists of names from plain data: names and codes of medicines, and names of conditions.

    Raises:
        InvalidData: If anything is unknown, missing or uncited.
    """
    codes = _cited(medicines, f"{where}: medicines")
    body = {
        **_cited(names, f"{where}: names"),
        "code_lists": codes.pop("lists", []),
        "groups": codes.pop("groups", []),
        "conditions": _cited(conditions, f"{where}: conditions"),
    }
    if codes:
        raise InvalidData(f"{show(next(iter(codes)))} is not a known key; remove it", where=f"{where}: medicines")
    return _read_as(NamesOnFile, body, where)


def _cited(data: Mapping[str, Any], where: str) -> dict[str, Any]:
    body = dict(data)
    sources = _read_sources(body.pop("sources", {}), where, "shipped")
    used: set[str] = set()
    made = {key: _cite(value, sources, join_path(where, key), used) for key, value in body.items()}
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


def _current_first(products: list[Any]) -> list[Any]:
    """Products in the order of their markets, in each those first of whose supply nothing is said."""
    listed = [item for item in products if isinstance(item, dict)]
    markets = list(dict.fromkeys(item.get("market") for item in listed))
    ordered = sorted(listed, key=lambda item: (markets.index(item.get("market")), "available" in item))
    return ordered + [item for item in products if not isinstance(item, dict)]


def _read_sources(data: Any, where: str, layer: str, *, drug: str = "") -> dict[str, Source]:
    if not isinstance(data, dict):
        raise InvalidData("sources is a table of tables; write [sources.NAME]", where=where)
    of = {"label_of": drug} if drug else {}
    return {
        key: _read_as(Source, {**of, **body, "id": key, "layer": layer}, f"{where}: sources.{key}")
        for key, body in data.items()
    }


def _cite(value: Any, sources: Mapping[str, Source], where: str, used: set[str]) -> Any:
    if isinstance(value, list):
        return [_cite(item, sources, f"{where}[{index}]", used) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made = {key: _cite(item, sources, join_path(where, key), used) for key, item in value.items()}
    for key in CITING_KEYS:
        if key in made:
            made[key] = _look_up(made[key], sources, where)
            used.add(made[key].id)
    return made


def _check_used(sources: Iterable[str], used: set[str], where: str) -> None:
    unused = sorted(set(sources) - used)
    if unused:
        raise InvalidData(f"the source {show(unused[0])} is cited by nothing; cite it or remove it", where=where)


def _look_up(name: Any, sources: Mapping[str, Source], where: str) -> Source:
    if isinstance(name, str) and name in sources:
        return sources[name]
    raise InvalidData(f"cites the source {show(name)}, which is not defined; add [sources.{name}]", where=where)


def _read_as(kind: type[_Read], body: dict[str, Any], where: str) -> _Read:
    try:
        return kind.read(body, where=where)
    except InvalidInput as error:
        raise InvalidData(error.message, where=error.where) from None


def read_toml(text: str, where: str) -> dict[str, Any]:
    """Read TOML text; numbers with a point come back as Decimal.

    Raises:
        InvalidData: If it is not TOML, or holds keys, numbers or nesting of a size that no data file has.
    """
    try:
        return read_toml_text(text, where=where)
    except InvalidInput as error:
        raise InvalidData(error.message, where=error.where) from None
