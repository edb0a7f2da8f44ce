"""The commands up and cross: a drug increased, and a drug replaced by another."""

import argparse
from typing import Any

from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.cli.options import (
    add_command,
    add_drug,
    add_json,
    add_out,
    add_pieces,
    deliver_plan,
    of_one_release,
    products_of_drug,
    read_day,
    read_time,
    those_of_drug,
    weights_of,
)
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.knowledge.monograph import Titration
from taper.people.patient import load_patient
from taper.planning import choose_titration, plan_cross_taper, plan_titration
from taper.planning.kidney_proposal import propose_for_kidney
from taper.plans.plan import Plan
from taper.products.product import DosageForm, Product, Release, load_products


def add(commands: Any) -> None:
    """Add the commands up and cross."""
    _add_up(add_command(commands, "up", _up, "plan an increase, by a label's steps or by an increment"))
    _add_cross(add_command(commands, "cross", _cross, "replace a drug by another in stages"))


def _add_up(parser: argparse.ArgumentParser) -> None:
    add_drug(parser)
    parser.add_argument("--to", required=True, metavar="DOSE", help="the daily total to arrive at")
    parser.add_argument("--slots", required=True, metavar="evening,morning,...", help="in the order they are added")
    parser.add_argument("--by", required=True, metavar="label|DOSE every TIME", help='label, or "5 mg every 3 days"')
    parser.add_argument("--label", metavar="SOURCE", help="whose titration, where several are held")
    parser.add_argument("--column", metavar="NAME", help="the co-medication column, where a source has several")
    parser.add_argument("--indication", metavar="NAME")
    parser.add_argument("--aim", choices=["slow", "fast"], help="which end of a labeled range")
    parser.add_argument("--from", dest="before", metavar="DAY", help="what is taken now; nothing if not given")
    add_pieces(parser)
    parser.add_argument("--patient", metavar="FILE", help="facts about the person, for --kidney")
    parser.add_argument("--kidney", metavar="SOURCE", help="apply this source's kidney advice to the start")
    parser.add_argument("--title")
    add_out(parser)
    add_json(parser)


def _add_cross(parser: argparse.ArgumentParser) -> None:
    add_drug(parser)
    parser.add_argument("--from", dest="before", required=True, metavar="DAY", help='"1 mg morning, 1 mg bedtime"')
    parser.add_argument("--to-drug", required=True, metavar="DRUG", help="the drug to go over to")
    parser.add_argument("--to-products", metavar="FILE", help="its products; else those of --products, or the shipped")
    parser.add_argument("--to-release", choices=list(Release), help="of which release, where several are held")
    parser.add_argument("--to-form", choices=list(DosageForm), help="of which form")
    parser.add_argument("--turns", metavar="bedtime,morning,...", help="the order in which the intakes change over")
    add_pieces(parser)
    parser.add_argument("--equivalence", required=True, metavar="NAME", help="the table; there is no default")
    parser.add_argument("--every", required=True, metavar="TIME", help="how long each stage lasts")
    parser.add_argument("--rounding", required=True, choices=["down", "up", "nearest"], help="of what cannot be made")
    parser.add_argument("--stages", type=int, metavar="N", help="in so many proportional stages")
    parser.add_argument("--pace", help="taper the second drug afterwards at this pace")
    parser.add_argument("--order", help="whose turn it is in that taper")
    parser.add_argument("--title")
    add_out(parser)
    add_json(parser)


def _up(options: argparse.Namespace) -> int:
    drug, products = products_of_drug(options)
    made = plan_titration(
        drug=drug,
        to=options.to,
        slots=[name.strip() for name in options.slots.split(",")],
        products=products,
        by=_by(options, drug),
        before=read_day(options.before, "--from") if options.before else "nothing",
        aim=options.aim,
        weights=weights_of(options),
        indication=options.indication,
        title=options.title,
    )
    if options.kidney is None:
        return deliver_plan(made.plan, str(made.report), made.report.to_dict(), options)
    return _for_kidney(made.plan, products, options)


def _by(options: argparse.Namespace, drug: str) -> Titration | tuple[Dose | str, Duration]:
    if options.by == "label":
        monograph = Formulary.shipped().monograph(drug)
        return choose_titration(monograph, source=options.label, column=options.column, indication=options.indication)
    size, found, time = options.by.partition(" every ")
    if not found:
        raise InvalidInput(f'{options.by!r} is no increase; write label, or "5 mg every 3 days"', where="--by")
    return Dose.parse(size), Duration.parse(time)


def _for_kidney(plan: Plan, products: tuple[Product, ...], options: argparse.Namespace) -> int:
    if options.patient is None:
        raise InvalidInput("kidney advice needs facts about the person; add --patient FILE", where="--kidney")
    patient = load_patient(options.patient)
    proposal = propose_for_kidney(plan, patient, source=options.kidney, products=products)
    lines = [f"A proposal by one source: {proposal.source.citation}", f"{proposal.place}: {proposal.says}."]
    lines += [f"step {c.step}, {c.slot}: {c.before} -> {c.after} ({c.why})" for c in proposal.changes]
    lines += [f"step {number}: {step}" for number, step in enumerate(proposal.plan.courses[0].steps, start=1)]
    data = proposal.model_dump(mode="json", exclude={"plan"})
    return deliver_plan(proposal.plan, "\n".join(lines), data, options)


def _cross(options: argparse.Namespace) -> int:
    formulary = Formulary.shipped()
    drug, products = products_of_drug(options)
    to_drug = formulary.name_of(options.to_drug)
    if options.order and not options.pace:
        raise InvalidInput("an order belongs to the taper that follows; add --pace, or --turns", where="--order")
    made = plan_cross_taper(
        drug=drug,
        before=read_day(options.before, "--from"),
        products=products,
        to_drug=to_drug,
        to_products=_to_products(options, formulary, to_drug),
        equivalence=formulary.table(options.equivalence),
        every=read_time(options.every) or Duration(1),
        rounding=options.rounding,
        stages=options.stages if options.stages is not None else "intake by intake",
        order=[name.strip() for name in options.turns.split(",")] if options.turns else (),
        tables=formulary.tables,
        weights=weights_of(options),
        then={"pace": options.pace, "order": options.order} if options.pace else None,
        title=options.title,
    )
    return deliver_plan(made.plan, str(made), made.to_dict(), options)


def _to_products(options: argparse.Namespace, formulary: Formulary, drug: str) -> tuple[Product, ...]:
    file = options.to_products or options.products
    given = load_products(file) if file else ()
    held = any(product.drug == drug for product in given) or options.to_products
    found = those_of_drug(drug, given if held else (), file if held else None, options.market, formulary)
    return of_one_release(found, options.to_release, options.to_form, "--to-release")
