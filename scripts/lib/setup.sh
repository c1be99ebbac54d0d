# shellcheck shell=bash
# What the scripts share: how they speak and fail, and the Debian packages that Puhui needs. Sourced, never run.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly project
# What the servers need, and what a build needs besides.
# shellcheck disable=SC2034 # used by those who source this file
readonly server_packages=(redis-server postgresql-15 tzdata)
# shellcheck disable=SC2034
readonly build_packages=(libhiredis-dev libpq-dev libqrencode-dev pkg-config python3)

say() {
  printf '%s\n' "$*" >&2
}

# fail STATUS MESSAGE: ends the script. 1 = failure, 2 = usage, 78 = wrong set-up of this machine.
fail() {
  local status=$1
  shift
  say "${0##*/}: $*"
  exit "$status"
}

# usage: prints the comment at the top of the script; that is its --help.
usage() {
  awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"
}

# ensure_packages NAME…: installs those that are missing, and says so. Asks for root's password only of a person.
ensure_packages() {
  local package missing=() command
  for package; do
    if [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true) != installed ]]; then
      missing+=("$package")
    fi
  done
  ((${#missing[@]})) || return 0

  command="apt-get install --no-install-recommends ${missing[*]}"
  type -P apt-get >/dev/null ||
    fail 78 "missing: ${missing[*]}. This machine has no apt-get: please install what they hold in another way."
  local root=()
  if ((EUID != 0)); then
    type -P sudo >/dev/null || fail 78 "missing: ${missing[*]}. As root, type: $command"
    root=(sudo)
    if [[ ! -t 0 ]]; then
      sudo --non-interactive true 2>/dev/null || fail 78 "missing: ${missing[*]}. Please type: sudo $command"
    fi
  fi
  say "Installing ${missing[*]} with apt-get …"
  "${root[@]}" bash "$project/scripts/lib/apt-install" "${missing[@]}" >&2 || fail 78 "could not install: $command"
}

ensure_swift() {
  type -P swift >/dev/null ||
    fail 78 "no swift on the PATH. Install the toolchain from https://swift.org/install first."
}

# postgres_programs: the folder of initdb and postgres, which Debian keeps off the PATH.
postgres_programs() {
  local folder
  for folder in /usr/lib/postgresql/15/bin "$(pg_config --bindir 2>/dev/null || true)"; do
    if [[ -x $folder/initdb && -x $folder/postgres ]]; then
      printf '%s\n' "$folder"
      return
    fi
  done
  fail 78 "no initdb of PostgreSQL found, neither in /usr/lib/postgresql/15/bin nor by pg_config."
}
