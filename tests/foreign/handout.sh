#!/usr/bin/env bash
# Programs that no one here wrote read the handout: Chromium renders it, prints it and tells what a screen reader would
# hear, axe-core looks for barriers, Poppler reads the PDF by its tags. Every list of doses is compared with the schedule.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=$here/handout
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

program() { # NAME of a command, NAME of Debian's package that has it
  command -v "$1" >/dev/null && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2"; } \
    >"$work/apt.log" 2>&1 && command -v "$1" >/dev/null
}

echo "setting up: this library, a browser, its readers"
"$python" -m venv "$work/taper"
"$work/taper/bin/python" -m pip install --quiet --quiet --require-hashes -r "$parts/writers.txt"
"$work/taper/bin/python" -m pip install --quiet --quiet --no-deps "$here/../.."
"$work/taper/bin/python" "$parts/build.py" "$work/pages"

if ! program pdfinfo poppler-utils; then
  echo "not available here: poppler-utils"
else
  "$python" "$parts/read_pdf.py" "$work/pages"
  echo "ran: Poppler on tagged PDF, every dose as planned"
fi

if ! program chromium chromium; then
  echo "not available here: chromium"
elif ! command -v npm >/dev/null; then
  echo "not available here: npm, for axe-core"
elif ! command -v pdftotext >/dev/null; then
  echo "not available here: pdftotext, to read what is printed"
else
  cp "$parts"/package*.json "$work"
  (cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts 2>"$work/npm.log") || { cat "$work/npm.log"; exit 1; }
  "$python" "$parts/read_page.py" "$work/pages" "$work/node_modules/axe-core/axe.min.js" chromium
  cp "$work/pages"/*.png "${HANDOUT_SHOTS:-$work}" 2>/dev/null || true
  echo "ran: Chromium and axe-core on the handout in four languages, light and dark, no violations"
fi
