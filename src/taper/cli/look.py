"""Commands that show what is held: drugs, one drug's monograph, protocols."""

import argparse
from typing import Any

from taper.cli.common import add_command, add_json, formulary_of, print_json
from taper.formats.monograph_text import to_monograph_text
from taper.formulary import Formulary
from taper.protocols import load_protocol, protocol_names


def add(commands: Any) -> None:
    """Add the commands drugs, show and protocols."""
    add_json(add_command(commands, "drugs", _drugs, "list the drugs held"))
    show = add_command(commands, "show", _show, "print what is held about a drug, with its sources")
    show.add_argument("drug", metavar="DRUG")
    show.add_argument(
        "--overlay", metavar="FILE", help="a TOML file of local limits and products, laid over the shipped"
    )
    add_json(show)
    add_json(add_command(commands, "protocols", _protocols, "list the shipped protocols and examples"))


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
