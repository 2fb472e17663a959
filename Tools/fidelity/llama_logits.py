"""llama.cpp's logits of a prompt and of tokens read one by one after it; run by quantised.py.

    python llama_logits.py MODEL.gguf IDS.json OUT.f32      (in an environment with llama-cpp-python)
"""

import json
import sys

import llama_cpp
import numpy as np


def main() -> None:
    """One model."""
    path, ids_file, out = sys.argv[1:4]
    ids = json.load(open(ids_file))
    model = llama_cpp.Llama(
        path, n_ctx=512, n_batch=512, n_threads=2, n_threads_batch=2, logits_all=True,
        verbose=False)
    model.eval(ids["prompt"])
    for token in ids["continuation"]:
        model.eval([token])
    first = len(ids["prompt"]) - 1
    rows = model.scores[first:first + 1 + len(ids["continuation"])]
    np.ascontiguousarray(rows, dtype="<f4").tofile(out)


if __name__ == "__main__":
    main()
