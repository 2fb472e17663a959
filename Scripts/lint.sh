#!/usr/bin/env bash
# The format of every Swift file, strictly. The rules stand in .swift-format.
set -euo pipefail
cd "$(dirname "$0")/.."
swift format lint --strict --parallel --recursive Package.swift Sources Tests
echo "lint: clean"
