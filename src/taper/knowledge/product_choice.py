"""Products for a course: those of its drug, release and form; never two kinds that must not mix."""

from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.plans.plan import Course
from taper.products.product import DosageForm, Product, Release


class NoProducts(InvalidInput):
    """A course has no products to be made from, or products that must not stand in for each other."""


class SeveralForms(NoProducts):
    """A course names neither release nor form, and its products are of several that never stand in for each other.

    `groups` are the products by release and whether they are swallowed; the message names the key, where it stands
    and its values.
    """

    def __init__(self, message: str, *, where: str = "", groups: tuple[tuple[Product, ...], ...] = ()) -> None:
        super().__init__(message, where=where)
        self.groups = groups


def name_of_drug(course: Course, products: tuple[Product, ...], formulary: Formulary) -> str:
    """The name under which the products or the formulary list the course's drug.

    Raises:
        UnknownDrug: If neither lists it; near names are listed and none is picked.
        NoProducts: If it is on file, and no product given is of it.
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
        SeveralForms: If they are of several releases, or sublingual and swallowed, and the course names none.
        NoProducts: If there are none.
    """
    where = f"course {course.id}"
    of_drug = tuple(sorted((p for p in products if p.drug == drug), key=lambda product: product.id))
    chosen = narrow(of_drug, course.products, where)
    chosen = tuple(p for p in chosen if course.form is None or p.form is course.form)
    chosen = tuple(p for p in chosen if course.release is None or p.release is course.release)
    groups = _groups(chosen)
    if len(groups) > 1:
        raise SeveralForms(_which(groups), where=where, groups=groups)
    if not chosen:
        wanted = " ".join(
            str(part) for part in (course.release, "release" if course.release else "", course.form) if part
        )
        raise NoProducts(f"no product of {drug} is {wanted}; change release or form, or add one", where=where)
    return chosen


def _groups(products: tuple[Product, ...]) -> tuple[tuple[Product, ...], ...]:
    """The products that may stand in for each other, the ordinary ones first: immediate release, swallowed."""
    keys = sorted({_kind(product) for product in products})
    return tuple(tuple(product for product in products if _kind(product) == key) for key in keys)


def _kind(product: Product) -> tuple[bool, str, bool]:
    is_sublingual = product.form is DosageForm.SUBLINGUAL_TABLET
    return product.release is not Release.IMMEDIATE, str(product.release), is_sublingual


def is_ordinary(products: tuple[Product, ...]) -> bool:
    """Whether products are of the ordinary kind: immediate release, to be swallowed."""
    return all(p.release is Release.IMMEDIATE and p.form is not DosageForm.SUBLINGUAL_TABLET for p in products)


def _which(groups: tuple[tuple[Product, ...], ...]) -> str:
    """What to write into the course, and where, to choose one of several kinds of products."""
    releases = sorted({str(group[0].release) for group in groups})
    forms = sorted({str(product.form) for group in groups for product in group})
    if len(releases) > 1:
        values = " or ".join(f'"{value}"' for value in releases)
        return (
            f'products are {" and ".join(releases)} release; write "release": {values} into the course, beside "drug"'
        )
    values = " or ".join(f'"{value}"' for value in forms)
    told = "sublingual and swallowed products never stand in for each other"
    return f'{told}; write "form": {values} into the course, beside "drug"'


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
