#!/usr/bin/env bash
# Makes every fixture again, in a virtual environment below .build. Each generator has a README
# beside it that says what it needs and what it writes. LLAVA_SOURCE may name a checkout of
# haotian-liu/LLaVA, which one of them reads.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.build/goldens-venv/bin/python
[ -x "$python" ] || {
    python3 -m venv .build/goldens-venv
    "$python" -m pip install -q -r Tests/Fixtures/engine/requirements.txt
}
for generator in Tests/Fixtures/*/generate.py; do
    echo "== $generator"
    "$python" "$generator" "${LLAVA_SOURCE:-}"
done
