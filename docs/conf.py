"""How the documentation is built.

TAPER_PAGE may name a folder in which the page of docs/app lies, built, as `app`; the site then has it too.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

project = "taper"
author = "The taper contributors"
project_copyright = "2026, the taper contributors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build", "app"]
html_theme = "furo"
html_title = "taper"
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_js_files = ["pages.js"]
html_copy_source = False
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": False, "show-inheritance": True}
# What computes the batches is not needed to describe them; where it is not installed, an empty one stands for it.
autodoc_mock_imports = [name for name in ("numpy", "pyarrow", "duckdb") if find_spec(name) is None]
napoleon_custom_sections = [("Units", "notes_style"), ("Sources", "notes_style")]
suppress_warnings = ["ref.python"]  # a field named `date` is also the type of another
nitpicky = False

if folder := os.environ.get("TAPER_PAGE"):
    html_extra_path = [folder]
    tags.add("page")  # noqa: F821 - Sphinx puts it here


def setup(app: Any) -> None:
    """Write the notebooks' pages before any page is read."""
    sys.path.insert(0, str(Path(__file__).parent))
    from notebook_pages import write_pages

    app.connect("config-inited", lambda *_: write_pages())
