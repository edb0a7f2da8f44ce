"""Dilutions made at home."""

from collections.abc import Iterator

from taper.checks.case import Case
from taper.checks.review import Answer, Clear, Finding, Severity
from taper.products.dilution import Dilution
from taper.products.product import Product
from taper.schedules.realization import RealizedCourse

NAME = "dilution"
SUBJECT = None
READS: tuple[str, ...] = ()


def assess(case: Case) -> Iterator[Answer]:
    """Find doses that are taken as a part of tablets in water, as the caller stated, and the rest thrown away.

    It is moderate: that the drug spreads evenly in the water is the caller's word, and no source is compared. A course
    with a liquid that is not made at home is clear; the rule does not apply to one without liquids.
    """
    for course in case.courses:
        made = [(product, product.made_from) for product in course.used if product.made_from is not None]
        yield from (_finding(course, product, dilution) for product, dilution in made)
        if not made and any(product.form.is_liquid for product in course.used):
            yield Clear(rule=NAME, drug=course.drug)


def _finding(course: RealizedCourse, product: Product, made: Dilution) -> Finding:
    volumes = sorted(
        {
            portion.volume
            for step in course.steps
            for day in step.days
            for intake in day.intakes
            for portion in intake.recipe.portions
            if portion.product == product.id and portion.volume is not None
        }
    )
    taken = str(volumes[0]) if len(volumes) == 1 else f"{volumes[0]} to {volumes[-1]}"
    return Finding(
        rule=NAME,
        severity=Severity.MODERATE,
        message=f"{made} is made at home each time, as the caller states ({product.id}): {taken} is taken and the rest "
        "thrown away; no source is compared on whether the drug spreads evenly in it",
        drug=course.drug,
        course=course.course.id,
        value=taken,
        limit=str(made.volume),
    )
