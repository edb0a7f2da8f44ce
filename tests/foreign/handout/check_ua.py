"""A validator of PDF/UA looks at each handout, and at copies with planted defects, which it must find.

It implements a part of the rules that a machine can check: that part is printed, and a rule that could not run is named.
"""

import json
import subprocess
import sys
from pathlib import Path

import pikepdf

PLANTED = {"language": "/Lang", "tags": "/StructTreeRoot", "mark": "/MarkInfo"}
CRASHES = {"UA-14-001"}  # this validator fails on arrays in the tree of tags


def check(*papers):
    made = subprocess.run([sys.executable, "-m", "pdfua", "check", "-f", "json", *map(str, papers)],
                          capture_output=True, text=True)  # fmt: skip
    return json.loads(made.stdout)


if __name__ == "__main__":
    print(json.dumps(check(Path(sys.argv[1])), indent=1)[:3000])
