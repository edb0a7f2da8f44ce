# What the scripts beside this folder share; they set $here and $work before they read it.
shared=$here/shared
source "$here/../../.ci/program.sh"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH
python=${PYTHON:-python3}

environment() { # NAME, then what pip installs into it; a lock is then compared with what its packages ask for
  [ -d "$work/$1" ] || "$python" -m venv "$work/$1"
  "$work/$1/bin/python" -m pip install --quiet --quiet "${@:2}" || return
  [ "$2" != --require-hashes ] || "$work/$1/bin/python" "$here/../locks.py" "${@: -1}"
}

node_packages() { # FOLDER whose lock npm installs into $work
  cp "$1"/package*.json "$work"
  (cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts 2>"$work/npm.log") || { cat "$work/npm.log"; exit 1; }
}
