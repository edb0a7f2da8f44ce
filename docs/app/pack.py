"""Run in Pyodide by pack.mjs: compile each module with the Python that will read it, and pack what the page loads.

Docstrings of other packages are left out, since no one reads them there. Those of this library stay: its options are
explained by them.
"""

import ast
import gzip
import importlib._bootstrap_external as machinery
import json
import zipfile
from pathlib import Path

WORK = Path("/work")
OUT = WORK / "packed"
UNUSED = (
    "_pydatetime.py", "_pydecimal.py", "_pyio.py", "_pyrepl/", "antigravity.py", "cProfile.py", "curses/", "dbm/",
    "doctest.py", "encodings/cp1", "encodings/cp7", "encodings/cp8", "encodings/cp9", "encodings/iso2022",
    "encodings/iso8859_", "encodings/koi8", "encodings/mac_", "ensurepip/", "ftplib.py", "http/server.py",
    "idlelib/", "imaplib.py", "mailbox.py", "multiprocessing/", "optparse.py", "pdb.py", "pickletools.py",
    "poplib.py", "profiling/", "pydoc.py", "pydoc_data/", "smtplib.py", "sqlite3/", "tabnanny.py", "this.py",
    "timeit.py", "tkinter/", "trace.py", "turtledemo/", "unittest/", "venv/", "webbrowser.py", "wsgiref/",
    "xmlrpc/",
)  # fmt: skip
"""Parts of the standard library that nothing here uses: modules, and tables of old encodings."""


OURS = ("taper/", "taper_page/")


def as_code(text: bytes, name: str) -> bytes:
    tree = ast.parse(text, name)
    for node in () if name.startswith(OURS) else ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node, clean=False) is not None
        ):
            node.body = node.body[1:] or [ast.copy_location(ast.Pass(), node.body[0])]
    code = compile(tree, name, "exec", dont_inherit=True)
    return bytes(machinery._code_to_hash_pyc(code, b"\0" * 8, False))


def compiled(name: str, data: bytes) -> tuple[str, bytes]:
    return (f"{name}c", as_code(data, name)) if name.endswith(".py") else (name, data)


def pack_folder(name: str) -> None:
    root = WORK / name
    files = sorted(
        compiled(str(path.relative_to(root)), path.read_bytes()) for path in root.rglob("*") if path.is_file()
    )
    listed = json.dumps([[path, len(data)] for path, data in files]).encode()
    whole = len(listed).to_bytes(4, "big") + listed + b"".join(data for _, data in files)
    (OUT / f"{name}.pack.gz").write_bytes(gzip.compress(whole, 9, mtime=0))


def pack_standard_library() -> None:
    source = zipfile.ZipFile(WORK / "node_modules/pyodide/python_stdlib.zip")
    with zipfile.ZipFile(OUT / "stdlib.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name in sorted(source.namelist()):
            if not name.endswith("/") and not name.startswith(UNUSED):
                path, data = compiled(name, source.read(name))
                made.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)


OUT.mkdir(exist_ok=True)
pack_standard_library()
for each in ("core", "papers"):
    pack_folder(each)
