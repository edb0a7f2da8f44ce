"""Products as a person types them, one a line: a strength, a form, and how it may be divided or measured."""

import re
from typing import Any

from taper.products.product import DosageForm
from taper_page.command import Refused

_PARTS = {"whole": None, "halves": 2, "half": 2, "quarters": 4, "thirds": 3}


def _plain(form: str) -> str:
    return form.strip().lower().replace("-", " ")


_FORMS = {_plain(form): str(form) for form in DosageForm}
_EXAMPLES = '"5 mg tablet, halves" or "2 mg/5 mL oral-solution, 0.1 mL"'


def read_products(lines: list[str], drug: str) -> list[dict[str, Any]]:
    """The products as the library reads them from a file.

    Raises:
        Refused: If a line says no product.
    """
    return [_product(line, drug, number) for number, line in enumerate(lines, start=1)]


def _product(line: str, drug: str, number: int) -> dict[str, Any]:
    head, *more = (part.strip() for part in line.split(","))
    found = re.fullmatch(r"(?P<strength>[0-9.]+ ?[a-zA-Z]+(?: ?/ ?[0-9.]* ?mL)?)\s+(?P<form>[a-zA-Z][a-zA-Z -]*)", head)
    if found is None:
        raise Refused(f"{line!r} is no product; write {_EXAMPLES}", "own")
    form = _FORMS.get(_plain(found["form"]))
    if form is None:
        known = ", ".join(_FORMS.values())
        raise Refused(f"{found['form'].strip()!r} is not a form; write one of {known}", "own")
    name = re.sub(r"[^a-z0-9]+", "-", f"own {number} {found['strength']} {form}".lower())
    made: dict[str, Any] = {"id": name, "drug": drug, "form": form}
    made["concentration" if "/" in found["strength"] else "strength"] = found["strength"]
    for part in more:
        if part in _PARTS:
            made |= {"score": _PARTS[part]} if _PARTS[part] else {}
        elif re.fullmatch(r"[0-9.]+ ?mL", part):
            made |= {"smallest_volume": part, "graduation": part}
        else:
            raise Refused(
                f"{part!r} is neither halves, thirds, quarters nor the marks of a measure; write {_EXAMPLES}", "own"
            )
    return made
