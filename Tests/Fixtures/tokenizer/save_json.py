"""tokenizer.model as the tokenizer.json files of two generations of transformers hold it.

`prepend.tokenizer.json` puts the space in front by a normaliser and writes merges as texts, as
transformers 4 did for LLaMA; `metaspace.tokenizer.json` has a Metaspace cutter and merges as pairs.
"""

import json
from pathlib import Path

from sentencepiece import SentencePieceProcessor
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers

HERE = Path(__file__).parent


def merges(pieces: SentencePieceProcessor) -> list[tuple[str, str]]:
    """Every pair of pieces that makes a piece, best piece first, as transformers extracts them."""
    ids = {pieces.id_to_piece(i): i for i in range(pieces.vocab_size())}
    pairs = []
    for text, index in ids.items():
        for cut in range(1, len(text)):
            left, right = text[:cut], text[cut:]
            if left in ids and right in ids:
                pairs.append((index, ids[left], ids[right], left, right))
    pairs.sort(key=lambda pair: (-pieces.get_score(pair[0]), pair[1], pair[2]))
    return [pair[3:] for pair in pairs]


def build(pieces: SentencePieceProcessor) -> Tokenizer:
    """The model with LLaMA's special tokens."""
    vocabulary = {pieces.id_to_piece(i): i for i in range(pieces.vocab_size())}
    tokenizer = Tokenizer(models.BPE(
        vocabulary, merges(pieces), unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.add_special_tokens(
        [AddedToken(text, normalized=False, special=True) for text in ("<unk>", "<s>", "</s>")])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
        decoders.Strip(" ", 1, 0)])
    return tokenizer


def main() -> None:
    """Both spellings; the first must encode the recorded strings as sentencepiece does."""
    pieces = SentencePieceProcessor(str(HERE / "tokenizer.model"))
    tokenizer = build(pieces)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    rows = [json.loads(line) for line in open(HERE / "strings.jsonl", encoding="ascii")]
    plain = [row for row in rows if "<" not in row["text"]]
    for row in plain:
        ids = tokenizer.encode(row["text"], add_special_tokens=False).ids
        if ids != row["ids"]:
            raise ValueError(f"tokenizers and sentencepiece differ on {row['text']!r}")
    text = json.loads(tokenizer.to_str())
    text["model"]["merges"] = [" ".join(pair) for pair in text["model"]["merges"]]
    (HERE / "prepend.tokenizer.json").write_text(
        json.dumps(text, separators=(",", ":")) + "\n", encoding="ascii")

    tokenizer.normalizer = None
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("\u2581", "first", False)
    tokenizer.save(str(HERE / "metaspace.tokenizer.json"), pretty=False)
    print(len(plain), "strings agree")


if __name__ == "__main__":
    main()
