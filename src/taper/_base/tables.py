"""A small table for a notebook, readable on a light and on a dark page."""

from collections.abc import Iterable
from html import escape

# The page's own color for text and lines, and no background: a dark page stays dark.
_CELL = "border:1px solid color-mix(in srgb,currentColor 40%,transparent);padding:2px 8px;text-align:left"
_TABLE = "border-collapse:collapse;color:inherit;background:transparent;font-size:90%"


def write_html_table(caption: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table as HTML with its style beside it; every cell is text, whatever it holds."""
    heads = "".join(f'<th scope="col" style="{_CELL}">{escape(column)}</th>' for column in columns)
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    head = (
        f'<caption style="text-align:left;font-weight:bold">{escape(caption)}</caption><thead><tr>{heads}</tr></thead>'
    )
    return f'<table style="{_TABLE}">{head}<tbody>{lines}</tbody></table>'


def _cell(text: str) -> str:
    return f'<td style="{_CELL};vertical-align:top;white-space:pre">{escape(text)}</td>'
