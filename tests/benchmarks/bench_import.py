"""How long `import taper` takes beside its two core dependencies, in fresh interpreters, as a ratio of medians.

Run: python tests/benchmarks/bench_import.py. It ends with 1 if the ratio is above 1.5.
"""

import statistics
import subprocess
import sys
import time

ROUNDS = 15
LARGEST_RATIO = 1.5
STATEMENTS = {
    "nothing": "pass",
    "dependencies": "import pydantic, dateutil.relativedelta",
    "taper": "import taper",
    "taper, its first names used": "from taper import Formulary, check, count_supply, load_plan, realize, to_schedule",
}


def seconds(statement):
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - begun


def main():
    taken = {name: [] for name in STATEMENTS}
    for _ in range(ROUNDS):
        for name, statement in STATEMENTS.items():
            taken[name].append(seconds(statement))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, value in medians.items():
        print(f"{1000 * value:7.1f} ms  {name}")
    ratio = medians["taper"] / medians["dependencies"]
    used = medians["taper, its first names used"] / medians["dependencies"]
    print(f"import taper / dependencies: {ratio:.2f} (at most {LARGEST_RATIO}); with its first names used: {used:.2f}")
    return int(ratio > LARGEST_RATIO)


if __name__ == "__main__":
    sys.exit(main())
