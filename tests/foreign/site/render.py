"""Write each executed notebook as one page that asks for nothing, with a picture's own title as its description."""

import ast
import re
import sys
from base64 import b64decode
from html import escape
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
pre { overflow-x: auto; padding: 0.6rem; margin: 0.4rem 0; font-size: 0.85rem; line-height: 1.4; }
.output_area pre { white-space: pre-wrap; }
.input .prompt, .output .prompt, .anchor-link { display: none; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; } td, th { border: 1px solid #888; padding: 0.2rem 0.5rem; }
"""
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head><body><main>
{body}
</main></body></html>
"""
DRAWING = re.compile(r'<img[^>]*src="data:image/svg\+xml;base64,([^"]+)"[^>]*>')
TITLES = {"suptitle", "set_title"}


def titles(source):
    """The words that a cell puts over its pictures: arguments of suptitle and set_title, and what `point` names."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in TITLES:
            found.append(_words(node.args[0]))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "point":
            found.append(_words(node.value))
    return "; ".join(filter(None, found))


def _words(node):
    return "".join(
        part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def describe(notebook):
    """Give every picture its title as description, where it has none; pictures without either stay without."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}) and (words := titles(cell.source)):
                output.metadata.setdefault("image/png", {})["alt"] = words
    return notebook


def _described(found):
    """A drawing as a picture with the title that stands in it."""
    title = re.search(r"<title[^>]*>(.*?)</title>", b64decode(found[1]).decode(), re.DOTALL)
    return f'<img alt="{title[1] if title else ""}" src="data:image/svg+xml;base64,{found[1]}">'


def page(path):
    notebook = describe(nbformat.read(path, as_version=4))
    body, _ = HTMLExporter(template_name="basic", exclude_anchor_links=True).from_notebook_node(notebook)
    title = next(line for line in notebook.cells[0].source.splitlines() if line.startswith("# "))[2:]
    style = STYLE + HtmlFormatter(style="default").get_style_defs(".highlight")
    body = DRAWING.sub(_described, body)
    return PAGE.format(title=escape(title), style=style, body=body)


def main(examples, folder):
    folder.mkdir(parents=True)
    for path in sorted(examples.glob("*.ipynb")):
        (folder / f"{path.stem}.html").write_text(page(path), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
