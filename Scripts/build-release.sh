#!/usr/bin/env bash
# Builds llavad and llavactl for use. The Swift runtime is linked in: the programs start sooner,
# and an installed one does not need the toolchain.
set -euo pipefail
cd "$(dirname "$0")/.."
echo "Building llavad and llavactl (release; the first time takes some minutes)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for product in llavad llavactl; do
    swift build -c release --static-swift-stdlib --product "$product" >"$log" 2>&1 || {
        grep -E 'error' "$log" >&2 || tail -n 20 "$log" >&2
        echo "llavad: the release build of $product failed; the lines above say where." >&2
        exit 1
    }
done
