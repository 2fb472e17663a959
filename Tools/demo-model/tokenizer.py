"""Train the SentencePiece model (BPE, 1024 pieces, byte fallback) on the teacher's own words.

    python tokenizer.py --seed 77 --scenes 6000 --out WORK/tokenizer

The options are those of LLaMA's tokenizer: identity normaliser, kept spaces,
split digits, byte fallback; all printable ASCII has a piece.
"""
import argparse
import random
from pathlib import Path

import numpy as np
import sentencepiece

import teacher
from packing import PREFIXES
from scenes import sample_scene

VOCAB = 1024


def corpus(seed, scenes):
    """Lines of conversation text over random scenes."""
    rng, talk = np.random.default_rng(seed), random.Random(seed)
    lines = []
    for _ in range(scenes):
        truth = sample_scene(rng).truth()
        for _ in range(6):
            for question, answer in teacher.conversation(truth, talk):
                lines += question.split("\n") + ["ASSISTANT: " + answer]
    for presets, _, _ in teacher.WHOLE.values():
        lines += presets * 100
    # The frame of every prompt should cost few tokens.
    lines += [prefix.strip() for prefix in PREFIXES] * 500
    talk.shuffle(lines)
    return lines


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--seed", type=int, default=77)
    ap.add_argument("--scenes", type=int, default=6000)
    ap.add_argument("--out", type=Path, required=True, help="path without ending")
    args = ap.parse_args()
    text = args.out.with_suffix(".txt")
    text.write_text("\n".join(corpus(args.seed, args.scenes)), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(args.out), vocab_size=VOCAB, model_type="bpe", byte_fallback=True,
        split_digits=True, allow_whitespace_only_pieces=True, normalization_rule_name="identity",
        remove_extra_whitespaces=False, character_coverage=1.0, required_chars="".join(map(chr, range(33, 127))),
        unk_id=0, bos_id=1, eos_id=2, pad_id=-1, num_threads=1, max_sentence_length=8192, minloglevel=1)
    pieces = sentencepiece.SentencePieceProcessor(model_file=f"{args.out}.model")
    assert pieces.vocab_size() == VOCAB, pieces.vocab_size()
    for prefix in PREFIXES:
        print(len(pieces.encode(prefix)), "tokens:", prefix)


if __name__ == "__main__":
    main()
