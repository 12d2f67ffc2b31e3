#!/usr/bin/env bash
# From a clean clone to a running Khuê with a made-up school: scripts/run.sh [ARGUMENTS OF `khue demo`…]
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

say "1 of 3: what the build needs"
scripts/need.sh cc rust node
say "2 of 3: the client"
scripts/client.sh build
say "3 of 3: the program (the first build takes some minutes, later ones seconds)"
timed "the program: building" cargo build --profile quick -p khue
say "starting; Ctrl-C ends it"
exec cargo run --quiet --profile quick -p khue -- demo "$@"
