"""A quantity read as an amount: a mass, a count of a product, or a volume, by its code or by the word for people."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from taper._base.shown import show
from taper.amounts.dose import Dose, MassUnit
from taper.errors import InvalidInput
from taper.formats.fhir.quantity import (
    MASS_OF_CODE,
    SAYS_MORE,
    TIME_OF,
    UCUM,
    CountKind,
    Units,
    count_kind,
    is_alike,
    meaning_of,
    read_number,
    unit_meaning,
    word_of,
)
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.tables import table, time_words, unit_codes
from taper.products.product import refuse_route

_CODES_OF_TIME = {*TIME_OF, "h"}
_WRONG = {"mcg": "mcg is not UCUM; the code is ug", "{mcg}": "braces are an annotation; the code is ug",
          "µg": "the code is ug", "μg": "the code is ug"}  # fmt: skip


def read_amount(data: Mapping[str, Any]) -> Dose | Units:
    """A Quantity as a dose, or as a count of tablets, capsules, packets, pieces or mL; nothing else is read.

    A code of a system that is on file decides; a word decides where there is none.

    Raises:
        InvalidInput: If its unit is neither, it has none, or its unit for people says something else than its code.
        OutOfScope: If its unit is one of another route, such as a patch.
    """
    number, (system, code, unit) = read_number(data), _words_of_unit(data)
    meant = _unit_of(system, code, unit)
    return Dose(number, meant) if isinstance(meant, MassUnit) else Units(number, unit or code, meant)


def _words_of_unit(data: Mapping[str, Any]) -> tuple[str | None, str, str]:
    """The system, the code and the unit of a quantity; a system that is no text is none."""
    system = data.get("system")
    return system if isinstance(system, str) else None, word_of(data, "code"), word_of(data, "unit")


@lru_cache(maxsize=1024)
def _unit_of(system: str | None, code: str, unit: str) -> MassUnit | CountKind:
    """What a code and a word for people mean together; remembered, since orders write few units many times."""
    if not code and not unit:
        raise InvalidInput("the quantity has no unit; write a UCUM code such as mg")
    coded = _coded(system, code, unit)
    told = unit_meaning(unit) if unit else None
    differs = unit and coded is not None and not is_alike(coded, told) and unit != code
    if differs and (told is not None or SAYS_MORE.search(unit)):
        raise InvalidInput(f"the unit is {show(unit)} and its code is {show(code)}; make them agree")
    meant = told if coded == "piece" and told is not None else coded or told
    if meant is None:
        refuse_route(unit or code)
        raise InvalidInput(
            f"the unit {show(unit or code)} is no mass and no count of tablets or capsules that is known; "
            "write mg, ug or g"
        )
    return meant


@lru_cache(maxsize=1024)
def _unread_parts(system: str | None, code: str, unit: str) -> tuple[tuple[str, str, str], ...]:
    """What of a unit is not known although the amount is: which part, what it says, and what is read in its place."""
    is_known = unit_meaning(unit) is not None or unit.casefold() in time_words()
    made = []
    if unit and code and unit != code and not is_known:
        made.append(("unit", unit, "its code"))
    if system not in (None, UCUM) and unit_codes(system) is None:
        made.append(("system", system, "its unit or code"))
    elif code and unit and unit != code and _meant(system, code) is None and code not in _CODES_OF_TIME:
        made.append(("code", code, "its unit"))
    return tuple(made)


def _meant(system: object, code: str) -> MassUnit | CountKind | None:
    """What a code means in its system, or None where that is not on file."""
    if system == UCUM:
        kind = count_kind(code[1:-1]) if code[:1] == "{" and code[-1:] == "}" else None
        return MASS_OF_CODE.get(code) or kind or ("mL" if code in {"mL", "ml"} else None)
    held = unit_codes(system) if isinstance(system, str) else None
    return None if held is None else meaning_of(held.get(code, ""))


def _coded(system: object, code: str, unit: str) -> MassUnit | CountKind | None:
    """What a code means; None where there is none, or it is not known and the unit beside it counts something.

    Raises:
        InvalidInput: If it is not known in a system that is on file, and the unit counts nothing.
    """
    meant = _meant(system, code) if code else None
    if meant is not None or not code:
        return meant
    if system == UCUM:
        return _of_ucum(code, unit)
    if isinstance(system, str) and unit_codes(system) is not None:
        if system not in table("units")["open"] or count_kind(unit) not in {"tablet", "capsule", "packet"}:
            raise InvalidInput(
                f"the code {show(code)} is no mass and no unit of a product that is known; write mg, ug or g"
            )
        return None
    return unit_meaning(code)


def _of_ucum(code: str, unit: str) -> CountKind | None:
    """What a code stands for that UCUM does not have, or that says one of what the unit names, such as "1"."""
    counted, told = count_kind(unit), count_kind(code)
    says_one = code == "1" or (code.startswith("{") and code.endswith("}"))
    if counted is not None and (says_one or (told is not None and is_alike(told, counted))):
        return None
    raise InvalidInput(f"the UCUM unit {show(code)} is no mass that a dose is read from; {_hint(code)}")


def read_volume(data: Mapping[str, Any]) -> Fraction | None:
    """The milliliters of a Quantity, or None if it is no volume in mL.

    Raises:
        InvalidInput: If its unit for people is not its code, or it is no exact number.
    """
    if _meant(data.get("system"), word_of(data, "code")) != "mL":
        return None
    unit = word_of(data, "unit")
    if unit and unit_meaning(unit) != "mL":
        raise InvalidInput(f"the unit is {show(unit)} and its code is 'mL'; make them agree")
    return read_number(data)


def _hint(code: str) -> str:
    return _WRONG.get(code, "write mg, ug or g")


def report_unit(quantity: Mapping[str, Any], at: str, notes: Notes) -> None:
    """Report the unit, code or system of a quantity that is not known, and what is read in its place."""
    for part, said, other in _unread_parts(*_words_of_unit(quantity)):
        notes.report("not-read", f"{at}.{part}", f"the {part} {show(said)} is not known, and {other} is read")
