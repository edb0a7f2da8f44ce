"""Which lines of the modules that are tried each test reaches, and so which tests can notice a change."""

import ast
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path

from mutation.changes import Change

Lines = set[tuple[str, int]]


@dataclass(frozen=True)
class Module:
    """One module that is tried: its name such as `supply/fills`, its file and its tree."""

    name: str
    path: Path
    tree: ast.Module


@dataclass
class Reached:
    """What tests reach of the modules that are tried."""

    early: dict[str, Lines] = field(default_factory=dict)
    """Lines that run while a file of tests is collected, or, under an empty name, while modules are imported."""
    tests: dict[str, tuple[float, Lines]] = field(default_factory=dict)
    """The seconds of each test, and the lines that it reaches."""
    failed: bool = False
    noticed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many changes of a module a test was the first to notice."""
    _depth: Counter[tuple[str, str]] = field(default_factory=Counter)

    def index(self) -> None:
        self._depth = Counter((path, name) for name, (_, seen) in self.tests.items() for path, _ in seen)

    def chosen(self, module: Module, change: Change, most: int, but: Container[str] = ()) -> list[str]:
        """The tests that can notice a change, those that are likely to before others, and at most so many.

        First come tests that noticed other changes of the module, then those that have its name in theirs, then those
        that reach most of it in a short time.
        """
        path, called = str(module.path), module.path.stem.replace("_", "")
        lines = {(path, line) for line in change.lines}
        names = [name for name, (_, seen) in self.tests.items() if not change.function or lines & seen]
        names = [name for name in names if name.split("::")[0] not in but]
        names.sort(
            key=lambda name: (
                -self.noticed[path, name],
                called not in "".join(filter(str.isalpha, name.lower())),
                -self._depth[path, name] / (0.05 + self.tests[name][0]),
            )
        )
        return names[: most or None]

    def files_too_late(self, module: Module, change: Change) -> set[str]:
        """The files of tests that run a change while they are collected; with an empty name if imports run it."""
        if not change.function:
            return {""}
        lines = {(str(module.path), line) for line in change.lines}
        return {name for name, seen in self.early.items() if lines & seen}
