"""The facts that are compared with many people at once: those that hold of anyone who takes the drug."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, cast

from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.dose import DailyDose
from taper.checks.case import Case
from taper.checks.length_of_use import LongUse, long_use
from taper.errors import InvalidInput
from taper.knowledge.cited import Cited
from taper.knowledge.formulary import Formulary
from taper.knowledge.kidney_advice import KidneyAdvice
from taper.knowledge.monograph import Ceiling, CeilingKind, Monograph
from taper.knowledge.stopping_advice import Stopping, StoppingShape
from taper.people.patient import UNKNOWN
from taper.products.product import DosageForm, Product, Release
from taper.source import Source

_MARKETS = ("us", "uk")


class Use(StrEnum):
    """Whether a fact is compared with everyone, and why not."""

    COMPARED = "compared"
    LATER = "a later version of the source is on file"
    PRODUCT = "it depends on the release or the form"
    PERSON = "it depends on age or sex"
    MEDICINES = "it depends on the other medicines"
    NO_SOURCE = "its source cites nothing, or is of a single dose"
    LENGTH = "it depends on how long a use is long, which differs between products"
    NO_FIGURE = "it gives no figure"


@dataclass(frozen=True, slots=True)
class ComparedFact:
    """One fact of one source about a drug: under which rule it is compared, or why it is left out."""

    drug: str
    rule: str
    source: Source
    use: Use
    fact: Ceiling | KidneyAdvice | Stopping


@dataclass(frozen=True, slots=True)
class DrugFacts:
    """The facts of one drug that are compared: its daily ceilings, kidney advice and stopping advice.

    `long_use` is from when on a use is long, the same for each product; nothing is known of it where they differ.
    """

    drug: str
    ceilings: tuple[Ceiling, ...]
    kidney: tuple[KidneyAdvice, ...]
    stopping: tuple[Stopping, ...]
    long_use: LongUse
    listed: tuple[ComparedFact, ...] = field(repr=False)


def facts_of(
    formulary: Formulary, drug: str, market: str | None, release: Release | str | None, form: DosageForm | str | None
) -> DrugFacts:
    """The facts about a drug that hold of anyone who takes it, in whatever product of a market, release and form."""
    monograph = formulary.monograph(drug)
    held = monograph.products or _any_product(market)
    products = [p for p in held if market is None or p.market == market] or list(held)
    chosen = [p for p in products if release in (None, p.release) and form in (None, p.form)] or products
    cases = [_case(formulary, monograph.drug, product, market) for product in chosen]
    lengths = {long_use(case, monograph.drug) for case in cases}
    listed = tuple(_listed(monograph, cases, is_one_length=len(lengths) == 1))
    used = [item.fact for item in listed if item.use is Use.COMPARED]
    return DrugFacts(
        monograph.drug,
        tuple(fact for fact in used if isinstance(fact, Ceiling)),
        tuple(fact for fact in used if isinstance(fact, KidneyAdvice)),
        tuple(fact for fact in used if isinstance(fact, Stopping)),
        lengths.pop() if len(lengths) == 1 else LongUse(None),
        listed,
    )


def check_chosen(formulary: Formulary, market: str | None, release: object, form: object) -> None:
    """Refuse a market, release or form that there is none of; otherwise everything would be compared without a word.

    Raises:
        InvalidInput: If one is none.
    """
    held = {product.market for drug in formulary.drugs for product in formulary.monograph(drug).products}
    markets = sorted({*_MARKETS, *(each for each in held if each)})
    chosen = {"market": (market, markets), "release": (release, [*Release]), "form": (form, [*DosageForm])}
    for name, (got, choices) in chosen.items():
        if got is not None and got not in choices:
            listed = ", ".join(repr(str(choice)) for choice in choices)
            raise InvalidInput(f"{show(got)} is none on file; write {listed}", where=name)


def _any_product(market: str | None) -> tuple[Product, ...]:
    """Where no product of a drug is on file, it may be of each release and form."""
    return tuple(
        cast(Product, SimpleNamespace(id="", form=form, release=release, market=market))
        for release in Release
        for form in DosageForm
    )


def _case(formulary: Formulary, drug: str, product: Product, market: str | None) -> Case:
    """What a rule reads where a drug is taken as one product and nothing else is known."""
    course = SimpleNamespace(
        drug=drug, used=(product,), release=product.release, course=SimpleNamespace(id=drug, indication=None)
    )
    return Case(cast(Any, SimpleNamespace(courses=(course,), drugs=(drug,))), UNKNOWN, formulary, market=market)


def _listed(monograph: Monograph, cases: list[Case], *, is_one_length: bool) -> Iterator[ComparedFact]:
    for ceiling in monograph.ceilings:
        if ceiling.per == "day":
            weak = ceiling.kind is CeilingKind.CLAIM
            beside = Use.MEDICINES if ceiling.with_names or ceiling.without_names else None
            yield from _of(monograph, "ceiling", ceiling, cases, Use.NO_SOURCE if weak else beside)
    for advice in monograph.kidney:
        weak = advice.basis in {"claim", "pharmacokinetics"}
        silent = not (advice.bands or advice.impaired)
        beside = Use.NO_SOURCE if weak else Use.NO_FIGURE if silent else None
        yield from _of(monograph, "kidney", advice, cases, beside)
    for fact in monograph.stopping:
        if fact.shape is not StoppingShape.NOT_NEEDED:
            open_length = (fact.after_long_use or fact.to_lowest_that_works) and not is_one_length
            yield from _of(monograph, "stopping", fact, cases, Use.LENGTH if open_length else None)


def _of(
    monograph: Monograph, rule: str, fact: Ceiling | KidneyAdvice | Stopping, cases: list[Case], beside: Use | None
) -> Iterator[ComparedFact]:
    about = [bool(case.applying([fact], monograph.drug)) for case in cases]
    if any(about):
        use = beside or (Use.PRODUCT if not all(about) else _for_anyone(fact, cases[0]))
        yield ComparedFact(monograph.drug, rule, fact.source, use, fact)


def _for_anyone(fact: Cited, case: Case) -> Use:
    if not case.compares(fact.source):
        return Use.LATER
    return Use.PERSON if case.person_fits(fact) is None else Use.COMPARED


@takes
def compared_facts(
    drugs: Iterable[str],
    *,
    facts: Formulary | None = None,
    market: str | None = None,
    release: Release | str | None = None,
    form: DosageForm | str | None = None,
) -> tuple[ComparedFact, ...]:
    """Every fact about some drugs that `to_findings` compares, and every one that it leaves out, with the reason.

    Args:
        drugs: Names of drugs; one that is named twice is listed once.
        facts: As for `to_findings`.
        market: As for `to_findings`.
        release: As for `to_findings`.
        form: As for `to_findings`.

    Raises:
        UnknownDrug: If a drug is not on file.
        InvalidInput: If there is no such market, release or form.

    Example:
        >>> [(item.rule, str(item.use)) for item in compared_facts(["tramadol"]) if item.use is Use.PRODUCT][:1]
        [('ceiling', 'it depends on the release or the form')]
    """
    held = facts if facts is not None else Formulary.shipped()
    check_chosen(held, market, release, form)
    names = dict.fromkeys(held.name_of(drug) for drug in drugs)
    return tuple(item for name in names for item in facts_of(held, name, market, release, form).listed)


def limit_text(ceiling: Ceiling) -> str:
    """A ceiling as it is written."""
    return str(DailyDose(ceiling.limit.mg).in_unit(ceiling.limit.unit))
