"""Pieces of the page as HTML: the plan by date, what would make it gentler, the supply, the review."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from taper import Finding, NotAssessed, Review, Schedule, Source, Supply
from taper.checks.rule_titles import title_of
from taper.formats.table import plain_sheet, table_rows
from taper.words.plain import describe_changes, describe_ending, describe_tally
from taper.words.review_text import sentence, summary

_LINK = re.compile(r"https?://[^\s;,)]+")


def plan_table(schedule: Schedule) -> str:
    """What was taken before the plan, the plan by date, and how it ends."""
    sheet = plain_sheet(schedule)
    heads, *rows = table_rows(sheet)
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    # A row that begins no days goes on with those of the row before, such as the second drug of a cross-taper.
    begun = ("</tbody><tbody>" if row[0] and index else "" for index, row in enumerate(rows))
    body = "".join(f"{before}{_row(heads, row)}" for before, row in zip(begun, rows, strict=True))
    told = [*describe_ending(schedule), *describe_changes(schedule)]
    below = items(line.strip(" *-") for line in told)
    above = "".join(f"<p>{escape(line)}</p>" for line in sheet.before)
    return f'{above}<table class="by-date"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}'


def _row(heads: tuple[str, ...], row: tuple[str, ...]) -> str:
    """A row; what is said of all times of day, such as a stop, spans their columns."""
    shown = list(zip(heads, row, strict=True))
    spans = ""
    if len(row) > 3 and row[2] and not any(row[3:]):
        shown, spans = shown[:3], f' colspan="{len(row) - 2}"'
    cells = "".join(
        f'<td data-head="{"" if spans and index == 2 else escape(head)}"{_changed(cell)}'
        f"{spans if index == 2 else ''}>{escape(cell)}</td>"
        for index, (head, cell) in enumerate(shown)
    )
    return f"<tr>{cells}</tr>"


def _changed(cell: str) -> str:
    return ' class="changed"' if cell.endswith(" *") else ""


def items(lines: Iterable[str]) -> str:
    """Lines as a list."""
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines if line)
    return f"<ul>{listed}</ul>" if listed else ""


def supply_list(supply: Supply) -> str:
    """What to supply, product by product."""
    words = f"{supply.days_supply} days, {supply.start} to {supply.last}"
    return f"<p>{escape(words)}</p>{items(line.strip() for line in describe_tally(supply))}"


def gentler(report: dict[str, Any]) -> str:
    """The reductions that matter, which of them are larger than asked and why, and what would make them smaller."""
    if not isinstance(report.get("largest_fall"), str):
        return ""
    changes = [change for change in report.get("changes", ()) if isinstance(change, dict)]
    said = report["largest_fall"].rstrip(".")
    lines = [f"Largest reduction: {said}." if changes else f"{said}."]
    if report.get("last_fall") and report["last_fall"] != report["largest_fall"]:
        lines.append(f"Last reduction: {report['last_fall']}.")
    forced = [change for change in changes if change.get("excess")]
    if forced:
        lines.append(f"{len(forced)} of {len(changes)} reductions are larger than asked.")
    lines += [
        f"Day {change['day']}, {change['from']} to {change['to']}: {why['certificate']}."
        for change in forced
        for why in change["excess"]
    ]
    lines += [_addition(one) for one in (report.get("additions") or [])[:1]]
    lines += [str(report["without"])] if report.get("without") else []
    return items(lines)


def _addition(one: dict[str, Any]) -> str:
    then = (
        "no reduction is larger than asked"
        if one["excess"] == "0"
        else "reductions are still larger than asked, but by less"
    )
    return f"Gentler with {one['what']}: then {then}."


def review_list(review: Review) -> str:
    """The review: one line to act on, then each finding with its sources, then what is open."""
    parts = [f'<p class="summary">{escape(summary(review))}</p>']
    parts += [_finding(finding) for finding in review.findings]
    if review.not_assessed:
        listed = "".join(f"<li>{_gap(gap)}</li>" for gap in review.not_assessed)
        parts.append(f"<h3>Not assessed</h3><ul>{listed}</ul>")
    return "".join(parts)


def _finding(finding: Finding) -> str:
    happens = (finding.happens or finding.message).rstrip(".")
    told = "".join(_statement(item) for item in finding.each)
    dates = f" <span class='dates'>{escape(finding.dates)}</span>" if finding.dates else ""
    return (
        f'<details class="finding {finding.severity.value}"><summary><strong>{finding.severity.value}</strong> '
        f"{escape(happens[:1].upper() + happens[1:])}.{dates}</summary><ul>{told}</ul></details>"
    )


def _statement(item: Finding) -> str:
    says = f"{escape(item.says)}. " if item.says else ""
    note = f" {escape(item.note)}" if item.note else ""
    return f"<li>{says}{note}{cited(item.source) if item.source else ''}</li>"


def _gap(gap: NotAssessed) -> str:
    of = f" ({gap.drug})" if gap.drug else ""
    return f"<strong>{escape(title_of(gap.rule))}</strong>{escape(of)}: {escape(sentence(gap))}"


def cited(source: Source) -> str:
    """A source in full, its address as a link that opens beside the page."""
    return f'<p class="cited">{escape(source.citation)}<br>{"".join(_linked(source.locator))}</p>'


def _linked(text: str) -> Iterator[str]:
    at = 0
    for found in _LINK.finditer(text):
        address = escape(found[0])
        yield escape(text[at : found.start()])
        yield f'<a href="{address}" target="_blank" rel="noopener noreferrer">{address}</a>'
        at = found.end()
    yield escape(text[at:])
