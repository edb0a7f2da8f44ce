"""Commands that show what is held: drugs, one drug's monograph, protocols, and what has not been looked at lately."""

import argparse
from typing import Any

from taper.amounts.duration import read_date
from taper.cli.options import FOUND, add_command, add_json, formulary_of, print_json
from taper.formats.monograph import to_monograph_text
from taper.knowledge.formulary import Formulary
from taper.knowledge.protocols import load_protocol, protocol_names
from taper.knowledge.stale import list_stale


def add(commands: Any) -> None:
    """Add the commands drugs, show, protocols and stale."""
    add_json(add_command(commands, "drugs", _drugs, "list the drugs held"))
    show = add_command(commands, "show", _show, "print what is held about a drug, with its sources")
    show.add_argument("drug", metavar="DRUG")
    show.add_argument(
        "--overlay", metavar="FILE", help="a TOML file of local limits and products, laid over the shipped"
    )
    add_json(show)
    add_json(add_command(commands, "protocols", _protocols, "list the shipped protocols and examples"))
    stale = add_command(commands, "stale", _stale, "list the sources looked at more than a year before a day")
    stale.add_argument("--as-of", required=True, metavar="DATE", help="the day to count from")
    stale.add_argument("--overlay", metavar="FILE", help="a TOML file laid over the shipped")
    add_json(stale)


def _drugs(options: argparse.Namespace) -> int:
    formulary = Formulary.shipped()
    if options.json:
        print_json({"drugs": list(formulary.drugs)})
    else:
        print("\n".join(formulary.drugs))
    return 0


def _show(options: argparse.Namespace) -> int:
    monograph = formulary_of(options).monograph(options.drug)
    if options.json:
        print_json(monograph.model_dump(mode="json", exclude_none=True))
    else:
        print(to_monograph_text(monograph), end="")
    return 0


def _protocols(options: argparse.Namespace) -> int:
    held = [load_protocol(name) for name in protocol_names()]
    if options.json:
        print_json(
            {"protocols": [item.model_dump(mode="json", exclude={"variants"}, exclude_none=True) for item in held]}
        )
        return 0
    for item in held:
        print(f"{item.id}  [{item.status}]  {item.title}\n    {item.note}\n    {item.source.citation}")
        for choice in item.choices:
            print(f"    --choose {choice.name}={' | '.join(choice.options)}: {choice.question}")
    return 0


def _stale(options: argparse.Namespace) -> int:
    found = list_stale(formulary_of(options), as_of=read_date(options.as_of))
    if options.json:
        print_json({"stale": [{"source": item.source.id, "verified_on": item.source.verified_on.isoformat(),
                               "cited_by": list(item.cited_by)} for item in found]})  # fmt: skip
    else:
        lines = [f"{item.source.citation}\n    for {', '.join(item.cited_by)}" for item in found]
        print("\n".join([*lines, f"{len(found)} sources were looked at more than a year before {options.as_of}."]))
    return FOUND if found else 0
