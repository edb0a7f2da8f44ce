"""The command import: a plan read from what another program wrote."""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence

from taper.cli.options import NOT_COMPUTED, add_json, add_out
from taper.cli.output import STDOUT, json_text, to_be_written
from taper.errors import InvalidInput
from taper.formats.fhir.read.import_report import NO_PLAN, CannotImport, ImportReport, acceptable
from taper.formats.fhir.read.plan import FhirPlan, load_fhir


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="a MedicationRequest, a Bundle of them, or NDJSON with one resource on each line, R4 or R5; a Dosage too",
    )
    parser.add_argument("--version", choices=["R4", "R5"], help="read from the elements if not given")
    parser.add_argument(
        "--slots",
        action="append",
        default=[],
        metavar="TIME,TIME",
        help="times of day of a dose that is taken as many times a day as are named; once for each number of times",
    )
    parser.add_argument("--strength", metavar="AMOUNT", help="what one unit holds, 5 mg, or a volume, 2 mg/5 mL")
    parser.add_argument("--drug", metavar="NAME", help="the drug to read, and what it is called in the plan")
    parser.add_argument("--patient", metavar="ID", help="whose requests to read")
    parser.add_argument("--select", action="append", default=[], metavar="ID", help="the id of a request to read")
    parser.add_argument("--accept", action="append", default=[], metavar="text,gap", help="what may disagree")
    add_out(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    try:
        found = load_fhir(
            options.file,
            version=options.version,
            slots=_slots(options.slots),
            strength=options.strength,
            accept=_parts(options.accept),
            patient=options.patient,
            drug=options.drug,
            select=_parts(options.select),
        )
    except CannotImport as error:
        print(f"taper: {NO_PLAN if error.reports else error}", file=sys.stderr)
        _print_reports(error.reports)
        if may_stand := acceptable(error.reports):
            print(f"where the codes are what is meant: --accept {','.join(may_stand)}", file=sys.stderr)
        return NOT_COMPUTED
    start = f"starts on {found.start}" if found.start else "has no start"
    print(f"taper: read as {found.version}; the plan {start}", file=sys.stderr)
    _print_reports(found.reports)
    _deliver(found, options)
    return 0


def _print_reports(reports: Iterable[ImportReport]) -> None:
    """Each report once, in a line on standard error; what refuses stands first."""
    for report in sorted(reports, key=lambda one: not one.refuses):
        print(f"  {'refused' if report.refuses else 'noticed'}: {report}", file=sys.stderr)


def _deliver(found: FhirPlan, options: argparse.Namespace) -> None:
    """The plan alone, to the file that was named or to standard output; with --json, its reports beside it."""
    files = {name: found.plan.to_json() for name in options.out if name != STDOUT}
    with to_be_written(files, options):
        if options.json:
            start = found.start.isoformat() if found.start else None
            reports = [str(report) for report in found.reports]
            data = {"version": found.version, "start": start, "reports": reports}
            print(json_text({"plan": found.plan.to_dict(), "report": data}), end="", flush=True)
        elif not options.out or STDOUT in options.out:
            print(found.plan.to_json(), end="", flush=True)


def _parts(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for one in given for part in one.split(",") if part.strip())


def _slots(given: Sequence[str]) -> Mapping[int, Sequence[str]] | None:
    """Times of day by how many there are.

    Raises:
        InvalidInput: If two lists are of one length.
    """
    made: dict[int, Sequence[str]] = {}
    for one in given:
        named = _parts([one])
        if len(named) in made:
            raise InvalidInput(f"{one!r} is a second list of {len(named)}; name one for each number", where="--slots")
        made[len(named)] = named
    return made or None
