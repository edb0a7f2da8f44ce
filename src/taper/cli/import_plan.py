"""The command import: a plan read from what another program wrote."""

import argparse
import sys

from taper.cli.options import NOT_COMPUTED, add_json, add_out
from taper.cli.output import deliver_plan
from taper.formats.fhir.read.import_report import CannotImport
from taper.formats.fhir.read.plan import load_fhir


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="FILE", help="a FHIR MedicationRequest or a Bundle of them, R4 or R5")
    parser.add_argument("--version", choices=["R4", "R5"], help="told by the elements if not given")
    parser.add_argument("--accept", action="append", default=[], choices=["text", "gap"], help="what may disagree")
    add_out(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    try:
        found = load_fhir(options.file, version=options.version, accept=options.accept)
    except CannotImport as error:
        print(f"taper: {error}", file=sys.stderr)
        for report in error.reports:
            print(f"  {'refused' if report.refuses else 'noticed'}: {report}", file=sys.stderr)
        return NOT_COMPUTED
    reports = [str(report) for report in found.reports]
    start = f"starts on {found.start}" if found.start else "has no start"
    text = "\n".join([f"Read as {found.version}; it {start}.", *reports, "", found.plan.to_json()])
    data = {"version": found.version, "start": found.start.isoformat() if found.start else None, "reports": reports}
    return deliver_plan(found.plan, text, data, options)
