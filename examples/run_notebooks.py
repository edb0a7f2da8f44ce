"""Run every notebook from its percent file and keep the executed copy beside it.

`python examples/run_notebooks.py` runs every notebook and writes its `.ipynb` file. `--check` writes nothing and fails
where a run gives other cells or other printed text than the committed copy. Names choose some of the notebooks.
"""

import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
MOST_CELLS = 15


def percent_files(names: list[str]) -> list[Path]:
    """The notebooks' percent files: those named, or all."""
    found = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
    return [path for path in found if not names or any(name in path.name for name in names)]


def run(path: Path) -> Any:
    """Execute one percent file from top to bottom and give the notebook with its outputs."""
    notebook = jupytext.read(path)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index:02d}"
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}})
    client.execute()
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def shown(notebook: Any) -> list[tuple[str, str, str]]:
    """What a reader sees of a notebook, pictures aside: kind of cell, source, and text."""
    return [(cell.cell_type, cell.source, _text(cell)) for cell in notebook.cells]


def _text(cell: Any) -> str:
    parts = []
    for output in cell.get("outputs", []):
        parts.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
    return "".join("" if "<Figure" in part or "object at 0x" in part else part for part in parts)


def main(arguments: list[str]) -> int:
    """Run the notebooks; the exit code is 1 where a committed copy is stale or a notebook is too long."""
    check, names = "--check" in arguments, [name for name in arguments if not name.startswith("-")]
    stale = 0
    for path in percent_files(names):
        notebook, copy = run(path), path.with_suffix(".ipynb")
        if len(notebook.cells) > MOST_CELLS:
            print(f"{path.name}: {len(notebook.cells)} cells are more than {MOST_CELLS}")
            stale = 1
        if not check:
            nbformat.write(notebook, copy)
            print(f"wrote {copy.name}")
        elif not copy.exists() or shown(nbformat.read(copy, as_version=4)) != shown(notebook):
            print(f"{copy.name} is stale; run this file without --check")
            stale = 1
        else:
            print(f"ran {path.name}: {len(notebook.cells)} cells")
    return stale


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
