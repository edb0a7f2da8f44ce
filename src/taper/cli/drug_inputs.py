"""What options about one drug name, read: its products, a day's doses, a length of time."""

import argparse
import re
from collections.abc import Iterable, Sequence

from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.plans.regimen import Regimen
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product, load_products
from taper.products.statements import Syringe, dilute, only, permit

_HOURS = re.compile(
    r"(?P<dose>.+?) every (?P<hours>[0-9]{1,2}) hours?(?: from (?P<first>[0-9]{2}):(?P<minutes>[0-9]{2}))?"
)
_TIMES = '"10 mg 06:00, 10 mg 12:00"'


def market_of(formulary: Formulary, drug: str) -> str | None:
    """The market whose products are used where none is named: us where it is on file, else the first."""
    markets = sorted({product.market or "" for product in formulary.products(drug)} - {""})
    return "us" if "us" in markets else markets[0] if markets else None


def products_of_drug(options: argparse.Namespace, *, as_stated: bool = True) -> tuple[str, tuple[Product, ...]]:
    """The drug that was named, and its products: those given, else the shipped ones of one market.

    As stated, with what was permitted and the syringe that was named; else as they are on file.

    Raises:
        TaperError: If the drug is not on file, or a product is not among them.
    """
    drug, found = all_of_drug(options)
    chosen = of_one_release(only(found, options.only, where="--only"), options.release, options.form, "--release")
    return drug, stated(chosen, options) if as_stated else chosen


def all_of_drug(options: argparse.Namespace) -> tuple[str, tuple[Product, ...]]:
    """The drug that was named, and every product of it.

    Raises:
        TaperError: If the drug is not on file.
    """
    formulary = Formulary.shipped()
    given = load_products(options.products) if options.products else ()
    key = options.drug.strip().lower()
    drug = key if any(product.drug == key for product in given) else formulary.name_of(options.drug)
    return drug, those_of_drug(drug, given, options.products, options.market, formulary)


def stated(products: Iterable[Product], options: argparse.Namespace) -> tuple[Product, ...]:
    """The products, with what was permitted, what is diluted, and what liquids are measured with.

    Raises:
        InvalidInput: If a statement cannot be read, or does not fit a product.
    """
    permitted = dilute(permit(products, options.divide, where="--divide"), options.dilute, where="--dilute")
    syringe = syringe_of(options)
    return permitted if syringe is None else syringe.on(permitted)


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
    found = found or formulary.products(drug, market=market or market_of(formulary, drug))
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
    if release is None and len(held) > 1:
        raise InvalidInput(f"products are {' and '.join(held)} release; name one", where=option)
    found = tuple(p for p in products if release in (None, p.release) and form in (None, p.form))
    if not found:
        listed = ", ".join(product.id for product in products)
        wanted = " ".join(part for part in (f"{release or held[0]} release", form) if part)
        raise InvalidInput(f"no product is {wanted}; name what is on file: {listed}", where=option)
    return found


def read_day(text: str, where: str) -> Regimen:
    """One day's doses from text such as "10 mg morning, 10 mg bedtime" or "10 mg every 6 hours from 06:00".

    Raises:
        InvalidInput: If a part is not a dose and a time of day.
    """
    round_the_clock = _HOURS.fullmatch(text.strip())
    if round_the_clock is not None:
        text = _each_hour(round_the_clock, where)
    doses: dict[str, str] = {}
    for part in text.split(","):
        dose, _, slot = part.strip().rpartition(" ")
        if not dose or slot in doses:
            raise InvalidInput(f'{text!r} is not one day; write it like "10 mg morning, 10 mg bedtime"', where=where)
        doses[slot] = dose
    try:
        return Regimen.of(doses)
    except InvalidInput as error:
        raise InvalidInput(str(error), where=where) from None


def _each_hour(found: re.Match[str], where: str) -> str:
    """The same dose at each of the hours that an interval makes of a day."""
    dose, hours, first, minutes = found["dose"], int(found["hours"]), found["first"], found["minutes"]
    if not hours or 24 % hours:
        raise InvalidInput(f"every {hours} hours does not divide a day; write the times, as in {_TIMES}", where=where)
    if first is None:
        raise InvalidInput(f'from when is not said; write "{dose} every {hours} hours from 06:00"', where=where)
    later = (f"{(int(first) + hours * place) % 24:02}:{minutes}" for place in range(1, 24 // hours))
    times = sorted([f"{first}:{minutes}", *later])
    return ", ".join(f"{dose} {time}" for time in times)


def read_time(text: str | None) -> Duration | None:
    """A length of time, if one was given."""
    return Duration.parse(text) if text else None


def weights_of(options: argparse.Namespace) -> Weights:
    """The weights of a plan: the standard ones, with as many pieces in an intake as were allowed."""
    return STANDARD if options.pieces is None else Weights.read({"pieces": options.pieces}, where="--pieces")
