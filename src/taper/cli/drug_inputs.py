"""What options about one drug name, read: its products, a day's doses, a length of time."""

import argparse
import re
from collections.abc import Iterable, Sequence

from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.cli.notes import say, understood
from taper.cli.parsing import complete
from taper.cli.settings import market_for
from taper.errors import InvalidInput
from taper.knowledge.equivalence import EquivalenceTable
from taper.knowledge.formulary import Formulary
from taper.plans import everyday
from taper.plans.regimen import Regimen
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product, load_products
from taper.products.statements import ASSUMED_MARK, Syringe, assume_marks, dilute, only, permit


def products_of_drug(options: argparse.Namespace, *, as_stated: bool = True) -> tuple[str, tuple[Product, ...]]:
    """The drug that was named, and its products: those given, else the shipped ones of one market.

    As stated, with what was permitted and the syringe that was named; else as they are where nothing is stated.

    Raises:
        TaperError: If the drug is not on file, or a product is not among them.
    """
    drug, found = all_of_drug(options)
    chosen = of_one_release(only(found, options.only, where="--only"), options.release, options.form, "--release")
    return drug, stated(chosen, options) if as_stated else assume_marks(chosen)


def all_of_drug(options: argparse.Namespace) -> tuple[str, tuple[Product, ...]]:
    """The drug that was named, and every product of it.

    Raises:
        TaperError: If the drug is not on file.
    """
    formulary = Formulary.shipped()
    given = load_products(options.products) if options.products else ()
    key = options.drug.strip().lower()
    drug = key if any(product.drug == key for product in given) else _as_written(options, formulary)
    return drug, those_of_drug(drug, given, options.products, options.market, formulary)


def _as_written(options: argparse.Namespace, formulary: Formulary) -> str:
    """The drug by its name on file; the release that a brand says is used where none was named."""
    drug = formulary.name_of(options.drug)
    release = formulary.written(options.drug).release
    if options.release is None and release is not None:
        options.release = str(release)
    return drug


def stated(products: Iterable[Product], options: argparse.Namespace) -> tuple[Product, ...]:
    """The products, with what was permitted, what is diluted, and what liquids are measured with.

    Where nothing but liquids is there and no syringe was named, marks of 0.1 mL are assumed, and that is said.

    Raises:
        InvalidInput: If a statement cannot be read, or does not fit a product.
    """
    permitted = dilute(permit(products, options.divide, where="--divide"), options.dilute, where="--dilute")
    syringe = syringe_of(options)
    if syringe is not None:
        return syringe.on(permitted)
    measured = assume_marks(permitted)
    if measured != permitted:
        say(f'liquids are measured in marks of {ASSUMED_MARK}, which is assumed; --syringe "5 mL, 0.2 mL" names others')
    return measured


def syringe_of(options: argparse.Namespace) -> Syringe | None:
    """The syringe that was named, if one was.

    Raises:
        InvalidInput: If it cannot be read.
    """
    if options.syringe is None:
        return None
    try:
        return Syringe.parse(options.syringe)
    except InvalidInput as error:
        raise InvalidInput(error.message, where="--syringe") from None


def check_syringe(options: argparse.Namespace, products: Iterable[Product], doses: Iterable[Dose]) -> None:
    """Refuse a syringe that is too coarse for the smallest of the doses that were asked for.

    Raises:
        InvalidInput: If it is; the message says which syringe works.
    """
    syringe, asked = syringe_of(options), [dose for dose in doses if dose]
    if syringe is not None and asked:
        try:
            syringe.check(products, min(asked))
        except InvalidInput as error:
            raise InvalidInput(error.message, where="--syringe") from None


