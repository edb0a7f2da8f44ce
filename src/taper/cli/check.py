"""The command check: a plan compared with every cited limit."""

import argparse

from taper.amounts.duration import read_date
from taper.checks.check import check, rule_names
from taper.checks.review import Review, Severity
from taper.cli.options import FOUND, NOT_ASSESSED, add_json, add_log, add_plan
from taper.cli.output import print_json
from taper.cli.parsing import nearest
from taper.cli.plan_inputs import adjusted_by, realized_of
from taper.cli.settings import remembered_market
from taper.errors import NotFound
from taper.people.patient import UNKNOWN, load_patient
from taper.schedules.realization import RealizedPlan
from taper.words.notice import NOTICE
from taper.words.review_text import review_text


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_plan(parser)
    parser.add_argument("--start", metavar="DATE", help="the date of day 1")
    add_log(parser)
    parser.add_argument("--patient", metavar="FILE", help="facts about the person")
    parser.add_argument(
        "--source", action="append", default=[], metavar="NAME", help="compare with this source only; may be repeated"
    )
    parser.add_argument(
        "--fail-on", choices=[s.value for s in Severity], default="high", help="the severity that exits with 1"
    )
    parser.add_argument("--accept-not-assessed", metavar="RULE,...", help="rules that may be left not assessed")
    parser.add_argument("--explain", action="store_true", help="give every source with its place, and what was clear")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    start = read_date(options.start) if options.start else None
    patient = load_patient(options.patient) if options.patient else UNKNOWN
    accepted = _rules(options.accept_not_assessed or "")
    market = options.market or (remembered_market() or (None,))[0]
    if options.log:
        adjusted = adjusted_by(options.log, options)
        made, review = adjusted.realized, check(adjusted, patient, sources=options.source, market=market)
    else:
        made = realized_of(options)
        review = check(made, patient, start=start, sources=options.source, market=market)
    if options.json:
        print_json(review.model_dump(mode="json"))
    else:
        print(_review_text(made, review, explain=options.explain), end="")
    graver = [f for f in review.findings if f.severity.rank >= Severity(options.fail_on).rank]
    unseen = [gap for gap in review.not_assessed if not accepted.issuperset(gap.rules)]
    return FOUND if graver else NOT_ASSESSED if unseen else 0


def _rules(text: str) -> set[str]:
    names = {name.strip() for name in text.split(",") if name.strip()}
    for name in sorted(names - set(rule_names())):
        hint = nearest(name, rule_names(), otherwise="")
        raise NotFound(f"--accept-not-assessed: {name!r} is not a rule{hint}. Rules: {', '.join(rule_names())}")
    return names


def _review_text(made: RealizedPlan, review: Review, *, explain: bool) -> str:
    title = made.plan.title or ", ".join(made.drugs)
    chosen = [f"Products: {words}." for words in made.choices]
    return "\n".join([title, *chosen, "", *review_text(review, explain=explain), "", NOTICE]) + "\n"
