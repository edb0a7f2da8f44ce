"""What a portion is, in plain English: so many units, or a volume with its dose and its concentration."""

from fractions import Fraction

from taper._base.numbers import say_count
from taper.products.product import Portion, Product


def describe_portion(portion: Portion, product: Product) -> str:
    """A portion for a person: "1 and 1/2 x 5 mg tablet", "2.5 mL of 2 mg/5 mL oral solution (1 mg)"."""
    if portion.volume is not None and product.made_from is not None:
        made, dose = product.made_from, product.dose_of(portion)
        return f"{made}, {portion.volume} of it ({dose}) taken, the rest thrown away"
    if portion.volume is not None:
        return f"{portion.volume} of {product.label} ({product.dose_of(portion)})"
    return f"{say_count(portion.count or Fraction(0))} x {product.label}"
