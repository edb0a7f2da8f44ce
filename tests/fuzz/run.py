"""Run the fuzz targets for some time: guided by coverage where atheris is installed, by Hypothesis elsewhere.

`PYTHONPATH=src:tests python tests/fuzz/run.py --seconds 120` gives each target its share of two minutes of CPU (of the
clock under atheris), so that a busy machine tries as much as a quiet one; with `--inputs 1000` each target reads the
same inputs on every machine, however fast it is. What is found is shrunk, printed, and written below
tests/fuzz/findings, from where tests/fuzz/test_fuzz.py reads it ever after.
"""

import argparse
import hashlib
import importlib.util
import math
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from benchmarks.yardstick import yardstick
from fuzz.inputs import CORPUS, FINDINGS, texts
from fuzz.targets import JSON_TARGETS, TARGETS

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
            print(f"{name}: batch {batch} found\n{traceback.format_exc(limit=-6)}\ninput: {ascii(last[0])[:2000]}")
            return tried, last[0]
        batch += 1
    return tried, None


def by_atheris(name: str, seconds: float) -> int:
    """One target in a process of its own, since atheris ends the process that it runs in."""
    folder = FINDINGS / name
    folder.mkdir(parents=True, exist_ok=True)
    script = (
        "import sys, atheris\nwith atheris.instrument_imports(include=['taper']):\n"
        "    from fuzz.targets import TARGETS\n"
        f"def one(data):\n    TARGETS[{name!r}](data.decode('utf-8', 'surrogateescape'))\n"
        "atheris.Setup(sys.argv, one)\natheris.Fuzz()\n"
    )
    limits = [f"-max_total_time={int(seconds)}", "-timeout=20", f"-artifact_prefix={folder}/"]
    return subprocess.run([sys.executable, "-c", script, str(CORPUS / name), *limits], check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all if not given")
    parser.add_argument("--seconds", type=float, default=120, help="for all of them together")
    parser.add_argument("--seed", type=int, default=0, help="the first batch; another number tries other inputs")
    parser.add_argument("--inputs", type=int, help="so many for each target, and not by time")
    options = parser.parse_args()
    names = options.targets or list(TARGETS)
    inputs = options.inputs or math.inf
    share, most, failed = options.seconds / len(names), yardstick() * MOST_YARDSTICKS, 0
    for name in names:
        if importlib.util.find_spec("atheris") and options.inputs is None:
            failed += by_atheris(name, share) != 0
            continue
        before = time.process_time()
        tried, found = by_hypothesis(name, share if options.inputs is None else math.inf, most, options.seed, inputs)
        said = "nothing found" if found is None else "a finding"
        print(f"{name}: {tried} inputs in {time.process_time() - before:.0f} s of CPU, {said}", flush=True)
        if found is not None:
            keep(name, found)
            failed += 1
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
