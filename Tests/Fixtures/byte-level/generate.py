"""Byte-level vocabularies of three families with the tokenizers package's ids; see README.md."""

import json
import sys
from pathlib import Path

import gguf
from tokenizers import (
    AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers,
)
from transformers import GPT2Tokenizer, Qwen2Tokenizer

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tokenizer"))

from corpus import sentences  # noqa: E402
from texts import all_strings  # noqa: E402

CONTRACTION = "'s|'t|'re|'ve|'m|'ll|'d"
LATER = (
    "(?i:" + CONTRACTION + r")|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
FIRST = CONTRACTION + r"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
FAMILIES = {
    "llama-bpe": (LATER % "{1,3}", True, []),
    "qwen2": (LATER % "", False, []),
    "mpt": (FIRST, False, ["  ", "   "]),
}
COMPOSING = {"qwen2", "mpt"}
"""Families whose normalizer is Unicode's form C."""
CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
PAIRS = {"qwen2": ("qwen2", Qwen2Tokenizer), "gpt-2": ("mpt", GPT2Tokenizer)}
"""Folders of vocab.json and merges.txt: whose vocabulary, and the class that reads it."""
SENTENCES = ["I'm sure they'll say it's 1234567 DON'T WE'VE.", "  two\n\n  lines\r\n\ttab, end"]


def strings() -> list[str]:
    """The texts of the other tokenizer, and some for contractions, digits and line breaks."""
    more = ["'S'll 'VE'd", "12 345 6789012", "a\n b\n\n  c \n", "x  y   z    ", "!?\n\n\n.\r\n."]
    more += ["it'\u017f 'S", "x'\u017fy", "re\u0301sume\u0301", "\u1112\u1161\u11ab", "\u212b\u0323\u0301",
             "\u0f73\u0323", "a\u0898\u0323", "\U000113c2\U000113c2", "\ua7d2\ua7d4x", "\U00011de0\U00011de12",
             "x\U00032000\U00032001", "\u0344\u0958\ufb4f", "[PAD3]"]
    # A third is enough for rules that differ in three points; it keeps the file small.
    return [*more, *SENTENCES, *all_strings()[::3]]


def train(pattern: str, ignore_merges: bool, user_defined: list[str]) -> Tokenizer:
    """A vocabulary of all bytes and 300 merges."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=556, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator([*sentences(), *(SENTENCES * 20), *all_strings()[:80]], trainer)
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in user_defined])
    tokenizer.add_special_tokens(CONTROL)
    return tokenizer


def write(name: str, tokenizer: Tokenizer, user_defined: list[str]) -> None:
    """A vocabulary-only GGUF."""
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    tokens = [piece for piece, _ in pieces]
    kinds = [3 if t in CONTROL else 4 if t in user_defined else 1 for t in tokens]
    merges = [" ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]
    writer = gguf.GGUFWriter(HERE / f"{name}.gguf", "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(name)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index(CONTROL[0]))
    writer.add_eos_token_id(tokens.index(CONTROL[0]))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def write_pairs(name: str, tokenizer: Tokenizer) -> None:
    """A folder as transformers' slow tokenizers wrote it, with added tokens in the new or the old place."""
    folder, kind = HERE / name, PAIRS[name][1].__name__
    folder.mkdir(exist_ok=True)
    tokenizer.model.save(str(folder))
    added = {token["content"]: token for token in json.loads(tokenizer.to_str())["added_tokens"]}
    if name == "qwen2":
        files = {"tokenizer_config.json": {
            "tokenizer_class": kind, "add_prefix_space": False, "bos_token": None,
            "eos_token": CONTROL[2], "pad_token": CONTROL[0], "additional_special_tokens": CONTROL[1:],
            "added_tokens_decoder": {
                token.pop("id"): token for token in sorted(added.values(), key=lambda one: one["id"])},
        }}
    else:
        files = {
            "tokenizer_config.json": {"tokenizer_class": kind, "eos_token": "<|unknown|>"},
            "added_tokens.json": {text: token["id"] for text, token in added.items()},
            "special_tokens_map.json": {
                "bos_token": CONTROL[0], "eos_token": {"content": CONTROL[0], "lstrip": False}},
        }
    for file, value in files.items():
        (folder / file).write_text(json.dumps(value, indent=1) + "\n", encoding="ascii")


def main() -> None:
    """Every family: its file and one list of ids a text."""
    texts = strings()
    columns = {}
    for name, (pattern, ignore_merges, user_defined) in FAMILIES.items():
        tokenizer = train(pattern, ignore_merges, user_defined)
        if name in COMPOSING:
            tokenizer.normalizer = normalizers.NFC()
        write(name, tokenizer, user_defined)
        tokenizer.save(str(HERE / f"{name}.tokenizer.json"), pretty=False)
        columns[name] = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        for folder in (folder for folder, (source, _) in PAIRS.items() if source == name):
            write_pairs(folder, tokenizer)
    slow = {name: kind.from_pretrained(HERE / name) for name, (_, kind) in PAIRS.items()}
    with open(HERE / "strings.jsonl", "w", encoding="ascii") as file:
        for index, text in enumerate(texts):
            # Control tokens in a text become those here, and never where a user typed them.
            if any(piece in text for piece in CONTROL):
                continue
            row = {"text": text} | {name: ids[index] for name, ids in columns.items()}
            # Only what differs from the ids of the same vocabulary read from tokenizer.json.
            for name, (source, _) in PAIRS.items():
                ids = slow[name](text, add_special_tokens=False)["input_ids"]
                if ids != row[source]:
                    row |= {name + ", pairs": ids}
            file.write(json.dumps(row, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
