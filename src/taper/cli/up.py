"""The command up: a drug increased, by a label's steps or by an increment."""

import argparse

from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.cli.drug_inputs import products_of_drug, read_day, read_dose, read_slots, weights_of
from taper.cli.options import add_drug, add_json, add_pieces
from taper.cli.output import deliver_plan
from taper.cli.planner_options import add_arguments
from taper.cli.sheets import add_plan_out
from taper.errors import InvalidInput, NotFound
from taper.knowledge.formulary import Formulary
from taper.knowledge.monograph import Titration
from taper.people.patient import load_patient
from taper.planning.kidney_proposal import propose_for_kidney
from taper.planning.titration import choose_titration, plan_titration
from taper.plans.everyday_pace import plain_pace
from taper.plans.plan import Plan
from taper.products.product import Product


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_drug(parser)
    parser.add_argument("--to", required=True, metavar="DOSE", help="the daily total to arrive at")
    parser.add_argument("--slots", required=True, metavar="evening,morning,...", help="in the order they are added")
    parser.add_argument("--by", required=True, metavar="label|DOSE every TIME", help='label, or "5 mg every 3 days"')
    parser.add_argument("--label", metavar="SOURCE", help="whose titration, where several are on file")
    parser.add_argument("--column", metavar="NAME", help="the co-medication column, where a source has several")
    add_arguments(parser, plan_titration, "indication", "aim")
    parser.add_argument("--from", dest="before", metavar="DAY", help="what is taken now; nothing if not given")
    parser.add_argument("--first", metavar="DAY; DAY", help='the days to begin with: "12.5 mg bedtime; 25 mg bedtime"')
    parser.add_argument("--larger", metavar="TIME", help="add to the day's total, the larger part at this time of day")
    parser.add_argument("--then", metavar="DOSE every TIME", help="where a label's steps end: on by this increment")
    add_pieces(parser)
    parser.add_argument("--kidney", metavar="SOURCE", help="apply this source's kidney advice to the start")
    add_arguments(parser, plan_titration, "title")
    add_plan_out(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    drug, products = products_of_drug(options)
    made = plan_titration(
        drug=drug,
        to=read_dose(options.to, "--to", products),
        slots=read_slots(options.slots, "--slots"),
        products=products,
        by=_by(options, drug),
        before=read_day(options.before, "--from", products) if options.before else "nothing",
        aim=options.aim,
        first=[read_day(day, "--first") for day in options.first.split(";")] if options.first else (),
        larger=options.larger,
        beyond=_increment(options.then, "--then") if options.then else None,
        weights=weights_of(options),
        indication=options.indication,
        title=options.title,
    )
    if options.kidney is None:
        return deliver_plan(made.plan, made.report.text(), made.report.to_dict(), options, products)
    return _for_kidney(made.plan, products, options)


def _by(options: argparse.Namespace, drug: str) -> Titration | tuple[Dose | str, Duration]:
    if options.by == "label":
        monograph = Formulary.shipped().monograph(drug)
        asked = {"source": options.label, "column": options.column, "indication": options.indication}
        try:
            return choose_titration(monograph, **asked)
        except NotFound as error:
            error.where = "--label SOURCE, --column NAME or --indication NAME"
            raise
    return _increment(options.by, "--by")


def _increment(text: str, where: str) -> tuple[Dose, Duration]:
    size, found, time = plain_pace(text, where=where).replace(",", "").partition(" every ")
    if not found:
        label = "label, or " if where == "--by" else ""
        raise InvalidInput(f'{text!r} is no increase; write {label}"5 mg every 3 days"', where=where)
    return Dose.parse(size), Duration.parse(time if time[:1].isdigit() else f"1 {time}")


def _for_kidney(plan: Plan, products: tuple[Product, ...], options: argparse.Namespace) -> int:
    if options.patient is None:
        raise InvalidInput("kidney advice needs facts about the person; add --patient FILE", where="--kidney")
    patient = load_patient(options.patient)
    proposal = propose_for_kidney(plan, patient, source=options.kidney, products=products)
    lines = [f"A proposal by one source: {proposal.source.citation}", f"{proposal.place}: {proposal.says}."]
    lines += [f"step {c.step}, {c.slot}: {c.before} -> {c.after} ({c.why})" for c in proposal.changes]
    lines += [f"step {number}: {step}" for number, step in enumerate(proposal.plan.courses[0].steps, start=1)]
    data = proposal.model_dump(mode="json", exclude={"plan"})
    return deliver_plan(proposal.plan, "\n".join(lines), data, options, products)
