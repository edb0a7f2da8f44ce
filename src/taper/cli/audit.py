"""The command audit: what a table of dispensed medicines says of tapers, stops and doses, with the rules named."""

import argparse
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from taper._base.extras import need
from taper._base.files import write_whole
from taper._base.folders import whole_folder
from taper._base.shown import align
from taper.amounts.duration import InvalidDate, read_date
from taper.batch.definitions import Duplicates, EpisodeDefinition, GapDose, Length, Overlap, SpanRules, Stockpiling
from taper.cli.options import add_json
from taper.cli.output import STDOUT, json_text
from taper.errors import InvalidInput
from taper.products.product import DosageForm, Release
from taper.words.notice import NOTICE

if TYPE_CHECKING:
    from taper.batch.audit import AuditResult


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="FILE.parquet", help="columns person, drug, start, end, quantity, strength and "
                        "days_supply")  # fmt: skip
    rules = parser.add_argument_group("rules, each to be named; docs/explanation/many-people.md has their sources")
    _choice(rules, "length", Length, "what says how long an exposure lasts, where a row has both")
    rules.add_argument("--longest", type=int, required=True, metavar="DAYS", help="that one exposure lasts")
    _choice(rules, "duplicates", Duplicates, "what equal rows are")
    _choice(rules, "stockpiling", Stockpiling, "what waits until the supply before it is used up")
    _choice(rules, "overlap", Overlap, "what is taken where exposures overlap")
    _choice(rules, "gap", GapDose, "what is taken between exposures")
    rules.add_argument("--grace", type=int, required=True, metavar="DAYS", help="the longest gap that is filled, or 0")
    rules.add_argument("--ends-after", type=int, required=True, metavar="DAYS", help="a longer gap ends an episode")
    rules.add_argument("--since", required=True, metavar="DATE", help="the first day that the file covers")
    rules.add_argument("--until", required=True, metavar="DATE", help="the last day that the file covers")
    rules.add_argument("--washout", type=int, required=True, metavar="DAYS", help="without the drug before a new one")
    rules.add_argument("--least-change", required=True, metavar="PART", help="of a dose in a taper, such as 15/100")
    parser.add_argument("--people", metavar="FILE.parquet", help="kidney figures: person, date, egfr and crcl")
    parser.add_argument("--overlay", metavar="FILE", help="a TOML file of local limits, on top of the shipped")
    parser.add_argument("--market", metavar="us|uk", help="whose products were dispensed")
    parser.add_argument("--release", choices=list(Release), help="the release of all that was dispensed")
    parser.add_argument("--form", choices=list(DosageForm), help="the form of all that was dispensed")
    parser.add_argument("--memory", default="512 MB", metavar="AMOUNT", help="the most that duckdb takes; 512 MB")
    parser.add_argument("--out", required=True, metavar="FOLDER", help="for the results, whole or not at all")
    parser.add_argument("--force", action="store_true", help="replace the folder of an earlier audit")
    add_json(parser)


def _choice(group: Any, name: str, choices: Any, words: str) -> None:
    group.add_argument(f"--{name}", required=True, choices=get_args(choices), help=words)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    rules = SpanRules(
        length=options.length, longest=options.longest, duplicates=options.duplicates, gap=options.gap,
        stockpiling=options.stockpiling, overlap=options.overlap, grace=options.grace,
    )  # fmt: skip
    definition = EpisodeDefinition(
        ends_after=options.ends_after, since=_date(options, "since"), until=_date(options, "until"),
        washout=options.washout, least_change=options.least_change,
    )  # fmt: skip
    need("matplotlib", install="audit", purpose="an audit")  # before the work, and not at its end
    if options.out == STDOUT:
        raise InvalidInput("an audit is a folder; name one, or ./- for a folder of that name", where="--out")
    with whole_folder(options.out, force=options.force, only=_WRITTEN) as folder:
        result = _audited(options, folder, rules, definition)
        text, data = _table(result), json_text(_data(result))
        _draw(result, folder)
        write_whole(folder / "summary.txt", text, force=False)
        write_whole(folder / "summary.json", data, force=False)
        shutil.rmtree(folder / "temporary", ignore_errors=True)
    print(data if options.json else f"{text}\n{NOTICE}\n", end="")
    print(f"wrote {options.out}", file=sys.stderr)
    return 0


