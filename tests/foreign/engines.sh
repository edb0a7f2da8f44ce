#!/usr/bin/env bash
# Engines that no one here wrote run the functions of taper.batch: duckdb, polars, dask, ray, and Spark in local mode. Each
# is really started, runs its block of docs/how-to/use-an-engine.md over the same people, and its rows are compared with
# those of one process. One line an engine, with its time and the memory of its Python processes; any difference fails.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=$here/engines
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$here/shared/setup.sh"

echo "setting up: this library, engines"
environment engines --require-hashes -r "$parts/engines.txt"
environment engines --no-deps "$here/../.."

run() { # ENGINE, whose own log is shown only where it fails
  timeout -k 10 600 "$work/engines/bin/python" "$parts/run_engine.py" "$1" "$work/people" 2>"$work/$1.log" ||
    { tail -n 60 "$work/$1.log" >&2; exit 1; }
}

optional() { # NAME of an engine and of its lock: only a package that the index does not hold may be missing
  if environment engines --require-hashes -r "$parts/$1.txt" 2>"$work/pip.log"; then
    run "$1"
  elif grep -qE "No matching distribution|Could not find a version" "$work/pip.log"; then
    echo "not available here: $1"
  else
    cat "$work/pip.log" >&2
    exit 1
  fi
}

run draw
run duckdb
run polars
run dask
optional ray
if program java default-jre-headless; then
  optional spark
else
  echo "not available here: java, for Spark"
fi
