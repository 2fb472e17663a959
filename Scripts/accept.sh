#!/usr/bin/env bash
# `make accept`: 200 scenes the demo model has never seen, through the daemon, scored.
# Rendering needs numpy and Pillow: they go into a virtual environment below .build.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.build/accept-venv/bin/python
[ -x "$python" ] || { python3 -m venv .build/accept-venv && "$python" -m pip install -q numpy pillow; }
exec "$python" Tests/Acceptance/run.py --bin "$(swift build -c release --show-bin-path)" "$@"
