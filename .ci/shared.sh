# What the scripts of this folder share; they go to the root of the repository before they read it.
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH VIRTUAL_ENV
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Nothing that an earlier run left counts; scripts that one run starts share what they download.
export PIP_CACHE_DIR=${TAPER_CACHE:-$work/cache}/pip UV_CACHE_DIR=${TAPER_CACHE:-$work/cache}/uv UV_NO_CONFIG=1

say() { printf '\n== %s\n' "$*"; }

patiently() { # A command that asks an index, tried three times, ten minutes each: a hiccup is no failure, and a hang is one
  local try
  for try in 1 2 3; do
    timeout 600 "$@" && return
    [ "$try" = 3 ] || { echo "try $try failed: $*" >&2; sleep $((10 * try)); }
  done
  echo "failed three times: $*" >&2
  return 1
}

beside() { # COMMANDS, two at a time: what each printed stands together, below it and its time; after one fails, no other starts
  printf '%s\0' "$@" | work=$work xargs -0 -n 1 -P 2 bash -c '
    SECONDS=0 failed=0 log=$(mktemp "$work/beside.XXXXXX")
    bash -euo pipefail -c "$0" >"$log" 2>&1 || failed=$?
    { flock 9; printf "\n-- %s: %s after %s s\n" "$0" "$([ "$failed" = 0 ] && echo done || echo "FAILED ($failed)")" "$SECONDS"; cat "$log"; } 9>"$work/beside"
    [ "$failed" = 0 ] || exit 255'
}

plain_pip() ( # A command in which pip is as nobody has configured it, but for how it reaches an index
  for key in index-url cert proxy trusted-host; do
    value=$("$python" -m pip config get "global.$key" 2>/dev/null) || continue
    name=PIP_${key^^}
    export "${name//-/_}=$value"
  done
  for name in $(compgen -e PIP_); do
    case $name in PIP_INDEX_URL | PIP_CERT | PIP_PROXY | PIP_TRUSTED_HOST | PIP_DEFAULT_TIMEOUT | PIP_CACHE_DIR) ;; *) unset "$name" ;; esac
  done
  export PIP_CONFIG_FILE=/dev/null
  "$@"
)

have_uv() { # the locked uv, in an environment of its own
  "$python" -m venv "$work/uv"
  patiently "$work/uv/bin/python" -m pip install --quiet --require-hashes -r .ci/uv.txt
  uv=$work/uv/bin/uv
}

build_packages() { # an sdist, and a wheel from it, in $work/dist
  patiently "$uv" build --quiet --python "$python" --out-dir "$work/dist" .
}

smoke() { # an environment with the package in it, then extras
  local files
  files=$(git ls-files src/taper | grep -cv '\.py$')
  (cd "$work" && "$1/bin/python" -I "$OLDPWD/.ci/smoke.py" --away-from "$OLDPWD" --files "$files" "${@:2}")
}
