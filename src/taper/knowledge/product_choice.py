"""Which products a course is made from: of its drug, its release and its form, and none that must not mix."""

from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.plans.plan import Course
from taper.products.product import DosageForm, Product, Release


class NoProducts(InvalidInput):
    """A course has no products to be made from, or products that must not stand in for each other."""


def name_of_drug(course: Course, products: tuple[Product, ...], formulary: Formulary) -> str:
    """The name under which the products or the formulary hold the course's drug.

    Raises:
        UnknownDrug: If neither holds it; near names are listed and none is picked.
        NoProducts: If it is held, and no product given is of it.
    """
    key = course.drug.strip().lower()
    if any(product.drug == key for product in products):
        return key
    name = formulary.name_of(course.drug)
    if not any(product.drug == name for product in products):
        given = ", ".join(sorted({product.drug for product in products})) or "none"
        raise NoProducts(f"course {course.id} needs products of {name}, got products of {given}; add its products")
    return name


def choose_products(course: Course, drug: str, products: tuple[Product, ...]) -> tuple[Product, ...]:
    """The products of a drug that a course may use, by id: of one release, and of its form if it names one.

    Raises:
        NoProducts: If there are none, or they are of several releases and the course names none.
    """
    where = f"course {course.id}"
    of_drug = tuple(sorted((p for p in products if p.drug == drug), key=lambda product: product.id))
    chosen = narrow(of_drug, course.products, where)
    chosen = tuple(p for p in chosen if course.form is None or p.form is course.form)
    release = course.release or _only_release(chosen, where)
    chosen = tuple(p for p in chosen if p.release is release)
    if not chosen:
        wanted = " ".join(str(part) for part in (release, "release", course.form) if part)
        raise NoProducts(f"no product of {drug} is {wanted}; change release or form, or add one", where=where)
    _check_one_route(chosen, where)
    return chosen


def check_alike(products: tuple[Product, ...], where: str) -> Release:
    """The one release of products that may stand in for each other.

    Raises:
        NoProducts: If they are of several releases, or some are sublingual and some are swallowed.
    """
    release = _only_release(products, where)
    _check_one_route(products, where)
    return release


def _check_one_route(products: tuple[Product, ...], where: str) -> None:
    if len({product.form is DosageForm.SUBLINGUAL_TABLET for product in products}) > 1:
        raise NoProducts("sublingual and swallowed products never stand in for each other; name a form", where=where)


def _only_release(products: tuple[Product, ...], where: str) -> Release:
    releases = sorted({product.release for product in products})
    if len(releases) > 1:
        raise NoProducts(f"products are {' and '.join(releases)} release; name one release", where=where)
    return releases[0] if releases else Release.IMMEDIATE


def narrow(products: tuple[Product, ...], names: tuple[str, ...], where: str) -> tuple[Product, ...]:
    """The products named, or all of them if none is.

    Raises:
        NoProducts: If a name is not among them.
    """
    if not names:
        return products
    found = tuple(product for product in products if product.id in names)
    unknown = sorted(set(names) - {product.id for product in found})
    if unknown:
        held = ", ".join(product.id for product in products) or "none"
        raise NoProducts(f"the product {unknown[0]!r} is not among those given ({held}); correct its id", where=where)
    return found
