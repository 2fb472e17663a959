#!/usr/bin/env bash
# Compares the engine with its references and writes docs/fidelity.md: see Tools/fidelity/README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -d "${LLAVA_SOURCE:-}/llava" ] || {
    echo "llavad: set LLAVA_SOURCE to a checkout of haotian-liu/LLaVA, whose own code is compared with." >&2
    exit 2
}
Scripts/install-packages.sh
LLAVAD_FIDELITY=1 swift build -c release --product fidelity-probe
swift build -c release --product llavactl
python=.build/fidelity-venv/bin/python
[ -x "$python" ] || {
    python3 -m venv .build/fidelity-venv
    "$python" -m pip install -q -r Tools/fidelity/requirements.txt
}
llama=${LLAMA_PYTHON:-.build/llama-venv/bin/python}
[ -x "$llama" ] || {
    python3 -m venv .build/llama-venv
    "$llama" -m pip install -q -r Tools/llama-cpp/requirements.txt
}
exec "$python" Tools/fidelity/run.py --probe .build/release/fidelity-probe \
    --llavactl .build/release/llavactl --llava "$LLAVA_SOURCE" --llama "$llama" \
    --work .build/fidelity ${LLAVA_VOCABULARIES:+--vocabularies "$LLAVA_VOCABULARIES"}
