"""Products for a course: those of its drug, release and form; never two kinds that must not mix."""

from dataclasses import replace

from taper._base.shown import show, some_of
from taper.errors import InvalidInput
from taper.knowledge.drug_names import DrugName
from taper.knowledge.formulary import Formulary
from taper.knowledge.monograph import Brand, Start
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


def read_drug(course: Course, products: tuple[Product, ...], formulary: Formulary) -> DrugName:
    """The drug of a course, as the products or the formulary list it: one entry, or several with a common name.

    Raises:
        UnknownDrug: If neither lists it; near names are listed and none is picked.
        NoProducts: If it is on file, and no product given is of it.
    """
    key = course.drug.strip().lower()
    if any(product.drug == key for product in products):
        return DrugName.of(key)
    name = formulary.written(course.drug)
    held = tuple(drug for drug in name.drugs if any(product.drug == drug for product in products))
    if not held:
        given = ", ".join(sorted({product.drug for product in products})) or "none"
        wanted = " or ".join(name.drugs)
        raise NoProducts(f"course {course.id} needs products of {wanted}, got products of {given}; add its products")
    return replace(name, drugs=held)


def choose_products(course: Course, name: DrugName, products: tuple[Product, ...]) -> tuple[Product, ...]:
    """The products of a drug that a course may use, by id: of one release, and of its form if it names one.

    What the name of the drug says of release and form holds where the course says nothing else.

    Raises:
        SeveralForms: If they are of several releases, or sublingual and swallowed, and the course names none.
        NoProducts: If there are none.
    """
    where = f"course {course.id}"
    of_drug = tuple(sorted((p for p in products if p.drug in name.drugs), key=lambda product: product.id))
    chosen = narrow(of_drug, course.products, where)
    forms = (course.form,) if course.form is not None else name.forms
    chosen = tuple(p for p in chosen if not forms or p.form in forms)
    release = course.release if course.release is not None else name.release
    chosen = tuple(p for p in chosen if release is None or p.release is release)
    groups = _groups(chosen)
    if len(groups) > 1:
        raise several_forms(groups, where)
    if not chosen:
        wanted = " ".join(str(part) for part in (release, "release" if release else "", *forms) if part)
        drugs = " or ".join(name.drugs)
        raise NoProducts(f"no product of {drugs} is {wanted}; change release or form, or add one", where=where)
    _refuse_by_its_short_name(course, name, chosen)
    return chosen


def _refuse_by_its_short_name(course: Course, name: DrugName, products: tuple[Product, ...]) -> None:
    """Refuse doses through the day of what is on file in modified release alone, where the plan does not say so.

    Raises:
        NoProducts: If the course names neither the entry nor a release, and takes it more than once a day.
    """
    drug = products[0].drug
    is_said = not name.is_short or course.release is not None or name.release is not None
    if is_said or products[0].release is Release.IMMEDIATE:
        return
    if any(len(day) > 1 for step in course.steps for day in step.days):
        release = f"{products[0].release} release"
        raise NoProducts(
            f"{name.written} is on file as {drug} alone ({release}), and the plan takes it more than once a day; "
            f'write "drug": "{drug}" if that is meant, or add products of your own',
            where=f"course {course.id}",
        )


def _groups(products: tuple[Product, ...]) -> tuple[tuple[Product, ...], ...]:
    """The products that may stand in for each other, the ordinary ones first: immediate release, swallowed."""
    keys = sorted({_kind(product) for product in products})
    return tuple(tuple(product for product in products if _kind(product) == key) for key in keys)


def _kind(product: Product) -> tuple[bool, str, bool, str]:
    is_sublingual = product.form is DosageForm.SUBLINGUAL_TABLET
    return product.release is not Release.IMMEDIATE, str(product.release), is_sublingual, product.drug


def is_ordinary(products: tuple[Product, ...]) -> bool:
    """Whether products are of the ordinary kind: immediate release, to be swallowed."""
    return all(p.release is Release.IMMEDIATE and p.form is not DosageForm.SUBLINGUAL_TABLET for p in products)


def is_taken_oftener(course: Course, products: tuple[Product, ...], formulary: Formulary) -> bool:
    """Whether a course takes a drug oftener a day than any source on file has such products taken."""
    monograph, release = formulary.get(products[0].drug), products[0].release
    if monograph is None:
        return False
    alone = {product.release for product in monograph.products} == {release}
    facts: tuple[Start | Brand, ...] = (*monograph.starts, *monograph.brands)
    times = [fact.times_per_day for fact in facts if release in fact.releases or (alone and not fact.releases)]
    most = max((count for count in times if count is not None), default=None)
    return most is not None and any(len(day) > most for step in course.steps for day in step.days)


def several_forms(groups: tuple[tuple[Product, ...], ...], where: str) -> SeveralForms:
    """The error that asks which of several kinds of products is meant."""
    return SeveralForms(_which(groups), where=where, groups=groups)


def _which(groups: tuple[tuple[Product, ...], ...]) -> str:
    """What to write into the course, and where, to choose one of several kinds of products."""
    drugs = {group[0].drug: group[0].release for group in groups}
    if len(drugs) > 1:
        values = " or ".join(f'"{drug}" ({release} release)' for drug, release in sorted(drugs.items()))
        return f'it is on file under several names; write "drug": {values} into the course'
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
        raise NoProducts(
            f"products are {' and '.join(releases)} release; name one release, or give products of one alone",
            where=where,
        )
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
        held = some_of([product.id for product in products]) or "none"
        raise NoProducts(
            f"the product {show(unknown[0])} is not among those given ({held}); correct its id", where=where
        )
    return found
