"""Quantised weights: the engine's logits against llama.cpp's on the same files and tokens.

The truth is transformers in float32 on the weights as stored, dequantised by gguf-py; the measure is
the relative L2 of all logits, for a prompt and for tokens read one by one.
"""

import json
import random
import subprocess
from pathlib import Path

import gguf
import numpy as np
import torch
from transformers import LlamaForCausalLM

import models
import pairs
from family import run
from members import PIECES, Member
from vocabularies import marks

TYPES = ["f16", "bf16", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "iq4_nl", "iq4_xs", "q2_k", "q3_k_m",
         "q4_k_m", "q5_k_m", "q6_k"]
MEMBER = Member("quantised", "", hidden=512, heads=8, kv_heads=2, context=512)
BLOCKS = 4
ROWS = 512
PROMPT, STEPS = 96, 64
OUTLIERS, FACTOR = 64, 20
"""One channel in 64 is 20 times the others, as trained models have them; the matrices it meets are as
much smaller, so that the model's answers do not hang on it alone."""


def source(work: Path) -> Path:
    """The text model in float32."""
    config = models.configuration(MEMBER, ROWS)
    config.text_config.num_hidden_layers = BLOCKS
    model = models.build(MEMBER, config, 3)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "language_model" not in name:
                continue
            if name.endswith("layernorm.weight"):
                parameter[::OUTLIERS] *= FACTOR
            elif any(part in name for part in ("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj")):
                parameter[:, ::OUTLIERS] /= FACTOR ** 0.5
            if "q_proj" in name or "k_proj" in name:
                parameter *= 0.4
    path = work / "quantised-f32.gguf"
    state = {name: value.float().numpy() for name, value in model.state_dict().items()}
    pairs.write_text(path, MEMBER, state, config.text_config)
    return path


def truth(path: Path, ids: list[int]) -> np.ndarray:
    """float32 logits of every position, from the stored weights."""
    config = models.configuration(MEMBER, ROWS).text_config
    config.num_hidden_layers = BLOCKS
    model = LlamaForCausalLM(config).float().eval()
    names = {short: long for long, short in pairs.LANGUAGE.items()}
    state = {}
    for tensor in gguf.GGUFReader(path).tensors:
        shape = tuple(int(n) for n in reversed(tensor.shape))
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        values = np.array(values, dtype=np.float32).reshape(shape)
        parts = tensor.name.split(".")
        if parts[0] == "blk":
            if parts[2] in ("attn_q", "attn_k"):
                heads = MEMBER.heads if parts[2] == "attn_q" else MEMBER.kv_heads
                pairs_of = values.reshape(heads, shape[0] // heads // 2, 2, shape[1])
                values = np.ascontiguousarray(pairs_of.swapaxes(1, 2)).reshape(shape)
            name = f"model.layers.{parts[1]}.{names[parts[2]]}.{parts[3]}"
        else:
            name = {"token_embd.weight": "model.embed_tokens.weight",
                    "output_norm.weight": "model.norm.weight",
                    "output.weight": "lm_head.weight"}[tensor.name]
        state[name] = torch.from_numpy(values)
    model.load_state_dict(state)
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits[0].numpy()


def relative(found: np.ndarray, exact: np.ndarray) -> float:
    """The relative L2 of a difference."""
    return float(np.linalg.norm(found.astype(np.float64) - exact) / np.linalg.norm(exact))


def table(probe: Path, work: Path, llavactl: Path, llama_python: Path) -> str:
    """A line for each type."""
    generator = random.Random(5)
    begin, _ = marks(MEMBER)
    ids = [begin, *(generator.randrange(260, PIECES - 8) for _ in range(PROMPT + STEPS - 1))]
    ids_file = work / "quantised-ids.json"
    ids_file.write_text(json.dumps({"prompt": ids[:PROMPT], "continuation": ids[PROMPT:]}))
    plain = source(work)
    rows = ["| type | prompt: fast | accurate | llama.cpp | steps: fast | accurate | llama.cpp | "
            "no worse |", "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for name in TYPES:
        path = work / f"quantised-{name}.gguf"
        path.unlink(missing_ok=True)
        subprocess.run(
            [llavactl, "model", "quantize", plain, "--out", path, "--type", name], check=True,
            capture_output=True)
        exact = truth(path, ids)[PROMPT - 1:, :PIECES]
        found = {}
        for arithmetic in ("fast", "accurate"):
            out = work / f"quantised-{name}-{arithmetic}"
            run(probe, work, [{
                "model": str(path), "mmproj": None, "reading": "original", "picture": None,
                "ids": ids[:PROMPT], "continuation": ids[PROMPT:], "greedy": 0,
                "arithmetic": arithmetic, "out": str(out)}])
            found[arithmetic] = np.fromfile(f"{out}.logits", dtype="<f4")
        out = work / f"quantised-{name}-llama.f32"
        subprocess.run(
            [llama_python, Path(__file__).with_name("llama_logits.py"), path, ids_file, out],
            check=True, capture_output=True)
        found["llama.cpp"] = np.fromfile(out, dtype="<f4")
        errors = {}
        for who, logits in found.items():
            logits = logits.reshape(STEPS + 1, ROWS)[:, :PIECES]
            errors[who] = relative(logits[:1], exact[:1]), relative(logits[1:], exact[1:])
        better = all(errors["fast"][i] <= errors["llama.cpp"][i] for i in (0, 1))
        cells = [f"{errors[who][i]:.1e}" for i in (0, 1) for who in found]
        rows.append(f"| {name} | {' | '.join(cells)} | {'yes' if better else 'NO'} |")
        print(rows[-1], flush=True)
    return "\n".join(rows)
