"""The command kidney: a proposal for a person's kidney function, by one named source."""

import argparse

from taper.cli.options import add_json, add_plan
from taper.cli.output import print_json
from taper.cli.plan_inputs import formulary_of, products_of, read_plan_named
from taper.people.patient import Patient, load_patient
from taper.planning.kidney_proposal import KidneyProposal, propose_for_kidney
from taper.words.notice import NOTICE


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_plan(parser)
    parser.add_argument("--patient", required=True, metavar="FILE", help="facts about the person")
    parser.add_argument("--source", required=True, metavar="NAME", help="whose advice; there is no default")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    plan, patient = read_plan_named(options), load_patient(options.patient)
    formulary = formulary_of(options)
    products = products_of(options, plan, formulary)
    proposal = propose_for_kidney(plan, patient, source=options.source, products=products, formulary=formulary)
    if options.json:
        print_json({**proposal.model_dump(mode="json", exclude={"plan"}), "plan": proposal.plan.to_dict()})
    else:
        print(_proposal_text(proposal, patient), end="")
    return 0


def _proposal_text(proposal: KidneyProposal, patient: Patient) -> str:
    age = f", age {patient.age}" if patient.age is not None else ""
    lines = [f"A proposal by one source, not a plan. {NOTICE}", "", f"Source: {proposal.source.citation}",
             f"Basis: {proposal.basis}. Person: {proposal.place}{age}. It says: {proposal.says}."]  # fmt: skip
    lines += [f"Note: {proposal.note}."] if proposal.note else []
    for item in proposal.changes:
        lines.append(f"  {item.course}, step {item.step}, {item.slot}: {item.before} -> {item.after} ({item.why})")
    lines += [] if proposal.changes else ["  No dose would change."]
    lines += [f"  {c.id}, step {n}: {step}" for c in proposal.plan.courses for n, step in enumerate(c.steps, start=1)]
    return "\n".join(lines) + "\n"
