#!/usr/bin/env bash
# A browser that no one here wrote reads the documentation and the notebooks: no error on the console, no request that
# leaves the page, every link inside leads somewhere, every picture is described; axe-core looks for barriers.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=$here/site
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$here/shared/setup.sh"

echo "setting up: this library, what writes the pages"
environment writers --require-hashes -r "$parts/writers.txt"
environment writers --no-deps "$here/../.."
# One page stands for the one in the browser, which tests/foreign/app.sh builds: the site takes it in and points to it.
mkdir -p "$work/extra/app" && cp "$parts/page.html" "$work/extra/app/index.html"
TAPER_PAGE=$work/extra "$work/writers/bin/python" -m sphinx -W --keep-going -q -b html -d "$work/doctrees" "$here/../../docs" \
  "$work/site"
grep -q 'href="app/index.html"' "$work/site/try-it.html"
echo "ran: Sphinx without a warning, with a page of each of $(ls "$work"/site/tutorials/notebooks/*.html | wc -l) notebooks"

if ! program chromium chromium; then
  echo "not available here: chromium"
elif ! command -v npm >/dev/null; then
  echo "not available here: npm, for axe-core"
else
  node_packages "$shared"
  axe=$work/node_modules/axe-core/axe.min.js
  PYTHONPATH=$shared "$python" "$parts/read_site.py" "$work/site" "$axe" chromium "$work"
  echo "ran: Chromium on every page, axe-core on three of the site (light and dark) and on every notebook"
fi
