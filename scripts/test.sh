#!/usr/bin/env bash
# All tests: the program's on both databases, then the client's. Arguments go to cargo nextest:
#
#   scripts/test.sh                    everything
#   scripts/test.sh -p db -E 'test(journal)'   some of the program's tests, without the client's
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

if [ $# -gt 0 ]; then
  scripts/need.sh cc rust nextest postgres strace pebble
  exec scripts/with-postgres.sh cargo nextest run "$@"
fi

scripts/need.sh cc rust nextest postgres strace pebble node
scripts/client.sh build # the program carries the client inside
flags=()
if [ "${CI:-}" = true ]; then flags+=(--locked --profile ci); fi
timed "the program's tests" scripts/with-postgres.sh cargo nextest run --workspace "${flags[@]}"
scripts/client.sh check
