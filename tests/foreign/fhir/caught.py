"""Checks that every planted defect was caught by some validator, and prints one line.

Usage: caught.py DIRECTORY RESULT... What only the JavaScript validators catch is not asked where they are not here.
"""

import json
import sys
from pathlib import Path

NEED_JAVASCRIPT = {
    "one address twice", "codes and clock times at once", "a period without its unit", "an end before its start",
    "a contained drug that is not there", "a code without its system", "a status that is none",
    "a time of day that is none",
}  # fmt: skip


def main():
    folder, *results = sys.argv[1:]
    planted = {path.stem for path in Path(folder).iterdir() if path.stem.startswith("bad-")}
    caught = {name for path in results for name in json.loads(Path(path).read_text(encoding="utf-8"))}
    missed = sorted(planted - caught)
    if not any(Path(path).name == "invariants.json" for path in results):
        missed = [name for name in missed if name.split("-", 2)[2].replace("_", " ") not in NEED_JAVASCRIPT]
    if missed:
        sys.exit("FAILED: caught by no validator: " + ", ".join(missed))
    sys.stdout.write(
        f"ran: {len(caught)} of {len(planted)} planted defects caught by {len(results)} validators together\n"
    )


main()
