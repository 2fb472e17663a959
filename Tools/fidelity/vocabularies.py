"""The tiny vocabularies of the fixtures, as each format holds them."""

import json
import sys
from pathlib import Path

import gguf

from members import LLAMA3_BYTES, SENTENCES, Member

FIXTURES = Path(__file__).resolve().parents[2] / "Tests/Fixtures"
sys.path.insert(0, str(FIXTURES / "tokenizer"))

from vocabulary import Vocabulary  # noqa: E402


def byte_level(member: Member) -> dict:
    """The tokenizer.json of a member with a byte-level vocabulary."""
    return json.loads((FIXTURES / f"byte-level/{member.vocabulary}.tokenizer.json").read_text())


def marks(member: Member) -> tuple[int, int]:
    """The ids that begin a text and end an answer."""
    if member.vocabulary == SENTENCES:
        return 1, 2
    control = {entry["content"]: entry["id"] for entry in byte_level(member)["added_tokens"]}
    return control["<|endoftext|>"], control["<|im_end|>"]


def add_vocabulary(writer: gguf.GGUFWriter, member: Member, rows: int) -> None:
    """The tokenizer's keys."""
    if member.vocabulary == SENTENCES:
        Vocabulary(FIXTURES / "tokenizer/tokenizer.model").add_to(writer, rows)
        return
    source = byte_level(member)
    pieces = dict(source["model"]["vocab"])
    control = {entry["content"]: entry["id"] for entry in source["added_tokens"]}
    pieces |= control
    by_id = {number: piece for piece, number in pieces.items()}
    tokens = [by_id.get(number, f"[PAD{number}]") for number in range(rows)]
    kinds = [5 if n not in by_id else 3 if by_id[n] in control else 1 for n in range(rows)]
    merges = source["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(member.vocabulary)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    writer.add_bos_token_id(control["<|endoftext|>"])
    writer.add_eos_token_id(control["<|im_end|>"])
    writer.add_add_bos_token(member.vocabulary == LLAMA3_BYTES)
