"""A validator of PDF/UA looks at each handout, and at copies with planted defects, which it must find.

Usage: check_ua.py FOLDER. The validator has a part of the rules that a machine can check; how large a part is printed.
"""

import json
import subprocess
import sys
from pathlib import Path

import pikepdf

PLANTED = {"no language": "/Lang", "no tags": "/StructTreeRoot", "not marked": "/MarkInfo"}
CRASHES = {"UA-14-001"}  # on these files it fails itself, on arrays in the tree of tags
LEAST_RULES = 11


def check(paper):
    line = [Path(sys.executable).with_name("pdfua"), "check", "--format", "json", paper]
    return json.loads(subprocess.run(line, capture_output=True, text=True, check=False).stdout)


def planted(paper, folder):
    """The planted defects that the validator did not find."""
    for name, key in PLANTED.items():
        with pikepdf.open(paper) as held:
            del held.Root[key]
            held.save(folder / "planted.pdf")
        if not check(folder / "planted.pdf")["summary"]["errors"]:
            yield name


def main(folder):
    papers = sorted(folder.glob("*-en.pdf"))
    for paper in papers:
        made = check(paper)
        skipped = {item["rule_id"] for item in made["skipped"]}
        assert made["summary"]["findings"] == 0, (paper.name, made["findings"])
        assert skipped <= CRASHES, (paper.name, skipped)
        assert made["summary"]["rules_run"] >= LEAST_RULES, (paper.name, made["summary"])
    missed = list(planted(papers[0], folder))
    assert not missed, f"planted and not found: {missed}"
    print(f"  {len(papers)} handouts without findings by {made['coverage']['summary']}; 3 of 3 planted defects found")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
