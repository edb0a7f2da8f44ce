"""The command drugs: the drugs on file, and of what there are facts."""

import argparse
from collections.abc import Iterator

from taper.cli.options import add_json
from taper.cli.output import print_json
from taper.knowledge.formulary import Formulary


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--coverage", action="store_true", help="for which rules there are facts, from where, how fresh; lists counted"
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    formulary = Formulary.shipped()
    if not options.coverage:
        print_json({"drugs": list(formulary.drugs)}) if options.json else print("\n".join(formulary.drugs))
    elif options.json:
        print_json(_data(formulary))
    else:
        print("\n".join(_lines(formulary)))
    return 0


def _lines(formulary: Formulary) -> Iterator[str]:
    from taper.knowledge.coverage import count_listed, coverage, looked_at

    for drug in formulary.drugs:
        monograph = formulary.monograph(drug)
        held = coverage(monograph)
        yield f"{drug}, its sources looked at on {looked_at(monograph)}"
        yield from (f"  {rule}: {', '.join(map(str, speak))}" for rule, speak in held.items() if speak)
        yield f"  not assessed: {', '.join(rule for rule, speak in held.items() if not speak) or 'none of these rules'}"
    for each in count_listed(formulary):
        total = len(each.held) + len(each.absent)
        yield f"{each.listed.title} ({each.listed.source.year}): {len(each.held)} of {total} medicines on file"


def _data(formulary: Formulary) -> dict[str, object]:
    from taper.knowledge.coverage import count_listed, coverage

    drugs = {
        drug: {
            "reviewed_on": formulary.monograph(drug).reviewed_on.isoformat(),
            "rules": {
                rule: [
                    {
                        "country": voice.country,
                        "sources": voice.sources,
                        "newest": voice.newest,
                        "looked_at": voice.looked_at.isoformat(),
                    }
                    for voice in speak
                ]
                for rule, speak in coverage(formulary.monograph(drug)).items()
            },
        }
        for drug in formulary.drugs
    }
    lists = [
        {
            "list": each.listed.id,
            "source": each.listed.source.id,
            "on_file": list(each.held),
            "absent": list(each.absent),
        }
        for each in count_listed(formulary)
    ]
    return {"drugs": drugs, "lists": lists}
