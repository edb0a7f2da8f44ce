#!/usr/bin/env bash
# Validators that no one here wrote look at the FHIR that taper writes, and at planted defects, which they must catch;
# and taper reads HL7's own examples, those of guides, and the export of a simulated hospital: each import is compared
# with another reader of the codes. One line a validator, and a table of what was read, refused and lost; any failure
# fails.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=$here/fhir
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$here/shared/setup.sh"

echo "setting up: this library, Python validators"
environment taper "$here/../.."
environment validators --require-hashes -r "$parts/validators.txt"

"$work/taper/bin/python" "$parts/build.py" "$work/bundles"
results=()
validate() { # NAME, then the command that validates
  "${@:2}" "$1" "$work/bundles" "$work/$1.json"
  results+=("$work/$1.json")
}
validate fhir.resources "$work/validators/bin/python" "$parts/validate.py"
validate ucumvert "$work/validators/bin/python" "$parts/validate.py"

# Only a package that the index does not hold may be missing; one with another content is a failure.
apart() { # NAME of an environment, PACKAGE, which has a lock of its own
  local lock=$parts/${2%-rs}.txt
  environment "$1" --require-hashes -r "$lock" 2>"$work/$2.log" && return
  grep -qE "No matching distribution|Could not find a version" "$work/$2.log" || { cat "$work/$2.log" >&2; exit 1; }
  echo "not available here: $2"
  return 1
}
if apart validators fhirkit-rs; then
  validate fhirkit-rs "$work/validators/bin/python" "$parts/validate.py"
fi

if command -v node >/dev/null && command -v npm >/dev/null; then
  node_packages "$parts"
  cp "$parts"/validate.mjs "$work"
  cd "$work"
  validate fhir node validate.mjs
  validate schema node validate.mjs
  validate invariants node validate.mjs
  "$python" "$parts/caught.py" "$work/bundles" "${results[@]}"
  held=$work/node_modules
  "$work/taper/bin/python" "$parts/examples.py" "$held/hl7.fhir.r4.examples"
  "$python" "$parts/elements.py" "$held/hl7.fhir.r4.examples" "$held/hl7.fhir.r5.core"
  # The guides depend on packages that the registry does not have; each is taken alone, and one that is gone is said.
  # The simulator writes NDJSON, the same for the same seed and dates; of it the orders are read.
  guides=()
  for guide in hl7.fhir.uv.ips@2.0.0 hl7.fhir.au.base@6.0.0 hl7.fhir.us.mcode@4.0.0 hl7.fhir.us.dme-orders@0.2.0 \
    hl7.fhir.uv.sdc@4.0.0-ballot cql-exec-fhir@2.2.0; do
    if packed=$(npm pack --silent "$guide" 2>"$work/npm.log"); then
      mkdir "$work/$guide"
      tar -xzf "$packed" -C "$work/$guide"
      guides+=("$work/$guide")
    else
      echo "not available here: $guide"
    fi
  done
  if apart hospital clinosim; then
    "$work/hospital/bin/clinosim" simulate --country US --population 100 --seed 42 --start 2025-01-01 --end 2025-12-31 \
      --format fhir-r4 --output "$work/made" >"$work/made.log" 2>&1 || { cat "$work/made.log" >&2; exit 1; }
    mkdir "$work/clinosim"
    mv "$work/made/fhir_r4/MedicationRequest.ndjson" "$work/clinosim"
    guides+=("$work/clinosim")
  fi
  "$work/taper/bin/python" "$parts/world.py" "$held"/hl7.fhir.r{4,4b,5}.examples "${guides[@]}"
else
  echo "not available here: Node.js with npm, for npm fhir, HL7's JSON schema and invariants, and HL7's examples"
  "$python" "$parts/caught.py" "$work/bundles" "${results[@]}"
fi
