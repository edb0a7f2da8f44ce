"""The fuzz targets guided by coverage: atheris looks for inputs that reach lines no other input has reached.

Only where the package `atheris` is installed can this be imported; it has to be before the library is.
"""

import contextlib
import copy
import io
import json
import os
import random
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import atheris

with contextlib.redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["taper"]):
    from fuzz.targets import JSON_TARGETS

from fuzz.inputs import CORPUS, NUMBERS, ODD, edited, json_seeds, json_text, places, text_of, value_at

KINDS = ("replace", "delete", "copy", "many", "text", "splice")


def changed(name: str, text: str, draw: random.Random) -> str:
    """Some JSON with up to three of its values changed.

    Raises:
        ValueError, RecursionError: If it is no JSON, or too deep.
    """
    held: Any = json.loads(text)
    for _ in range(draw.randint(1, 3)):
        kind, value = draw.choice(KINDS), draw.choice((*ODD, *NUMBERS))
        if kind == "splice":
            other = json.loads(draw.choice(json_seeds(name)))
            value = value_at(other, draw.choice(places(other)))
        held = edited(held, draw.choice(places(held)), kind, copy.deepcopy(value))
    return json_text(held)


def _mutate(name: str, data: bytes, most: int, number: int) -> bytes:
    """The next input: for JSON, half of the time a value is changed; else some bytes are."""
    draw = random.Random(number)
    if name in JSON_TARGETS and draw.random() < 0.5:
        with contextlib.suppress(ValueError, RecursionError):
            made = changed(name, text_of(data), draw).encode()
            if len(made) <= most:
                return made
    return bytes(atheris.Mutate(data, most))


def _fuzz(name: str, run: Callable[[str], None], said: Path, options: Sequence[str]) -> None:
    """Fuzz a target in a process of its own, and end it."""
    try:
        with said.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        atheris.Setup(
            [sys.argv[0], *options],
            lambda data: run(text_of(data)),
            custom_mutator=lambda data, most, number: _mutate(name, data, most, number),
        )
        atheris.Fuzz()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(1)


def guide(
    name: str, run: Callable[[str], None], limit: str, first: int, folder: str | None
) -> tuple[int, str, str | None]:
    """How many inputs were tried until the limit, an option of libFuzzer, what they reached, and a finding in words.

    Inputs that reach something new are kept in the folder, if there is one. `run` keeps what it finds. It runs in a
    fork, since libFuzzer ends its process.
    """
    with tempfile.TemporaryDirectory() as empty:
        kept, said = Path(folder or empty) / name, Path(empty) / "said"
        kept.mkdir(parents=True, exist_ok=True)
        options = [limit, f"-seed={first + 1}", "-reload=0", "-timeout=300", "-rss_limit_mb=2048"]
        options += [f"-artifact_prefix={empty}/", "-print_final_stats=1"]
        child = os.fork()
        if child == 0:
            _fuzz(name, run, said, [str(kept), str(CORPUS / name), *options])
        _, status = os.waitpid(child, 0)
        lines = said.read_text("utf-8", errors="replace").splitlines()
    told = "\n".join(line for line in lines if not line.startswith("#"))
    tried, reached = re.search(r"number_of_executed_units: (\d+)", told), re.findall(r"cov: (\d+)", "\n".join(lines))
    return (
        int(tried[1]) if tried else 0,
        reached[-1] if reached else "0",
        None if status == 0 and tried else told[-5000:],
    )
