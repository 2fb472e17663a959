#!/usr/bin/env bash
# `make accept`: what the product promises, measured on the demo model through the real programs:
# 200 scenes it has never seen, scored; the same answers in any batch; 1,000 files of which 40 are hostile; kill -9 in mid-run.
# Rendering needs numpy and Pillow: they go into a virtual environment below .build.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.build/accept-venv/bin/python
[ -x "$python" ] || { python3 -m venv .build/accept-venv && "$python" -m pip install -q numpy pillow; }
bin=$(swift build -c release --show-bin-path)
failed=0
for part in run batches hostile kill; do
    echo "== Tests/Acceptance/$part.py"
    "$python" "Tests/Acceptance/$part.py" --bin "$bin" || failed=1
done
exit $failed
