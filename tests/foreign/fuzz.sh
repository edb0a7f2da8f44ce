#!/usr/bin/env bash
# Each fuzz target under atheris, which looks for inputs that reach lines no other input has reached: 2,500 inputs a
# target, the same in each run. tests/fuzz/run.py says how to run it longer.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$here/shared/setup.sh"

echo "setting up: what guides the fuzzing by coverage"
if environment atheris --require-hashes -r "$here/fuzz/atheris.txt" 2>"$work/pip.log"; then
  cd "$here/../.."
  PYTHONHASHSEED=0 PYTHONPATH=src:tests "$work/atheris/bin/python" tests/fuzz/run.py --inputs 2500
elif grep -qE "No matching distribution|Could not find a version|Failed building wheel" "$work/pip.log"; then
  echo "not available here: atheris, for $("$python" --version)"
else
  cat "$work/pip.log" >&2
  exit 1
fi