def _date(options: argparse.Namespace, name: str) -> date:
    try:
        return read_date(getattr(options, name))
    except InvalidDate as error:
        raise InvalidDate(error.message, where=f"--{name}") from None


def _audited(
    options: argparse.Namespace, folder: Path, rules: SpanRules, definition: EpisodeDefinition
) -> "AuditResult":
    from taper.batch.audit import audit
    from taper.knowledge.formulary import Formulary

    shipped = Formulary.shipped()
    return audit(
        options.file, folder, rules=rules, definition=definition, people=options.people, market=options.market,
        facts=shipped.overlaid(options.overlay) if options.overlay else shipped, memory=options.memory,
        release=Release(options.release) if options.release else None,
        form=DosageForm(options.form) if options.form else None,
    )  # fmt: skip


_PICTURES = ("lasting", "reductions", "stops")
_WRITTEN = frozenset({
    *(f"{name}.parquet" for name in ("set_aside", "spans", "episodes", "findings")),
    *(f"{name}.svg" for name in _PICTURES), "summary.txt", "summary.json",
})  # fmt: skip


def _draw(result: "AuditResult", folder: Path) -> None:
    from taper.formats.plots.audit import plot_lasting, plot_reductions, plot_stops

    stops = {drug.drug: (drug.at_once, drug.stopped) for drug in result.drugs}
    pictures = (plot_lasting(result.lasting), plot_reductions(result.falls), plot_stops(stops))
    for name, picture in zip(_PICTURES, pictures, strict=True):
        picture.save(folder / f"{name}.svg")


_COLUMNS = ("drug", "people", "episodes", "tapers", "titrations", "stopped", "at once")
_RULES = ("ceiling", "kidney", "pace", "abrupt-stop")


def _table(result: "AuditResult") -> str:
    rows: list[tuple[str, ...]] = [(*_COLUMNS, *_RULES)]
    for drug in result.drugs:
        counts = (drug.people, drug.episodes, drug.tapers, drug.titrations, drug.stopped, drug.at_once)
        rows.append((drug.drug, *(str(count) for count in (*counts, *(drug.found.get(rule, 0) for rule in _RULES)))))
    compared, known = _facts(result)
    facts = (
        f"{compared} of the {known} facts on file about these drugs were compared with everyone; "
        "`compared_facts` of taper.batch names the others, and what each depends on."
    )
    note = "The last four columns count episodes that go beyond a source somewhere; taper check says how grave it is."
    return "\n".join([str(result.account), "", *align(rows, counts=True), "", note, facts, ""])


def _facts(result: "AuditResult") -> tuple[int, int]:
    from taper.batch.facts import Use

    return sum(item.use is Use.COMPARED for item in result.facts), len(result.facts)


def _data(result: "AuditResult") -> dict[str, Any]:
    account, (compared, known) = result.account, _facts(result)
    return {
        "rows": {"read": account.read, "used": account.used, "set_aside": account.set_aside,
                 "reasons": {str(reason): count for reason, count in sorted(account.reasons.items())}},
        "facts": {"on_file": known, "compared": compared},
        "drugs": [
            {"drug": drug.drug, "people": drug.people, "episodes": drug.episodes, "tapers": drug.tapers,
             "titrations": drug.titrations, "stopped": drug.stopped, "stopped_at_once": drug.at_once,
             "episodes_with_findings": dict(drug.found)}
            for drug in result.drugs
        ],
    }  # fmt: skip
