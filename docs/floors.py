"""The floors of the library as a picture, from the import contract and the folders' docstrings."""

import ast
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "taper"
_WIDTH, _HIGH, _GAP, _MARGIN = 860, 46, 10, 16


def floors() -> list[list[str]]:
    """The floors from top to bottom, each with the folders that stand on it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    listed = [[name.strip() for name in layer.split("|")] for layer in layers]
    return [names for names in listed if names != ["__main__"]]


def about(name: str) -> str:
    """What a folder or a module says that it is, in one line."""
    folder = PACKAGE / name / "__init__.py"
    path = folder if folder.exists() else PACKAGE / f"{name}.py"
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    says = text.splitlines()[0].removeprefix(f"{name.capitalize()}: ")
    return says[:1].upper() + says[1:]


def picture() -> str:
    """The floors as an SVG image; each folder says below its name what it is."""
    listed = floors()
    height = 2 * _MARGIN + len(listed) * (_HIGH + _GAP) - _GAP
    rows = "\n".join(_row(names, _MARGIN + index * (_HIGH + _GAP)) for index, names in enumerate(listed))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'font-family="sans-serif">\n'
        "<title>The floors of the library, from top to bottom</title>\n"
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>\n{rows}\n</svg>\n'
    )


def _row(names: list[str], top: int) -> str:
    wide = (_WIDTH - 2 * _MARGIN - (len(names) - 1) * _GAP) // len(names)
    return "\n".join(_box(name, _MARGIN + place * (wide + _GAP), top, wide) for place, name in enumerate(names))


def _box(name: str, left: int, top: int, wide: int) -> str:
    says = _shortened(about(name), wide)
    return (
        f'<rect x="{left}" y="{top}" width="{wide}" height="{_HIGH}" rx="4" fill="#eef3f8" stroke="#3b5b7a"/>\n'
        f'<text x="{left + 10}" y="{top + 19}" font-size="14" font-weight="bold" fill="#1b2b3a">{escape(name)}</text>\n'
        f'<text x="{left + 10}" y="{top + 36}" font-size="11" fill="#1b2b3a">{escape(says)}</text>'
    )


def _shortened(text: str, wide: int) -> str:
    room = (wide - 20) * 10 // 56
    return text if len(text) <= room else text[: text.rindex(" ", 0, room - 2)].rstrip(",;:") + " ..."


def table() -> list[str]:
    """The floors as rows of a table: floor, folder, what it is."""
    rows = ["| floor | folder | what it is |", "| --- | --- | --- |"]
    for number, names in enumerate(floors()):
        rows += [f"| {len(floors()) - number} | `{name}` | {about(name)} |" for name in names]
    return rows
