#!/usr/bin/env bash
# The page in the browser is built from its locks and used by Chromium through Playwright: plans are typed by keyboard,
# what is downloaded equals what the library writes outside, nothing is asked of another origin, and it works offline.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=$here/app
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$here/shared/setup.sh"

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  echo "not available here: node and npm, to build the page"
elif ! program chromium chromium; then
  echo "not available here: chromium"
else
  echo "setting up: this library, Playwright, axe-core, Pyodide"
  environment writers --require-hashes -r "$parts/writers.txt"
  environment writers --no-deps "$here/../.."
  environment readers --require-hashes -r "$parts/readers.txt"
  node_packages "$shared"
  mkdir "$work/served" "$work/bare"
  "$work/writers/bin/python" "$here/../../docs/app/build.py" "$work/served/page"
  # Pyodide as it comes, to measure its own start beside the page's.
  cp "$here/../../docs/app"/package*.json "$work/bare"
  (cd "$work/bare" && npm ci --silent --no-audit --no-fund --ignore-scripts)
  cp -r "$work/bare/node_modules/pyodide" "$work/served/pyodide"
  cp "$parts/empty.html" "$parts/empty.js" "$work/served"
  "$work/readers/bin/python" "$parts/use_page.py" "$work/served" "$work/node_modules/axe-core/axe.min.js" \
    "$(command -v chromium)" "$work/writers/bin/taper" "${APP_SHOTS:-$work}"
  echo "ran: Chromium on the page: typed, downloaded, offline, measured; axe-core without violations"
fi
