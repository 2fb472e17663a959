#!/usr/bin/env bash
# Everything `make test` does: packages, build, every test. The tests start and stop a
# throw-away PostgreSQL of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/install-packages.sh
swift build --build-tests
exec swift test --skip-build --disable-xctest "$@"
