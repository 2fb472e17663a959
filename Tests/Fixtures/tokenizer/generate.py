"""Trains the small SentencePiece vocabulary and records what sentencepiece makes of many strings.

Writes tokenizer.model, tokenizer.gguf, strings.jsonl and decodings.jsonl beside this file.
"""

import io
import json
import random
import re
from pathlib import Path

import gguf
import sentencepiece

from corpus import sentences
from texts import all_strings
from vocabulary import Vocabulary

HERE = Path(__file__).parent
PIECES = 448
BYTE_IDS = range(3, 259)


def train() -> None:
    """LLaMA's settings at 448 pieces, through memory so that the model names no folder."""
    model = io.BytesIO()
    ascii_characters = "".join(chr(i) for i in range(33, 127))
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences()),
        model_writer=model,
        model_type="bpe",
        vocab_size=PIECES,
        byte_fallback=True,
        split_digits=True,
        allow_whitespace_only_pieces=True,
        normalization_rule_name="identity",
        add_dummy_prefix=True,
        remove_extra_whitespaces=False,
        character_coverage=0.9995,
        required_chars=ascii_characters,
        num_threads=1,
        minloglevel=2,
    )
    (HERE / "tokenizer.model").write_bytes(model.getvalue())


def special_ids(processor, text: str) -> list[int]:
    """Ids when `<s>` and `</s>` in the text are control tokens (legacy: a prefix per fragment)."""
    ids = []
    for fragment in re.split("(<s>|</s>)", text):
        if fragment in ("<s>", "</s>"):
            ids.append(processor.piece_to_id(fragment))
        else:
            ids += processor.encode(fragment)
    return ids


def write_strings(processor) -> int:
    """One row a string: text, ids without BOS, and the decoded text where it is another one."""
    strings = all_strings()
    with open(HERE / "strings.jsonl", "w", encoding="ascii") as file:
        for text in strings:
            ids = processor.encode(text)
            row = {"text": text, "ids": ids}
            if processor.decode(ids) != text:
                row["decoded"] = processor.decode(ids)
            if "<s>" in text or "</s>" in text:
                row["special_ids"] = special_ids(processor, text)
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
    return len(strings)


def write_decodings(processor, seed: int = 5, count: int = 300) -> None:
    """Id lists no text encodes to: stray bytes, cut characters, control tokens, spaces first."""
    pick = random.Random(seed)
    euro = [3 + byte for byte in "€".encode()]
    smile = [3 + byte for byte in "🙂".encode()]
    rows = [euro, euro[:2], smile, smile[:3], smile[1:], euro[:1] + smile, euro + euro[:1], [3 + 0xFF], [3]]
    # A leading byte token of a space is left out: sentencepiece keeps it, others drop it.
    while len(rows) < count:
        row = [pick.randrange(259, PIECES) if pick.random() < 0.5 else pick.choice(BYTE_IDS)
               for _ in range(pick.randint(1, 8))]
        rows.append([i for i in row if i != 3 + 0x20] or [300])
    with open(HERE / "decodings.jsonl", "w", encoding="ascii") as file:
        for ids in rows:
            row = {"ids": ids, "decoded": processor.decode(ids)}
            file.write(json.dumps(row, separators=(",", ":")) + "\n")


def write_gguf(vocabulary: Vocabulary) -> None:
    """A vocabulary-only GGUF: keys, no tensors."""
    writer = gguf.GGUFWriter(HERE / "tokenizer.gguf", "llama")
    writer.add_name("tiny tokenizer")
    writer.add_vocab_size(PIECES)
    vocabulary.add_to(writer, PIECES)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def main() -> None:
    """Everything, in order."""
    train()
    vocabulary = Vocabulary(HERE / "tokenizer.model")
    write_gguf(vocabulary)
    print(write_strings(vocabulary.processor), "strings,", len(vocabulary), "pieces")
    write_decodings(vocabulary.processor)


if __name__ == "__main__":
    main()
