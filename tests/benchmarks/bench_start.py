"""What the everyday commands cost from start to end, in yardsticks, as whole processes.

Run: python tests/benchmarks/bench_start.py. It ends with 1 if one costs more than it may.
"""

import sys

from yardstick import cpu_of, in_yardsticks

COMMANDS = {
    ("drugs",): 2.5,
    ("recipe", "diazepam", "7.5 mg"): 2.5,
    ("recipe", "lamotrigine", "200 mg"): 2.5,
    ("recipe", "clonazepam", "50 mg"): 2.5,
    ("--help",): 1.5,
}


def main() -> int:
    failed = False
    for arguments, most in COMMANDS.items():
        cost = in_yardsticks(lambda arguments=arguments: cpu_of([sys.executable, "-m", "taper", *arguments]))
        failed |= cost > most
        print(f"{cost:5.2f} yardsticks (at most {most})  taper {' '.join(arguments)}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
