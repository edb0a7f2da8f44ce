"""Options that several commands share, and what their exit codes mean."""

import argparse

from taper.products.product import DosageForm, Release

FOUND, NOT_COMPUTED, NOT_ASSESSED = 1, 2, 3


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Add PLAN and where its products come from."""
    parser.add_argument("plan", metavar="PLAN", help="a plan file, - for standard input, or a protocol's name")
    parser.add_argument(
        "--choose", action="append", default=[], metavar="NAME=OPTION", help="a choice a protocol leaves open"
    )
    parser.add_argument("--products", metavar="FILE", help="the products to use; the shipped ones if not given")
    parser.add_argument("--market", metavar="us|uk", help="whose shipped products; us where on file, if not given")
    add_statements(parser)
    parser.add_argument(
        "--overlay", metavar="FILE", help="a TOML file of local limits and products, on top of the shipped"
    )


def add_statements(parser: argparse.ArgumentParser) -> None:
    """Add what a caller states of products: --only, --divide, --dilute and --syringe."""
    parser.add_argument(
        "--dilute",
        action="append",
        default=[],
        metavar="STRENGTH in VOLUME, MARKS",
        help='a tablet in water, of which some is taken and the rest thrown away: "4 mg in 100 mL, 1 mL"',
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="ID|STRENGTH",
        help='use this product, such as "2 mg"; may be repeated',
    )
    parser.add_argument(
        "--divide",
        action="append",
        default=[],
        metavar="STRENGTH=PARTS",
        help='permit dividing, such as "2mg=2"',
    )
    parser.add_argument(
        "--syringe",
        metavar="VOLUME, MARKS",
        help='what liquids are measured with: "5 mL, 0.2 mL"; marks of 0.1 mL are assumed where there is nothing else',
    )


def add_days(parser: argparse.ArgumentParser) -> None:
    """Add the start and the horizon."""
    parser.add_argument(
        "--start", metavar="DATE", help="the date of day 1; needed, but for --log, which holds it, and --without-dates"
    )
    parser.add_argument("--days", type=int, metavar="N", help="the horizon of an open plan; a window on a closed one")


def add_log(parser: argparse.ArgumentParser) -> None:
    """Add --log."""
    parser.add_argument("--log", metavar="FILE", help="the plan after what happened, as `taper log` writes it")


def add_out(parser: argparse.ArgumentParser) -> None:
    """Add --out and --force."""
    parser.add_argument(
        "--out",
        action="append",
        default=[],
        metavar="FILE",
        help="write to a file, whole or not at all; may be repeated; - is standard output",
    )
    parser.add_argument("--force", action="store_true", help="overwrite files that exist")


def add_drug(parser: argparse.ArgumentParser) -> None:
    """Add DRUG and where its products come from."""
    parser.add_argument("drug", metavar="DRUG", help="its name or a brand; `taper drugs` lists those on file")
    parser.add_argument("--products", metavar="FILE", help="the products to use; the shipped ones if not given")
    parser.add_argument("--market", metavar="us|uk", help="whose shipped products; us where on file, if not given")
    add_statements(parser)
    parser.add_argument("--release", choices=list(Release), help="of which release, where several are on file")
    parser.add_argument("--form", choices=list(DosageForm), help="of which form, such as tablet or oral-solution")


def _from_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1; write it in digits, such as 4")
    return int(text)


def add_pieces(parser: argparse.ArgumentParser) -> None:
    """Add --pieces."""
    parser.add_argument("--pieces", type=_from_one, metavar="N", help="the most pieces in one intake; 4 if not given")
