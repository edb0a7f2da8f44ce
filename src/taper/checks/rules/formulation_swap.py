"""Formulations: forms and releases of one drug that cannot replace each other."""

from collections.abc import Iterator
from dataclasses import dataclass

from taper.checks.answers import by_source, find, gap
from taper.checks.case import Case, heard, on_file
from taper.checks.open_question import Reason
from taper.checks.review import Answer, Clear, Severity
from taper.knowledge.monograph import Interchange
from taper.products.product import DosageForm, Product, Release
from taper.source import Subject

NAME = "formulation-swap"
SUBJECT = Subject.DOSAGE
READS = ("indication",)


@dataclass(frozen=True, slots=True)
class _Made:
    """A release and a form in which the plan takes the drug, and the course and step that first use it."""

    release: Release
    form: DosageForm
    course: str
    step: int
    day: int

    def __str__(self) -> str:
        return f"{self.release}-release {self.form}"

    def is_meant_by(self, words: str) -> bool:
        """Whether a source's words name this release or this form, and none other."""
        plain = words.lower().replace("-", " ")
        releases = [item for item in Release if f"{item} release" in plain]
        forms = [item for item in DosageForm if str(item).replace("-", " ") in plain]
        longest = max(forms, key=lambda form: len(str(form)), default=None)
        if not releases and longest is None:
            return False
        return (not releases or self.release in releases) and (longest is None or self.form is longest)


def assess(case: Case) -> Iterator[Answer]:
    """Find drugs that the plan takes in more than one release or form, at one time or one after the other.

    Where a source says that the two cannot replace each other, it is moderate; so is a change of release, and between a
    tablet kept in the mouth and one that is swallowed, by the rule itself. Other changes of form that no source covers
    are not assessed. What was taken before day 1 has no product and is not compared.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        about = (fact for fact in monograph.interchanges if case.indication_fits(fact, drug) is not False)
        facts = yield from heard(case, NAME, drug, about)
        made = _made(case, drug)
        if len(made) > 1:
            yield from _pairs(case, drug, made, facts)
        else:
            yield from (Clear(rule=NAME, drug=drug, source=fact.source) for fact in facts)


def _made(case: Case, drug: str) -> list[_Made]:
    found: dict[tuple[Release, DosageForm], _Made] = {}
    for course in case.courses_of(drug):
        products = {product.id: product for product in course.used}
        bounds = course.course.bounds(case.start)
        for number, (step, (first, _)) in enumerate(zip(course.steps, bounds, strict=True), start=1):
            names = {p.product for day in step.days for intake in day.intakes for p in intake.recipe.portions}
            for product in (products[name] for name in sorted(names)):
                key = _key(product)
                if key not in found or first < found[key].day:
                    found[key] = _Made(*key, course.course.id, number, first)
    return sorted(found.values(), key=lambda item: (item.day, str(item)))


def _key(product: Product) -> tuple[Release, DosageForm]:
    return product.release, product.form


def _pairs(case: Case, drug: str, made: list[_Made], facts: tuple[Interchange, ...]) -> Iterator[Answer]:
    for index, one in enumerate(made):
        for other in made[index + 1 :]:
            naming = [fact for fact in facts if _names(fact, one, other)]
            for fact in naming:
                happens = f"{drug} is taken as {one} and, {case.when(other.day, other.day)}, as {other}"
                yield find(case, NAME, drug, fact, Severity.MODERATE, happens, fact.what, course=other.course,
                           step=other.step, day=other.day, value=str(other), limit=str(one))  # fmt: skip
            if not naming:
                yield from _untold(case, drug, facts)
                yield _by_itself(case, drug, one, other)


def _names(fact: Interchange, one: _Made, other: _Made) -> bool:
    first, second = fact.between
    return (one.is_meant_by(first) and other.is_meant_by(second)) or (
        one.is_meant_by(second) and other.is_meant_by(first)
    )


def _by_itself(case: Case, drug: str, one: _Made, other: _Made) -> Answer:
    kept = {one.form is DosageForm.SUBLINGUAL_TABLET, other.form is DosageForm.SUBLINGUAL_TABLET}
    if one.release is other.release and len(kept) == 1:
        return gap(NAME, drug, Reason.NO_SOURCE, f"whether {one} and {other} stand in for each other")
    return by_source(
        case,
        NAME,
        drug,
        None,
        Severity.MODERATE,
        f"{drug} is taken as {one} and, {case.when(other.day, other.day)}, as {other}",
        "the two are taken up differently",
        course=other.course,
        step=other.step,
        day=other.day,
        value=str(other),
        limit=str(one),
    )


def _is_told(fact: Interchange, case: Case, drug: str) -> bool:
    """Whether a source's words can be told apart by release and form at all."""
    held = case.formulary.monograph(drug).products
    every = [_Made(*_key(product), "", 0, 0) for product in held]
    return all(any(item.is_meant_by(words) for item in every) for words in fact.between)


def _untold(case: Case, drug: str, facts: tuple[Interchange, ...]) -> Iterator[Answer]:
    for fact in facts:
        if not _is_told(fact, case, drug):
            missing = f"which products {fact.between[0]} and {fact.between[1]} are; {fact.what}"
            yield gap(NAME, drug, Reason.PRODUCTS, missing, of=[fact])
