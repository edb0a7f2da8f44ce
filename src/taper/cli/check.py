"""Commands that compare a plan with sources: check, kidney."""

import argparse
from typing import Any

from taper.amounts.duration import read_date
from taper.checks.check import check, rule_names
from taper.checks.review import Review, Severity
from taper.cli.options import (
    FOUND,
    NOT_ASSESSED,
    add_command,
    add_json,
    add_plan,
    formulary_of,
    print_json,
    products_of,
    read_plan_named,
    realized_of,
)
from taper.errors import NotFound
from taper.people.patient import UNKNOWN, Patient, load_patient
from taper.planning.kidney_proposal import KidneyProposal, propose_for_kidney
from taper.schedules.realization import RealizedPlan
from taper.words import NOTICE
from taper.words.review_text import review_text


def add(commands: Any) -> None:
    """Add the commands check and kidney."""
    _add_check(add_command(commands, "check", _check, "compare a plan with every cited limit"))
    words = "propose a plan for a person's kidney function, by one named source"
    _add_kidney(add_command(commands, "kidney", _kidney, words))


def _add_check(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    parser.add_argument("--start", metavar="DATE", help="the date of day 1")
    parser.add_argument("--patient", metavar="FILE", help="facts about the person")
    parser.add_argument(
        "--source", action="append", default=[], metavar="NAME", help="compare with this source only; may be repeated"
    )
    parser.add_argument(
        "--fail-on", choices=[s.value for s in Severity], default="high", help="the severity that exits with 1"
    )
    parser.add_argument("--accept-not-assessed", default="", metavar="RULE,...", help="rules that may stay unassessed")
    parser.add_argument("--explain", action="store_true", help="give every source with its place, and what was clear")
    add_json(parser)


def _add_kidney(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    parser.add_argument("--patient", required=True, metavar="FILE", help="facts about the person")
    parser.add_argument("--source", required=True, metavar="NAME", help="whose advice; there is no default")
    add_json(parser)


def _check(options: argparse.Namespace) -> int:
    start = read_date(options.start) if options.start else None
    patient = load_patient(options.patient) if options.patient else UNKNOWN
    accepted = _rules(options.accept_not_assessed)
    made = realized_of(options)
    review = check(made, patient, start=start, sources=options.source, market=options.market)
    if options.json:
        print_json(review.model_dump(mode="json"))
    else:
        print(_review_text(made, review, explain=options.explain), end="")
    graver = [f for f in review.findings if f.severity.rank >= Severity(options.fail_on).rank]
    unseen = [gap for gap in review.not_assessed if gap.rule not in accepted]
    return FOUND if graver else NOT_ASSESSED if unseen else 0


def _rules(text: str) -> set[str]:
    names = {name.strip() for name in text.split(",") if name.strip()}
    for name in sorted(names - set(rule_names())):
        raise NotFound(f"--accept-not-assessed: {name!r} is not a rule. Rules: {', '.join(rule_names())}")
    return names


def _review_text(made: RealizedPlan, review: Review, *, explain: bool) -> str:
    title = made.plan.title or ", ".join(made.drugs)
    return "\n".join([title, "", *review_text(review, explain=explain), "", NOTICE]) + "\n"


def _kidney(options: argparse.Namespace) -> int:
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
