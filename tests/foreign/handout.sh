#!/usr/bin/env bash
# Programs that no one here wrote read the handout: Chromium renders it, prints it and tells what a screen reader would
# hear, axe-core looks for barriers, Poppler reads the PDF by its tags. Every list of doses is compared with the schedule.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=$here/handout
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$here/shared/setup.sh"

echo "setting up: this library, a browser, its readers"
environment taper --require-hashes -r "$parts/writers.txt"
environment taper --no-deps "$here/../.."
"$work/taper/bin/python" "$parts/build.py" "$work/pages"

# Only a package that the index does not hold may be missing; one with another content is a failure.
if environment validators --require-hashes -r "$parts/validators.txt" 2>"$work/validators.log"; then
  "$work/validators/bin/python" "$parts/check_ua.py" "$work/pages"
  echo "ran: pdfua on the handout in PDF"
elif grep -qE "No matching distribution|Could not find a version" "$work/validators.log"; then
  echo "not available here: pdfua"
else
  cat "$work/validators.log" >&2
  exit 1
fi

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
  node_packages "$shared"
  axe=$work/node_modules/axe-core/axe.min.js
  PYTHONPATH=$shared "$python" "$parts/read_page.py" "$work/pages" "$axe" chromium
  cp "$work/pages"/*.png "${HANDOUT_SHOTS:-$work}" 2>/dev/null || true
  echo "ran: Chromium and axe-core on the handout in four languages, light and dark, no violations"
fi
