#!/usr/bin/env bash
# Readers that no one here wrote expand our calendars: every dose's wall time and instant is compared with the schedule,
# across both clock changes of six zones. One line a reader; any disagreement fails.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=$here/calendar
export no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost
work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT

source "$here/shared/setup.sh"

echo "setting up: this library, a server, its clients"
environment taper "$here/../..[calendar]" & made=($!)
environment server --require-hashes -r "$parts/server.txt" & made+=($!)
environment clients --require-hashes -r "$parts/clients.txt" & made+=($!)
for one in "${made[@]}"; do wait "$one"; done
bin=$work/clients/bin

"$work/taper/bin/python" "$parts/build.py" "$work/plans"
expected=$work/plans/expected.json
compare() { "$python" "$parts/compare.py" "$expected" "$@"; }

if command -v node >/dev/null && command -v npm >/dev/null; then
  node_packages "$parts"
  cp "$parts"/*.mjs "$work"
  for reader in icaljs nodeical; do
    for kind in published revised; do
      node "$work/read_$reader.mjs" "$expected" "$work/plans/$kind" "$work/$reader-$kind.json"
      compare "$work/$reader-$kind.json" "$kind"
    done
  done
  # The comparison must find what is known to be wrong, or its silence says nothing.
  node "$work/read_icaljs.mjs" "$expected" "$work/plans/planted" "$work/planted.json"
  compare "$work/planted.json" planted --caught
else
  echo "not available here: Node.js with npm, for ical.js and node-ical"
fi

port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > "$work/server.conf" <<CONF
[server]
hosts = 127.0.0.1:$port
[auth]
type = none
[storage]
filesystem_folder = $work/store
[logging]
level = error
CONF
"$work/server/bin/python" -m radicale --config "$work/server.conf" >"$work/server.log" 2>&1 &
server=$!
"$python" - "$port" <<'PY'
import socket, sys, time
for _ in range(150):
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=1).close()
        break
    except OSError:
        time.sleep(0.2)
else:
    sys.exit("the calendar server did not start")
PY

cat > "$work/vdirsyncer.conf" <<CONF
[general]
status_path = "$work/status"
[pair plan]
a = "server"
b = "disk"
collections = ["from a"]
[storage server]
type = "caldav"
url = "http://127.0.0.1:$port/"
username = "reader"
password = "reader"
[storage disk]
type = "filesystem"
path = "$work/disk"
fileext = ".ics"
CONF
export VDIRSYNCER_CONFIG=$work/vdirsyncer.conf
client() { "$bin/python" "$parts/caldav_client.py" "http://127.0.0.1:$port/" "$expected" "$@"; }

version=$("$work/server/bin/python" -c 'import importlib.metadata as m; print(m.version("radicale"))')

for kind in published revised; do
  client publish "$work/plans/$kind"
  client count "$kind"
  if [ "$kind" = published ]; then
    client publish "$work/plans/$kind"
    client count "$kind"
    (yes || true) | "$bin/vdirsyncer" discover >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    client read "$kind" "$work/server-$kind.json" server "$version"
    compare "$work/server-$kind.json" "$kind"
  fi
  client read "$kind" "$work/client-$kind.json" client
  compare "$work/client-$kind.json" "$kind"
  "$bin/vdirsyncer" sync >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  mkdir -p "$work/khal-$kind"
  PATH=$bin:$PATH "$bin/python" "$parts/read_disk.py" "$expected" "$work/plans/$kind" "$kind" "$work/disk" \
    "$work/khal-$kind" "$work/khal-$kind.json"
  compare "$work/khal-$kind.json" "$kind"
done
echo "published again: no event is there twice; revised: what is gone is there as cancelled"
