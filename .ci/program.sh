# For the scripts of this folder and of tests/foreign; they set $work before they read it.

program() { # NAME of a command, NAME of Debian's package that has it; scripts that run beside one another wait for one another
  command -v "$1" >/dev/null && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  { flock 9; command -v "$1" >/dev/null || {
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2"
  }; } >"$work/apt.log" 2>&1 9>"${TMPDIR:-/tmp}/taper-apt.lock" && command -v "$1" >/dev/null
}
