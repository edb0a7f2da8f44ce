"""The command down: a taper that real products can make."""

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

from taper._base.numbers import write_number
from taper.amounts.dose import Dose
from taper.cli.drug_inputs import check_syringe, products_of_drug, read_day, weights_of
from taper.cli.options import add_drug, add_json, add_pieces
from taper.cli.output import deliver_plan
from taper.cli.planner_options import add_arguments, flag, plain_arguments
from taper.cli.sheets import add_plan_out
from taper.errors import InvalidInput, TaperError
from taper.knowledge.formulary import Formulary
from taper.paces.pace import Fixed, OfCurrent, Pace
from taper.paces.phases import Phases, are_phases
from taper.planning.phases import PhasedTaper, plan_phases
from taper.planning.taper import Taper, plan_taper
from taper.plans.regimen import Regimen, Slot
from taper.products.product import Product

_OF_THEIR_OWN = {"drug", "before", "products", "pace", "to", "excess", "weights"}
"""Arguments of a taper that are options of another shape: DRUG, --from, --forbid-excess, --pieces."""
OF_A_TAPER = [name for name in plain_arguments(plan_taper) if name not in _OF_THEIR_OWN]
OF_EVERY_TAPER = [name for name in OF_A_TAPER if name in plain_arguments(plan_phases)]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_drug(parser)
    parser.add_argument(
        "--from",
        dest="before",
        required=True,
        metavar="DAY",
        help='such as "10 mg morning, 10 mg bedtime" or "10 mg every 6 hours from 06:00"',
    )
    parser.add_argument("--to", default="0", metavar="DOSE|DAY", help="0, a daily total, or a day; 0 if not given")
    parser.add_argument(
        "--pace",
        help='such as "10%% of current, at least 1 mg, up to 12.5%%, every 2 weeks"; in phases: '
        '"10%% of current every 2 weeks to 10 mg, then 1 mg every 4 weeks"',
    )
    parser.add_argument(
        "--forbid-excess", action="store_true", help="fail if the products force a larger reduction than asked"
    )
    parser.add_argument("--explain", action="store_true", help="how plans were compared, and the alternatives")
    add_pieces(parser)
    add_arguments(parser, plan_taper, *OF_A_TAPER)
    add_plan_out(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    drug, products = products_of_drug(options)
    before = read_day(options.before, "--from", products)
    check_syringe(options, products, [*(intake.dose for intake in before), *_amounts(options.pace)])
    asked: dict[str, Any] = {
        "drug": drug,
        "before": before,
        "products": products,
        "excess": "forbid" if options.forbid_excess else "report",
        "weights": weights_of(options),
        **{name: getattr(options, name) for name in OF_EVERY_TAPER},
    }
    if not options.pace and not options.over:
        raise InvalidInput('how fast is not said; add it, such as --pace "2 mg every 2 weeks" or --over "12 weeks"')
    made = _planned(asked, options)
    data, text = made.report.to_dict(), made.report.text(explain=options.explain)
    if options.divide or options.dilute or options.syringe:
        data["without"] = _without(asked, options)
        text = f"{text}\n{data['without']}"
    return deliver_plan(made.plan, text, data, options, products)


def _without(asked: dict[str, Any], options: argparse.Namespace) -> str:
    """What the plan would be without what was permitted, and without the syringe."""
    stated = [
        *(f"--divide {text}" for text in options.divide),
        *(f"--dilute {text}" for text in options.dilute),
        *([f"--syringe {options.syringe}"] if options.syringe else []),
    ]
    _, products = products_of_drug(options, as_stated=False)
    try:
        report = _planned({**asked, "products": products}, options).report
        made = f"{len(report.rows)} reductions, the largest {report.largest.words}"
    except TaperError as error:
        made = f"no plan, {error}"
    return f"Without {' and '.join(stated)}: {made.rstrip('.')}."


def _planned(asked: dict[str, Any], options: argparse.Namespace) -> Taper | PhasedTaper:
    if options.pace and are_phases(options.pace):
        _refuse_beside_phases(options)
        return plan_phases(**asked, phases=options.pace)
    return plan_taper(
        **asked,
        to=_target(options.to, asked["products"]),
        pace=_pace(options.pace, asked["drug"]) if options.pace else None,
        **{name: getattr(options, name) for name in OF_A_TAPER if name not in asked},
    )


def _amounts(text: str | None) -> Iterator[Dose]:
    """The amounts that a pace names: the reduction, the smallest reduction, and the last dose."""
    if not text:
        return
    try:
        paces = [phase.pace for phase in Phases.parse(text).phases] if are_phases(text) else [Pace.parse(text)]
    except InvalidInput:
        return  # said by the planner, with what the products make
    for base in (pace.base for pace in paces):
        if isinstance(base, Fixed):
            yield base.low
        elif isinstance(base, OfCurrent):
            yield from (dose for dose in (base.at_least, base.last_dose) if dose is not None)


def _refuse_beside_phases(options: argparse.Namespace) -> None:
    for name in OF_A_TAPER:
        if name not in {*OF_EVERY_TAPER, "forms"} and getattr(options, name) is not None:
            raise InvalidInput("phases say how long they take; remove it, or give one pace", where=flag(name))
    if options.to.strip() != "0":
        raise InvalidInput('the last phase says where it ends, "to 5 mg"; remove --to', where="--to")
    if options.forms != "any":
        raise InvalidInput("phases cannot keep to one form; give one pace, or products of one form", where="--forms")


def _pace(text: str, drug: str) -> str:
    """The pace as written; one of occupancy without its curve is refused with the curves on file of the drug."""
    monograph = Formulary.shipped().get(drug)
    if "occupancy" not in text or " with " in text or monograph is None or not monograph.occupancies:
        return text
    held = "; ".join(
        f"with Vmax {write_number(curve.vmax)} and Km {write_number(curve.km)} mg by {curve.source.id}"
        f" ({curve.target}{f', {curve.region}' if curve.region else ''})"
        for curve in monograph.occupancies
    )
    raise InvalidInput(
        f"points of occupancy need a curve; write one of those on file for {drug}: {held}", where="--pace"
    )


def _target(text: str, products: Sequence[Product]) -> Regimen | Dose | str:
    """Where the taper ends: nothing, a daily total, or a day. One amount without a time is a total."""
    if text.strip().lower() in {"0", "0 mg", "nothing", "zero", "none", "off", "stop"}:
        return "0"
    day = read_day(text, "--to", products)
    return day.intakes[0].dose if day.slots == (Slot("daily"),) else day
