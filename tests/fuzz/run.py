"""Run the fuzz targets for some time: guided by coverage where atheris is installed, drawn by Hypothesis elsewhere.

`PYTHONPATH=src:tests python tests/fuzz/run.py --seconds 120` gives each target its share of two minutes of CPU (of the
clock under atheris), so that a busy machine tries as much as a quiet one; with `--inputs 1000` each target reads the
same inputs on every machine, however fast it is. What is found is shrunk, printed, and written below
tests/fuzz/findings, from where tests/fuzz/test_fuzz.py reads it ever after.
"""

import argparse
import hashlib
import importlib.util
import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

if importlib.util.find_spec("atheris"):
    from fuzz.guided import guide  # before anything imports the library

from benchmarks.yardstick import yardstick
from fuzz.inputs import FINDINGS, texts
from fuzz.targets import JSON_TARGETS, TARGETS

GUIDED = importlib.util.find_spec("atheris") is not None
BATCH = 200
MOST_YARDSTICKS = 60
"""What one input may cost. The largest that a target accepts cost far less; a hang costs without end."""


class TooLongError(Exception):
    """One input took more CPU than any may."""


def bounded(target: Callable[[str], None], seconds: float) -> Callable[[str], None]:
    """A target that fails where it takes more than so many seconds of CPU, where the system can tell."""

    def stop(*_: object) -> None:
        raise TooLongError(f"took more than {seconds:.1f} s of CPU")

    def run(text: str) -> None:
        if not hasattr(signal, "setitimer"):
            target(text)
            return
        before = signal.signal(signal.SIGPROF, stop)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            target(text)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    return run


def kept(name: str, most: float) -> Callable[[str], None]:
    """A target that keeps the input on which it fails."""
    run = bounded(TARGETS[name], most)

    def one(text: str) -> None:
        try:
            run(text)
        except Exception:
            print(f"input: {ascii(text)[:2000]}, kept as {keep(name, text).name}", flush=True)
            raise

    return one


def by_hypothesis(name: str, seconds: float, most: float, first: int, inputs: float) -> tuple[int, str | None]:
    """Batches of examples until the time or the inputs are over; how many were tried, and what was found."""
    tried, until, batch = 0, time.process_time() + seconds, first
    run, last = bounded(TARGETS[name], most), [""]

    while time.process_time() < until and tried < inputs:

        @seed(batch)
        @settings(
            max_examples=BATCH, database=None, deadline=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink], report_multiple_bugs=False, derandomize=False,
        )  # fmt: skip
        @given(texts(name, is_json=name in JSON_TARGETS))
        def once(text: str) -> None:
            nonlocal tried
            if time.process_time() > until + 60:
                return
            tried += 1
            last[0] = text
            run(text)

        try:
            once()
        except Exception:
            keep(name, last[0])
            return tried, f"batch {batch}\n{traceback.format_exc(limit=-6)}\ninput: {ascii(last[0])[:2000]}"
        batch += 1
    return tried, None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all if not given")
    parser.add_argument("--seconds", type=float, default=120, help="for all of them together")
    parser.add_argument("--seed", type=int, default=0, help="the first batch; another number tries other inputs")
    parser.add_argument("--inputs", type=int, help="so many for each target, and not by time")
    parser.add_argument("--folder", help="keeps the inputs that reached something new, for the next time (atheris)")
    options = parser.parse_args()
    names = options.targets or list(TARGETS)
    inputs = options.inputs or math.inf
    share, most, failed = options.seconds / len(names), yardstick() * MOST_YARDSTICKS, 0
    for name in names:
        before = sum(os.times()[:4])
        if GUIDED:
            limit = f"-runs={inputs}" if options.inputs else f"-max_total_time={int(share)}"
            tried, reached, found = guide(name, kept(name, most), limit, options.seed, options.folder)
        else:
            reached = ""
            time_given = share if options.inputs is None else math.inf
            tried, found = by_hypothesis(name, time_given, most, options.seed, inputs)
        said = "nothing found" if found is None else f"a finding\n{found}"
        took = sum(os.times()[:4]) - before
        how = f"that reached {reached} branches" if GUIDED else "drawn by Hypothesis"
        print(f"{name}: {tried} inputs {how} in {took:.0f} s of CPU, {said}", flush=True)
        failed += found is not None
    return 1 if failed else 0


def keep(name: str, text: str) -> Path:
    """Write a finding where the tests read it."""
    data = text.encode("utf-8", "surrogatepass")
    path = FINDINGS / name / hashlib.sha256(data).hexdigest()[:16]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


if __name__ == "__main__":
    sys.exit(main())
