"""Change one thing of a module at a time and see whether its tests notice; print each change that they do not.

`PYTHONPATH=src:tests python tests/mutation/run.py` tries a sample of every module that `groups.toml` lists, and
`--sample 0` every change. Names of groups or modules narrow it down. It needs a system that can fork.
"""

import argparse
import ast
import os
import random
import resource
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from mutation.changes import Change, changes
from mutation.reached import Module
from mutation.trial import notices_cold, try_warm

ROOT = Path(__file__).parents[2]
CODE = ROOT / "src" / "taper"
HERE = Path(__file__).parent


@dataclass
class Score:
    """What became of the changes of one module."""

    every: int
    noticed: int = 0
    same: int = 0
    alive: int = 0

    @property
    def tried(self) -> int:
        return self.noticed + self.same + self.alive

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.every + other.every, self.noticed + other.noticed, self.same + other.same, self.alive + other.alive
        )

    def __str__(self) -> str:
        part = 100 * (self.noticed + self.same) / max(1, self.tried)
        return (
            f"{self.noticed} of {self.tried} noticed (of {self.every}), {self.same} the same program, "
            f"{self.alive} unnoticed: {part:.1f} %"
        )


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def modules_of(patterns: list[str]) -> list[Module]:
    paths = {path for pattern in patterns for path in CODE.glob(f"{pattern}.py") if path.name != "__init__.py"}
    return [
        Module(str(path.relative_to(CODE).with_suffix("")), path, ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(paths)
    ]


def files_of(tests: list[str]) -> tuple[str, ...]:
    folder = ROOT / "tests"
    return tuple(str(folder / name if (folder / name).is_dir() else folder / f"{name}.py") for name in tests)


def try_group(
    name: str, group: dict[str, list[str]], only: set[str], options: argparse.Namespace
) -> dict[str, Score] | None:
    """The score of each module of a group; none if its tests fail as they are."""
    tests = files_of(group["tests"])
    modules = [module for module in modules_of(group["modules"]) if not only or name in only or module.name in only]
    same = read("same_program.toml")
    scores, drawn = {}, []
    for number, module in enumerate(modules):
        every = changes(module.tree)
        scores[module.name] = Score(len(every))
        chosen = random.Random(options.seed).sample(every, min(options.sample or len(every), len(every)))
        if options.again:
            chosen = [change for change in every if without_lines(said(module.name, change)) <= options.again]
        drawn += [(number, change) for change in chosen]
    if not drawn:
        return {}
    answers = try_warm(modules, [] if options.cold else drawn, options.tests, tests)
    reached = next(answers)
    if reached.failed:
        return None
    left = list(drawn)

    def cold() -> Iterator[tuple[int, Change, bool]]:
        for n, change in list(left):
            yield n, change, notices_cold(modules[n], change, options.tests, reached)

    for number, change, noticed in chain(answers, cold()):
        left.remove((number, change))
        module, score = modules[number].name, scores[modules[number].name]
        if noticed:
            score.noticed += 1
        elif any((row["function"], row["change"]) == (change.function, change.words) for row in same.get(module, [])):
            score.same += 1
        else:
            score.alive += 1
            print(said(module, change), flush=True)
    return scores


def said(module: str, change: Change) -> str:
    return f"{module}, {change.function or 'at import'}: {change.words} (line {change.line})"


def without_lines(text: str) -> set[str]:
    """What an output lists, whichever lines it now stands on."""
    return {line.partition(" (line ")[0] for line in text.splitlines()}


def cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a group such as supply, or a module such as supply/fills; default all"
    )
    parser.add_argument("--sample", type=int, default=20, help="how many changes of each module; 0 for every one")
    parser.add_argument("--seed", type=int, default=1, help="another number draws another sample")
    parser.add_argument("--tests", type=int, default=200, help="at most so many tests for a change; 0 for all")
    parser.add_argument(
        "--again", type=lambda path: without_lines(Path(path).read_text()), help="try only what an earlier output lists"
    )
    parser.add_argument(
        "--cold", action="store_true", help="load the library again for each change: slow, the same answers"
    )
    options = parser.parse_args()
    only = set(options.names)
    os.chdir(ROOT)
    load_tools()
    together, failed = Score(0), False
    for name, group in read("groups.toml").items():
        if only and name not in only and not only & {module.name for module in modules_of(group["modules"])}:
            continue
        begun = cpu()
        scores = try_group(name, group, only, options)
        if scores is None:
            print(f"{name}: passed over, since its tests fail as they are", flush=True)
            failed = True
            continue
        for module, score in scores.items():
            print(f"{module}: {score}")
            together += score
        tried = sum(score.tried for score in scores.values())
        print(f"{name}: {cpu() - begun:.0f} s of CPU, {(cpu() - begun) / max(1, tried):.2f} s a change", flush=True)
    print(f"together: {together}")
    return 1 if failed or together.alive else 0


def load_tools() -> None:
    """What every process needs and no change touches."""
    import dateutil.relativedelta
    import hypothesis
    import pydantic

    assert all((dateutil, hypothesis, pydantic))


if __name__ == "__main__":
    sys.exit(main())
