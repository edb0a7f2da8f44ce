"""A schedule as plain rows, for any program that takes a list of dicts."""

from typing import Any

from taper.records import FIELDS, records_of
from taper.schedule import Schedule


def to_records(schedule: Schedule) -> list[dict[str, Any]]:
    """A schedule as a list of dicts, one for each portion of each dose, in order of date and time.

    Keys: `date`; `day`, counted from 1; `course`; `step`; `drug`; `slot`; `dose`, the text of the whole dose;
    `portion`, counted from 1 within the dose; `mg`, the exact amount in this portion; `product`, its id; `label`;
    `count` of units or `volume_ml`, exact, the other None; `note`, what the day says of the course beside its doses,
    such as "waits for review". A day without doses has no row, but for one that says why: "not taken" or "decision
    needed" with 0 mg, where `slot`, `dose`, `portion`, `product` and `label` are None.

    Units:
        `mg` in mg, `volume_ml` in mL; both and `count` are `fractions.Fraction`.

    Example:
        >>> from datetime import date
        >>> from taper import Plan, Product, realize, to_schedule
        >>> plan = Plan.read({"courses": [{"drug": "x", "then": "stop",
        ...     "steps": [{"for": "2 days", "regimen": {"evening": "7.5 mg"}}]}]})
        >>> made = realize(plan, [Product(id="x5", drug="x", form="tablet", strength="5 mg", score=2)])
        >>> row = to_records(to_schedule(made, start=date(2027, 3, 1)))[0]
        >>> row["dose"], row["mg"], row["count"]
        ('7.5 mg', Fraction(15, 2), Fraction(3, 2))
    """
    return [{name: getattr(record, name) for name in FIELDS} for record in records_of(schedule)]
