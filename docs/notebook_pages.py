"""Each executed notebook as a page: its text, its code, and what the code printed and drew.

The build of the documentation writes them from the committed copies; `examples/run_notebooks.py --check` holds those
to what a run gives.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

EXAMPLES = Path(__file__).parent.parent / "examples"
PAGES = Path(__file__).parent / "tutorials" / "notebooks"
_PICTURES = {"image/svg+xml": ("svg", str.encode), "image/png": ("png", b64decode)}


def pages() -> dict[str, bytes]:
    """The page of every notebook, and its pictures, by their names."""
    made: dict[str, bytes] = {}
    for path in sorted(EXAMPLES.glob("[0-9]*.ipynb")):
        pictures: dict[str, bytes] = {}
        text = "\n\n".join(_parts(nbformat.read(path, as_version=4).cells, path.stem, pictures))
        made |= pictures | {f"{path.stem}.md": text.encode() + b"\n"}
    return made


def write_pages() -> None:
    """Write what is not there already, and remove what no notebook has any more."""
    PAGES.mkdir(exist_ok=True)
    made = pages()
    for old in PAGES.iterdir():
        if old.name not in made:
            old.unlink()
    for name, held in made.items():
        page = PAGES / name
        if not page.exists() or page.read_bytes() != held:
            page.write_bytes(held)


def _parts(cells: list[Any], name: str, pictures: dict[str, bytes]) -> Iterator[str]:
    """The cells as Markdown; the pictures that they draw are added to those of the notebook."""
    heading = ""
    for cell in cells:
        if cell.cell_type == "markdown":
            head, _, rest = cell.source.partition("\n")
            heading = head.lstrip("# ") if head.startswith("#") else heading
            yield f"{head}\n\n{_download(name)}\n{rest}" if head.startswith("# ") else cell.source
            continue
        yield f"````python\n{cell.source}\n````"
        for output in cell.outputs:
            drawn = next((kind for kind in _PICTURES if kind in output.get("data", {})), None)
            if drawn is None:
                printed = output.get("text") or output.data["text/plain"]
                yield f"````{{code-block}} text\n:class: output\n\n{printed}\n````"
                continue
            suffix, read = _PICTURES[drawn]
            file = f"{name}-{len(pictures) + 1}.{suffix}"
            pictures[file] = read(output.data[drawn])
            yield f"![{_title_in(cell.source) or heading}]({file})"


def _download(name: str) -> str:
    return f"{{download}}`Download this notebook <../../../examples/{name}.ipynb>` to work in it."


def _title_in(source: str) -> str:
    """What a picture shows, for who cannot see it: the title that the code gives it, if it gives one."""
    named = re.findall(r'(?:title\(|point = \(?|alt = )\s*f?"([^"]+)"', source)
    return named[-1].replace("\\n", " ") if named else ""
