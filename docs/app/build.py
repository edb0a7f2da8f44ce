"""Build the page: a static folder that plans in the browser, asks no other origin, and works without a network.

    python docs/app/build.py FOLDER            build it there
    python docs/app/build.py FOLDER --serve    and serve it on this machine alone

Needs Node and npm, pip, and this library importable. What is fetched is locked by hash: package-lock.json, wheels.txt.
"""

import argparse
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1] / "src" / "taper"
PLATFORM = (
    "--platform",
    "pyemscripten_2026_0_wasm32",
    "--python-version",
    "3.14",
    "--implementation",
    "cp",
    "--abi",
    "cp314",
)
PAPERS = {"icalendar", "babel", "tzdata"}
LANGUAGES = ("root", "en", "en_US", "en_GB", "en_001", "es", "fr", "de")
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json")
LEFT_OUT = ("__pycache__", "testing", "batch")
UNUSED = ("pydantic/v1/", "pydantic/mypy.py", "icalendar/tests/", "icalendar/fuzzing/", "dateutil/zoneinfo/")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default="page", type=Path, help="where to build; page if not given")
    parser.add_argument("--serve", action="store_true", help="serve it on loopback until interrupted")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    build(options.folder)
    for line in sizes(options.folder):
        print(line)
    if options.serve:
        serve(options.folder, options.port)


def build(folder: Path) -> None:
    """Make the folder; one that was built before is replaced."""
    if folder.exists() and not (folder / "version.json").exists() and any(folder.iterdir()):
        sys.exit(f"{folder} holds something else; name a new folder")
    print("fetching Pyodide and wheels, and compiling; it takes a minute or two", flush=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        fetch(work)
        made = work / "made"
        lay(work, made)
        finish(made)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, folder)


def fetch(work: Path) -> None:
    """Pyodide and the wheels by their locks, unpacked beside this library; then all of it compiled and packed."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, work)
    run("npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", cwd=work)
    wheels = work / "wheels"
    locked = ("--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(HERE / "wheels.txt"))
    run(sys.executable, "-m", "pip", "download", "--quiet", *PLATFORM, *locked, "--dest", str(wheels))
    for pack in ("core", "papers"):
        (work / pack).mkdir()
    for wheel in sorted(wheels.glob("*.whl")):
        pack = "papers" if wheel.name.partition("-")[0] in PAPERS else "core"
        with zipfile.ZipFile(wheel) as held:
            held.extractall(work / pack, [name for name in held.namelist() if wanted(name)])
    for package in (SOURCE, HERE / "taper_page"):
        shutil.copytree(package, work / "core" / package.name, ignore=shutil.ignore_patterns(*LEFT_OUT))
    run("node", str(HERE / "pack.mjs"), str(work))


def wanted(name: str) -> bool:
    """Whether a file of a wheel is used in the page."""
    if name.startswith("babel/locale-data/"):
        return Path(name).stem in LANGUAGES
    is_record = ".dist-info/" in name and not name.endswith("/METADATA")
    return not (name.startswith(UNUSED) or is_record or name.endswith((".pyi", "/")))


def lay(work: Path, made: Path) -> None:
    """Everything where the page looks for it."""
    (made / "pyodide").mkdir(parents=True)
    (made / "packs").mkdir()
    for name in RUNTIME:
        shutil.copy(work / "node_modules/pyodide" / name, made / "pyodide")
    shutil.copy(work / "packed/stdlib.zip", made / "pyodide")
    for pack in sorted((work / "packed").glob("*.pack.gz")):
        shutil.copy(pack, made / "packs")
    for folder in ("js", "words"):
        shutil.copytree(HERE / folder, made / folder)
    shutil.copy(HERE / "page.css", made)
    sys.path.insert(0, str(HERE))
    from taper import Formulary, __version__
    from taper_page.document import document
    from taper_page.session import drugs

    tables = tuple(table.id for table in Formulary.shipped().tables)
    (made / "index.html").write_text(document(drugs=drugs(), tables=tables, version=__version__), encoding="utf-8")


def finish(made: Path) -> None:
    """The version of all files, and what keeps them for times without a network."""
    offline = (made / "js/offline.js").read_text(encoding="utf-8")
    (made / "js/offline.js").unlink()
    files = sorted(str(path.relative_to(made)) for path in made.rglob("*") if path.is_file())
    whole = hashlib.sha256()
    for name in files:
        whole.update(name.encode() + b"\0" + hashlib.sha256((made / name).read_bytes()).digest())
    version = whole.hexdigest()[:12]
    (made / "version.json").write_text(json.dumps({"version": version}) + "\n", encoding="utf-8")
    listed = json.dumps(["./", *files, "version.json"])
    head = f"const VERSION = {json.dumps(version)};\nconst FILES = {listed};\n"
    (made / "sw.js").write_text(head + offline, encoding="utf-8")


def sizes(folder: Path) -> list[str]:
    """How large the page is, compressed as a server sends it."""
    total = sum(len(gzip.compress(path.read_bytes(), 9)) for path in folder.rglob("*") if path.is_file())
    return [f"{folder}: {total / 1e6:.1f} MB compressed"]


def serve(folder: Path, port: int) -> None:
    """Serve the folder on loopback alone."""
    kinds = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript", ".wasm": "application/wasm"}
    handler = partial(type("Handler", (SimpleHTTPRequestHandler,), {"extensions_map": kinds}), directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"open http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def run(*words: str, cwd: Path | None = None) -> None:
    subprocess.run(words, cwd=cwd, check=True)


if __name__ == "__main__":
    main()
