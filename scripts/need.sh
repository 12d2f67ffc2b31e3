#!/usr/bin/env bash
# Makes sure that tools are there: scripts/need.sh cc rust node postgres …
#
# What is missing is installed through apt or cargo, after saying what and why. Without root, or on a system that is not
# a Debian, it changes nothing: it prints the exact command to type and stops.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

packages=() # Debian's names of what is missing
stop=no

missing() { # DEBIAN-PACKAGE WHY
  packages+=("$1")
  say "missing: $1 ($2)"
}
by_hand() { # WHAT COMMAND
  stop=yes
  printf '%s\n    %s\n' "$1" "$2" >&2
}
# at_least HAVE WANTED  compares dotted versions.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }
has() { command -v "$1" >/dev/null 2>&1; }

need_rust() {
  local wanted have
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml")
  if ! has cargo || ! have=$(rustc --version 2>/dev/null | cut -d' ' -f2); then
    by_hand "Khuê is built with Rust $wanted or later, which is not here. Install rustup (https://rustup.rs), then type:" \
      "rustup toolchain install stable"
  elif ! at_least "$have" "$wanted"; then
    by_hand "Khuê is built with Rust $wanted or later; here is $have. Type:" "rustup update stable"
  fi
}

need_lint() {
  if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
    by_hand "Formatting and lints need two components of the Rust toolchain. Type:" "rustup component add rustfmt clippy"
  fi
}

need_node() {
  local have wanted=20.19
  if ! has node; then
    missing nodejs "builds the client"
  else
    have=$(node --version)
    if ! at_least "${have#v}" "$wanted"; then
      by_hand "The client is built with Node.js $wanted or later; here is ${have#v}. With npm, type:" \
        "$(is_root || printf 'sudo ')npm install --global node@22"
    fi
  fi
  if ! has npm; then missing npm "fetches what the client is built with"; fi
}

need_nextest() {
  if ! cargo nextest --version >/dev/null 2>&1; then nextest=missing; fi
}

for tool in "$@"; do
  case $tool in
    cc) if ! has cc || ! has make; then missing build-essential "compiles SQLite and the cryptography, links the program"; fi ;;
    git) if ! has git; then missing git "lists the repository's files"; fi ;;
    python) if ! has python3; then missing python3 "the repository's own checks"; fi ;;
    postgres) if ! find_pg_bin >/dev/null; then missing postgresql "what is stored is tested on PostgreSQL as well as SQLite"; fi ;;
    strace) if ! has strace; then missing strace "counts the syncs behind acknowledged writes"; fi ;;
    pebble) if ! has pebble; then missing pebble "an ACME server, to test how certificates are obtained"; fi ;;
    certutil) if ! has certutil; then missing libnss3-tools "browser tests: makes a browser trust the school's own authority"; fi ;;
    chromium) if ! has chromium; then missing chromium "browser tests"; fi ;;
    rust) need_rust ;;
    lint) need_lint ;;
    node) need_node ;;
    nextest) need_nextest ;;
    *) fail "unknown tool: $tool" ;;
  esac
done

# The same things under other systems' names.
elsewhere() {
  local name
  for name in "${packages[@]}"; do
    case "$1/$name" in
      dnf/build-essential) printf ' gcc gcc-c++ make' ;;
      dnf/postgresql) printf ' postgresql-server' ;;
      pacman/build-essential) printf ' base-devel' ;;
      pacman/python3) printf ' python' ;;
      dnf/libnss3-tools) printf ' nss-tools' ;;
      pacman/libnss3-tools) printf ' nss' ;;
      zypper/libnss3-tools) printf ' mozilla-nss-tools' ;;
      zypper/build-essential) printf ' gcc gcc-c++ make' ;;
      zypper/postgresql) printf ' postgresql-server' ;;
      apk/build-essential) printf ' build-base' ;;
      *) printf ' %s' "$name" ;;
    esac
  done
}

# Debian's package of PostgreSQL starts a server of the machine's own; tests only need the programs.
no_cluster=/etc/postgresql-common/createcluster.d/khue.conf

apt_install() { apt-get install -y -q --no-install-recommends "${packages[@]}" </dev/null; }

install_packages() {
  say "installing with apt: ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  if [[ " ${packages[*]} " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    trap 'rm -f "$no_cluster"' EXIT
    mkdir -p "$(dirname "$no_cluster")"
    printf 'create_main_cluster = false\n' >"$no_cluster"
  fi
  # Lists from long ago name packages that are gone, and a new machine has none: fetched when the first try fails.
  apt_install 2>/dev/null || { apt-get update -q && apt_install; }
  rm -f "$no_cluster"
}

if [ ${#packages[@]} -gt 0 ]; then
  if is_debian && is_root; then
    if [ "${KHUE_NEED_AGAIN:-}" = 1 ]; then fail "installed, and still not found: ${packages[*]}"; fi
    install_packages >&2
    # A second look: what a Debian brings may be too old.
    KHUE_NEED_AGAIN=1 exec "$0" "$@"
  elif is_debian; then
    by_hand "Installing needs root. Type:" \
      "sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages[*]}"
  elif has dnf; then
    by_hand "This is not a Debian, so nothing is installed for you. Type:" "sudo dnf install$(elsewhere dnf)"
  elif has pacman; then
    by_hand "This is not a Debian, so nothing is installed for you. Type:" "sudo pacman -S --needed$(elsewhere pacman)"
  elif has zypper; then
    by_hand "This is not a Debian, so nothing is installed for you. Type:" "sudo zypper install$(elsewhere zypper)"
  elif has apk; then
    by_hand "This is not a Debian, so nothing is installed for you. Type:" "sudo apk add$(elsewhere apk)"
  else
    by_hand "This is not a Debian, so nothing is installed for you. Install what Debian installs with:" \
      "apt-get install -y --no-install-recommends ${packages[*]}"
  fi
fi

if [ "$stop" = yes ]; then fail "some tools are missing; the commands above bring them, then try again"; fi

if [ "${nextest:-}" = missing ]; then
  # Speed of building matters here, not of the tool: it is a thin shell around the tests.
  timed "missing: cargo-nextest (runs the tests, each in a process of its own); installing with cargo, some minutes" \
    env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo install --quiet --locked cargo-nextest@0.9.143
fi