def those_of_drug(
    drug: str, given: Sequence[Product], file: str | None, market: str | None, formulary: Formulary
) -> tuple[Product, ...]:
    """The products of a drug: those of the file that was named, else the shipped ones of one market.

    Raises:
        InvalidInput: If a file was named and holds none of the drug.
    """
    found = tuple(product for product in given if product.drug == drug)
    if file and not found:
        held = ", ".join(sorted({product.drug for product in given})) or "nothing"
        raise InvalidInput(f"{file} has products of {held}, and none of {drug}; add them", where="--products")
    found = found or formulary.products(drug, market=market_for(formulary, drug, market))
    if not found:
        raise InvalidInput(f"no product of {drug} is on file; name a file of products", where="--products")
    return found


def of_one_release(
    products: tuple[Product, ...], release: str | None, form: str | None, option: str
) -> tuple[Product, ...]:
    """Products of the release and the form that were named.

    Raises:
        InvalidInput: If they are of several releases and none was named, or none is of the one that was.
    """
    held = sorted({str(product.release) for product in products})
    if release is None and len(held) > 1 and "immediate" in held:
        others = " and ".join(name for name in held if name != "immediate")
        say(f"immediate release is used, the ordinary one; {option} {others} names another")
        release = "immediate"
    if release is None and len(held) > 1:
        raise InvalidInput(f"products are {' and '.join(held)} release; name one", where=option)
    found = tuple(p for p in products if release in (None, p.release) and form in (None, p.form))
    if not found:
        other = option.replace("release", "form")
        listed = dict.fromkeys(f'{option} {item.release} {other} "{item.form}"' for item in products)
        wanted = " ".join(part for part in (f"{release or held[0]} release", form) if part)
        raise InvalidInput(f"no product is {wanted}; write what is on file: {' or '.join(listed)}", where=option)
    return found


def read_day(text: str, where: str, products: Sequence[Product] = ()) -> Regimen:
    """One day's doses as people write them, such as "10 mg bd"; what was understood is said where it differs.

    Raises:
        InvalidInput: If it cannot be read, or can be read in two ways.
    """
    day = everyday.read_day(text, products=products, where=where)
    if str(day) != text.strip():
        understood(where, f"{day}{_more(text, day)}")
    return day


def _more(text: str, day: Regimen) -> str:
    """What else a total without times may mean."""
    is_total = bool(re.search(r"/ ?d|a day|per day", text.lower()))
    if is_total and len(day) == 1 and day.slots[0].is_daily:
        return f' (taken at once; if it is divided, write "{text.strip()} in 3 doses")'
    return ""


def read_slots(text: str, where: str) -> list[str]:
    """Times of day from words parted by commas, such as "night, am" or "tds".

    Raises:
        InvalidInput: If one is no time of day.
    """
    names: list[str] = []
    for word in text.split(","):
        names += everyday.read_times(word.strip(), where=where)
    if ",".join(names) != text.replace(" ", ""):
        understood(where, ", ".join(names))
    return names


def read_dose(text: str, where: str, products: Sequence[Product] = ()) -> Dose:
    """One dose as people write it, such as "5MG" or "half a tablet".

    Raises:
        InvalidInput: If it is not one dose.
    """
    day = everyday.read_day(text, products=products, where=where)
    if len(day) != 1:
        raise InvalidInput(f'{text!r} is not one dose; write it like "5 mg"', where=where)
    dose = day.intakes[0].dose
    if dose.text != text.strip():
        understood(where, dose.text)
    return dose


def table_named(formulary: Formulary, name: str) -> EquivalenceTable:
    """An equivalence table by its id, or by a beginning that no other has.

    Raises:
        NotFound: If none is named, or several are.
    """
    ids = [table.id for table in formulary.tables]
    return formulary.table(str(complete(name, ids)))


def read_time(text: str | None) -> Duration | None:
    """A length of time, if one was given."""
    return Duration.parse(text) if text else None


def weights_of(options: argparse.Namespace) -> Weights:
    """The weights of a plan: the standard ones, with as many pieces in an intake as were allowed."""
    return STANDARD if options.pieces is None else Weights.read({"pieces": options.pieces}, where="--pieces")
