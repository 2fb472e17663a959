"""Small vocabularies of unusual make with sentencepiece's ids, and broken ones; see README.md."""

import io
import json
import random
from pathlib import Path

import gguf
import sentencepiece

HERE = Path(__file__).parent
WORDS = "a picture of the large red star under a small blue boat and one green house".split()
USER_DEFINED = ["<sep>", "<sep><sep>", "red", "\u2581boat", "é", "00"]
BASE = {
    "model": "llama", "tokens": ["<unk>", "<s>", "</s>", "a"], "scores": [0.0, 0.0, 0.0, -1.0],
    "types": [2, 3, 3, 1], "bos": 1, "eos": 2, "unk": 0,
}
BROKEN = {
    "another-model": {"model": "t5"},
    "no-model": {"model": None},
    "no-tokens": {"tokens": None},
    "no-scores": {"scores": None},
    "few-scores": {"scores": [0.0, 0.0, 0.0]},
    "nan-score": {"scores": [0.0, 0.0, 0.0, float("nan")]},
    "no-types": {"types": None},
    "few-types": {"types": [2, 3, 3]},
    "unknown-type": {"types": [2, 3, 3, 7]},
    "begin-outside": {"bos": 4},
    "no-begin": {"bos": None},
    "no-end": {"tokens": ["<unk>", "<s>", "<stop>", "a"], "eos": None},
    "no-unknown": {"unk": None},
    "one-byte": {"tokens": ["<unk>", "<s>", "</s>", "<0x00>"], "types": [2, 3, 3, 6]},
}


def sentences(count: int = 800):
    """Seeded sentences of few words."""
    pick = random.Random(3)
    for _ in range(count):
        yield " ".join(pick.choices(WORDS, k=pick.randint(3, 9)))


def train(pieces: int, **options):
    """A processor trained through memory."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=sentences(), model_writer=model, model_type="bpe", vocab_size=pieces,
        normalization_rule_name="identity", add_dummy_prefix=True, remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True, hard_vocab_limit=False, num_threads=1, minloglevel=2,
        **options)
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def kind(processor, index: int, user_defined: set[str]) -> int:
    """The piece's type as the file stores it."""
    for test, number in ((processor.is_unknown, 2), (processor.is_control, 3),
                         (processor.is_unused, 5), (processor.is_byte, 6)):
        if test(index):
            return number
    return 4 if processor.id_to_piece(index) in user_defined else 1


def values(processor, user_defined: set[str]) -> dict:
    """The values of a trained vocabulary, by the names of BASE."""
    indices = range(processor.vocab_size())
    return BASE | {
        "tokens": [processor.id_to_piece(i) for i in indices],
        "scores": [processor.get_score(i) for i in indices],
        "types": [kind(processor, i, user_defined) for i in indices],
    }


def write(name: str, values: dict) -> None:
    """A vocabulary-only file; a value of None leaves its key out."""
    writer = gguf.GGUFWriter(HERE / f"{name}.gguf", "llama")
    put = {
        "model": writer.add_tokenizer_model, "tokens": writer.add_token_list,
        "scores": writer.add_token_scores, "types": writer.add_token_types,
        "bos": writer.add_bos_token_id, "eos": writer.add_eos_token_id,
        "unk": writer.add_unk_token_id,
    }
    for key, add in put.items():
        if values[key] is not None:
            add(values[key])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def texts(atoms: list[str], count: int = 300):
    """Seeded mixtures of words, user-defined pieces and what no vocabulary has."""
    pick = random.Random(4)
    yield from atoms
    for _ in range(count):
        yield "".join(pick.choice(atoms + WORDS + [" ", "  "]) for _ in range(pick.randint(1, 9)))


def record(name: str, processor, atoms: list[str]) -> None:
    """The ids of many texts, without BOS."""
    with open(HERE / f"{name}.jsonl", "w", encoding="ascii") as file:
        for text in dict.fromkeys(texts(atoms)):
            row = {"text": text, "ids": processor.encode(text)}
            file.write(json.dumps(row, separators=(",", ":")) + "\n")


def main() -> None:
    """Everything, in order."""
    defined = train(340, byte_fallback=True, user_defined_symbols=USER_DEFINED)
    write("user-defined", values(defined, set(USER_DEFINED)))
    record("user-defined", defined, USER_DEFINED + ["boat", " boat", "re", "sep>", "000", "e\u0301"])
    plain = train(60)
    write("without-bytes", values(plain, set()))
    record("without-bytes", plain, ["日本", "語", "Z", "Q", "\n", "<unk>"])
    for name, change in BROKEN.items():
        write(f"broken-{name}", BASE | change)


if __name__ == "__main__":
    main()
