"""Compare a lock with the metadata of what it installed: each package, its version, and each extra that is asked for.

Run by a Python whose environment was made from a lock: python tests/locks.py tests/requirements.txt
It reads what is asked for from the `.in` file beside the lock, prints each fault, and ends with 1 if there is one.
"""

import re
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

try:
    from packaging.markers import default_environment
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name
except ModuleNotFoundError:  # an environment of the foreign readers may have none; pip, which made it, brings its own
    from pip._vendor.packaging.markers import default_environment
    from pip._vendor.packaging.requirements import Requirement
    from pip._vendor.packaging.utils import canonicalize_name

SYSTEMS = {
    "linux": ("posix", "Linux"),
    "darwin": ("posix", "Darwin"),
    "win32": ("nt", "Windows"),
}
PYTHONS = ("3.11.4", "3.11.14", "3.12.12", "3.13.9", "3.14.3")


class Line:
    """One package of a lock: its name, extras, version, marker, and how many hashes it has."""

    def __init__(self, text):
        self.text, *options = (part.strip() for part in text.split(" --"))
        self.hashes = [option for option in options if re.fullmatch(r"hash=sha256:[0-9a-f]{64}", option)]
        self.others = [option for option in options if not option.startswith("hash=")]
        self.asked = Requirement(self.text)
        self.name = canonicalize_name(self.asked.name)
        self.extras = {canonicalize_name(extra) for extra in self.asked.extras}
        pins = [item for item in self.asked.specifier if item.operator == "==" and "*" not in item.version]
        self.version = pins[0].version if len(pins) == len(self.asked.specifier) == 1 else None

    def counts_in(self, environment):
        return self.asked.marker is None or self.asked.marker.evaluate(environment)


def statements(path):
    """The lines of a requirements file without comments, each put together where it goes on."""
    text = re.sub(r"\\\n", " ", path.read_text("utf-8"))
    plain = (re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines())
    return [line for line in plain if line]


def read_lock(path):
    """The packages of a lock, and the lines that are none, such as one that names an index."""
    lines = statements(path)
    options = [line for line in lines if line.startswith("-")]
    return [Line(line) for line in lines if line not in options], options


def read_asked(path):
    return [(Requirement(line), path.name) for line in statements(path)]


def shape_faults(lock, options):
    """What stops pip, with `--require-hashes`, from taking exactly what the lock says from wherever it looks."""
    yield from (f"{option!r} is no package" for option in options)
    for line in lock:
        if line.version is None:
            yield f"{line.text}: is not pinned with =="
        if not line.hashes or line.others:
            yield f"{line.text}: has {len(line.hashes)} hashes and the options {line.others}"


def environments():
    """This Python first, and then those that a lock must also serve, each on three systems."""
    yield default_environment()
    for version in PYTHONS:
        for system, (kind, name) in SYSTEMS.items():
            yield default_environment() | {
                "python_version": version.rpartition(".")[0],
                "python_full_version": version,
                "implementation_version": version,
                "implementation_name": "cpython",
                "platform_python_implementation": "CPython",
                "sys_platform": system,
                "os_name": kind,
                "platform_system": name,
            }


def faults(lock, asked, *, whole=True):
    """Where a lock says less than what is asked for, by its `.in` file or by a package that is installed.

    Args:
        lock: The packages of the lock.
        asked: What is asked for at first, each requirement with who asks.
        whole: Whether this environment was made from the lock, so that each of its packages must be here.
    """
    here, *others = environments()
    found = list(_faults_in(here, lock, asked, whole=whole))
    for other in others:
        found += _faults_in(other, lock, asked, whole=False)
    return list(dict.fromkeys(found))


def _faults_in(environment, lock, asked, *, whole):
    active = {}
    for line in lock:
        if line.counts_in(environment):
            if line.name in active:
                yield f"{line.text}: is locked twice for one Python"
            active[line.name] = line
    waiting = [(item, who) for item, who in asked if not item.marker or item.marker.evaluate(environment)]
    seen = set()
    while waiting:
        item, who = waiting.pop()
        name = canonicalize_name(item.name)
        line = active.get(name)
        fault = _fault(item, who, line)
        if fault:
            yield fault
        if line is None or (name, frozenset(item.extras)) in seen:
            continue
        seen.add((name, frozenset(item.extras)))
        waiting += _asked_by(line, item.extras, environment)
    if whole:
        yield from _not_as_installed(active, {name for name, _ in seen})


def _fault(item, who, line):
    if line is None:
        return f"{item} is asked for by {who} and is not locked"
    if line.version is None or not item.specifier.contains(line.version, prereleases=True):
        return f"{item} is asked for by {who} and locked as {line.text}"
    missing = sorted({canonicalize_name(extra) for extra in item.extras} - line.extras)
    return f"{item} is asked for by {who} and locked as {line.text}, without [{','.join(missing)}]" if missing else None


def _asked_by(line, extras, environment):
    """What the installed metadata of a package asks for; nothing if another version is installed, or none."""
    if _installed(line.name) != line.version:
        return
    for item in _requires(line.name):
        wanted = ("", *(canonicalize_name(extra) for extra in extras), *extras)
        if item.marker is None or any(item.marker.evaluate(environment | {"extra": extra}) for extra in wanted):
            yield item, f"{line.name}[{','.join(sorted(extras))}]" if extras else line.name


@cache
def _requires(name):
    return [Requirement(text) for text in metadata.requires(name) or ()]


@cache
def _installed(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _not_as_installed(active, reached):
    for name, line in active.items():
        if _installed(name) != line.version:
            yield f"{line.text} is locked and {_installed(name) or 'nothing'} is installed; install the lock again"
        elif name not in reached:
            yield f"{line.text} is locked and nothing asks for it"


def main(*paths):
    found = []
    for path in map(Path, paths):
        lock, options = read_lock(path)
        these = [*shape_faults(lock, options), *faults(lock, read_asked(path.with_suffix(".in")))]
        found += these
        sys.stdout.writelines(f"{path}: {fault}\n" for fault in these)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
