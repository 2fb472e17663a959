"""Files written by llavactl against llama.cpp; see README.md."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import llama_cpp
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {
    ROOT / "Tests/Fixtures/engine/models/hf-gqa-f16": ("f32", "f16", "q8_0"),
    ROOT / "Tests/Fixtures/families/qwen2": ("f32", "bf16", "q8_0"),
    ROOT / "Tests/Fixtures/families/llama3": ("f32", "f16", "q8_0"),
}
PICTURE = ROOT / "Tests/Fixtures/images/jpeg-1x1.jpg"
PROMPT = "USER: What is the red thing next to the blue square? ASSISTANT:"
TOKENS = 24
LIMITS = {"f32": (0.02, 0.02), "f16": (0.1, 0.02), "bf16": (0.1, 0.02)}
"""The worst token and the average; of quantised types (0.6, 0.08)."""
MIXES = tuple(LIMITS) + (
    "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k_s", "q3_k_m", "q3_k_l", "q4_k_s",
    "q4_k_m", "q5_k_s", "q5_k_m", "q6_k", "iq4_nl", "iq4_xs",
)  # fmt: skip


def without_repacking() -> None:
    """Keeps llama.cpp to its plain kernels: its AMX path is an illegal instruction on machines that
    have the tiles and a kernel, or a sandbox, that does not hand them out."""
    library = llama_cpp.llama_cpp
    defaults = library.llama_model_default_params

    def parameters() -> llama_cpp.llama_model_params:
        result = defaults()
        result.use_extra_bufts = False
        return result

    library.llama_model_default_params = parameters


def run(program: str, *arguments: object) -> str:
    """What a verb of llavactl prints."""
    command = [program, *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def ours(program: str, text: Path, projector: Path) -> tuple[list, list[int], list[float]]:
    """The prompt's tokens (None for the beginning), the answer's tokens and their log-probabilities."""
    prompt = json.loads(run(program, "model", "tokenize", "--model", text, "--special", PROMPT))
    answer = json.loads(
        run(
            program, "ask", PICTURE, "--model", text, "--mmproj", projector, "--json",
            "--raw-prompt", PROMPT, "--max-tokens", TOKENS, "--ignore-eos",
            "--arithmetic", "exact",
        )
    )  # fmt: skip
    tokens = answer["tokens"]
    begin = answer["prompt_tokens"] - len(prompt)
    assert begin in (0, 1), "the prompt's tokens are not those of 'tokenize'"
    prompt = [None] * begin + prompt
    return prompt, [t["id"] for t in tokens], [t["logprob"] for t in tokens]


def theirs(text: Path, prompt: list, answer: list[int]) -> np.ndarray:
    """llama.cpp's log-probabilities of the same answer."""
    model = llama_cpp.Llama(
        str(text), n_ctx=256, n_threads=2, logits_all=True, verbose=False, flash_attn=False
    )
    prompt = [model.token_bos() if id is None else id for id in prompt]
    same = model.tokenize(PROMPT.encode(), add_bos=True, special=True)
    assert same == prompt, f"llama.cpp reads other tokens: {same}, not {prompt}"
    model.eval(prompt + answer[:-1])
    scores = model.scores[len(prompt) - 1 : len(prompt) + len(answer) - 1].astype("f8")
    scores -= scores.max(axis=1, keepdims=True)
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return scores[np.arange(len(answer)), answer]


def main() -> int:
    """Every mix, and every imported folder in three types."""
    program = sys.argv[1]
    without_repacking()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        run(program, "model", "synth", "--shape", "tiny", "--type", "f16", "--seed", 3, "--out", folder)
        source = Path(folder) / "tiny-f16.gguf"
        projector = Path(folder) / "tiny-f16.mmproj.gguf"
        cases = []
        for mix in MIXES:
            text = Path(folder) / f"quantized-{mix}.gguf"
            run(program, "model", "quantize", source, "--out", text, "--type", mix)
            cases.append((f"tiny as {mix}", mix, text, projector))
        for source, mixes in FOLDERS.items():
            for mix in mixes:
                paths = run(program, "model", "import", source, "--out", folder, "--type", mix).split()
                cases.append((f"{source.name} as {mix}", mix, Path(paths[0]), Path(paths[1])))
        for name, mix, text, mmproj in cases:
            prompt, answer, logprobs = ours(program, text, mmproj)
            miss = np.abs(theirs(text, prompt, answer) - logprobs)
            worst, mean = LIMITS.get(mix, (0.6, 0.08))
            good = miss.max() <= worst and miss.mean() <= mean
            failed += not good
            print(f"{'ok' if good else 'WRONG':6}{name:24} worst {miss.max():.4f}  mean {miss.mean():.4f}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
