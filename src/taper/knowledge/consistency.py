"""Consistency of the data on file: the classes, products and lists that it names exist."""

import difflib
from collections.abc import Iterable, Iterator

from taper._base.shown import show
from taper.knowledge.cited import Cited
from taper.knowledge.class_lists import ClassList
from taper.knowledge.class_tree import ClassTree
from taper.knowledge.monograph import Monograph
from taper.knowledge.reading import InvalidData, UnknownClass


def check_classes(monographs: Iterable[Monograph], tree: ClassTree, where: str = "") -> None:
    """Raise if a drug is given a class that is none.

    Raises:
        UnknownClass: Naming the class, and those that are written alike.
    """
    for item in monographs:
        for name in item.classes:
            if not tree.holds(name):
                near = tuple(difflib.get_close_matches(name, tree.spellings, n=3))
                hint = f"near names are {', '.join(near)}" if near else "no near name is known"
                told = f"the class {show(name)} of {item.drug} is not known, and {hint}; correct its spelling"
                raise UnknownClass(told, where=where or item.drug, near=near)


def check_products(every: Iterable[Monograph]) -> None:
    """Raise if two products share an id, or a fact is about a product that is not on file.

    Raises:
        InvalidData: Naming the product.
    """
    monographs = tuple(every)
    seen: dict[str, str] = {}
    for item in monographs:
        for product in item.products:
            if product.id in seen:
                raise InvalidData(f"two products have the id {show(product.id)}; give one another id", where=item.drug)
            if product.drug != item.drug:
                raise InvalidData(f"product {product.id} is of {product.drug}; list it there", where=item.drug)
            seen[product.id] = item.drug
    for item in monographs:
        for name in _products_named(item):
            if seen.get(name) != item.drug:
                raise InvalidData(f"a fact is about the product {show(name)}, which is not on file", where=item.drug)


def _products_named(item: Monograph) -> Iterator[str]:
    for section in (getattr(item, name) for name in Monograph.model_fields):
        for fact in section if isinstance(section, tuple) else ():
            yield from fact.products if isinstance(fact, Cited) else ()


def check_lists(lists: Iterable[ClassList], named: frozenset[str], tree: ClassTree) -> None:
    """Raise if a list is of a class or a name that nothing on file knows.

    Raises:
        InvalidData: Naming the list, and names that are written alike.
    """
    for item in lists:
        if item.name not in named and not tree.holds(item.name):
            near = difflib.get_close_matches(item.name, sorted({*named, *tree.spellings}), n=3)
            hint = f"near names are {', '.join(near)}" if near else "no near name is on file"
            raise InvalidData(
                f"nothing on file names {show(item.name)}, and {hint}; correct it", where=f"class {item.name}"
            )
