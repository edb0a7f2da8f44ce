"""The command protocols: the shipped protocols and examples."""

import argparse

from taper.cli.options import add_json
from taper.cli.output import print_json
from taper.knowledge.protocols import load_protocol, protocol_names


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    held = [load_protocol(name) for name in protocol_names()]
    if options.json:
        print_json(
            {"protocols": [item.model_dump(mode="json", exclude={"variants"}, exclude_none=True) for item in held]}
        )
        return 0
    for item in held:
        print(f"{item.id}  [{item.status}]  {item.title}\n    {item.note}\n    {item.source.citation}")
        if item.needs:
            print(f"    Needs {item.needs}")
        for choice in item.choices:
            print(f"    --choose {choice.name}={' | '.join(choice.options)}: {choice.question}")
    return 0
