"""Divided tablets, against the maker's score."""

from collections.abc import Iterator

from taper.checks.answers import by_source
from taper.checks.case import Case
from taper.checks.review import Answer, Clear, Finding, Severity
from taper.products.product import Product
from taper.schedules.realization import RealizedCourse

NAME = "score"
SUBJECT = None
READS: tuple[str, ...] = ()


def assess(case: Case) -> Iterator[Answer]:
    """Say for each divided product whether its maker says it divides, or the caller permitted it.

    A permission against a maker's word is moderate; one where the maker's word is unknown is low, and so is a cited
    score line whose source, as far as it was read, does not say that the parts are equal. A course that divides nothing
    is clear, and so is a score that the caller gives without a source.
    """
    for course in case.courses:
        divided = [product for product in course.used if _is_divided(course, product)]
        for product in divided:
            yield _answer(case, course, product)
        if not divided:
            yield Clear(rule=NAME, drug=course.drug)


def _is_divided(course: RealizedCourse, product: Product) -> bool:
    return any(
        portion.product == product.id and portion.count is not None and portion.count.denominator > 1
        for step in course.steps
        for day in step.days
        for intake in day.intakes
        for portion in intake.recipe.portions
    )


def _answer(case: Case, course: RealizedCourse, product: Product) -> Answer:
    if not product.is_permitted_beyond_score:
        if product.score_source is not None and not product.equal_parts:
            return _by_line(case, course, product)
        return Clear(rule=NAME, drug=course.drug, source=product.score_source)
    known = product.score != "unknown"
    return by_source(
        case,
        NAME,
        course.drug,
        product.score_source,
        Severity.MODERATE if known else Severity.LOW,
        f"{product.label} ({product.id}) is divided into {product.pieces} by the caller's permission",
        f"its maker's score is {product.score}",
        about=product.id,
        course=course.course.id,
        value=f"1/{product.pieces}",
        limit=str(product.score),
    )


def _by_line(case: Case, course: RealizedCourse, product: Product) -> Finding:
    source = product.score_source
    assert source is not None
    words = f"{product.label} ({product.id}) is divided into {product.pieces} by its score line"
    return by_source(
        case,
        NAME,
        course.drug,
        source,
        Severity.LOW,
        words,
        "what was read does not say that the parts are equal",
        about=product.id,
        course=course.course.id,
        value=f"1/{product.pieces}",
        limit=str(product.score),
    )
