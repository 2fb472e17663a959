"""Every tokenizer's ids of `strings.texts()` against the packages the models were trained with.

A vocabulary is a GGUF file without tensors; `tokenizer.model` and `tokenizer.json` are made from it, as a
released model's folder holds them. `--vocabularies` names a folder of ggml-vocab-NAME.gguf files of real
models, which the repository ggml-org/llama.cpp has below `models`; without it only the fixtures' are read.
"""

import json
import subprocess
import sys
from pathlib import Path

import gguf
from sentencepiece import SentencePieceProcessor
from sentencepiece import sentencepiece_model_pb2 as protobuf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers import models as kinds
from transformers import GPT2Tokenizer, Qwen2Tokenizer

import folders
import models
import strings
from members import LLAMA3_BYTES, SENTENCES, Member
from vocabularies import FIXTURES

sys.path.insert(0, str(FIXTURES / "tokenizer"))

import save_json  # noqa: E402

NORMAL, CONTROL, USER_DEFINED = 1, 3, 4
CONTRACTION = "'s|'t|'re|'ve|'m|'ll|'d"
LATER = (
    "(?i:" + CONTRACTION + r")|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPLITS = {"llama-bpe": LATER % "{1,3}", "qwen2": LATER % ""}
"""By `tokenizer.ggml.pre`; the others cut words as the package's own byte-level step does."""
COMPOSING = {"qwen2", "mpt"}
"""Families whose tokenizer.json has the normalizer NFC."""
PAIRS = {"qwen2": Qwen2Tokenizer, "gpt-2": GPT2Tokenizer, "mpt": GPT2Tokenizer}
"""The classes of transformers that read a vocabulary from vocab.json and merges.txt; MPT's has none of its
own, and read as GPT-2's it composes nothing."""
LEGACY, BYTES = ["llama-spm"], ["llama-bpe", "qwen2", "gpt-2", "mpt"]


def keys(path: Path) -> dict:
    """The tokenizer's keys of a GGUF file, without their prefix."""
    prefix = "tokenizer.ggml."
    fields = gguf.GGUFReader(path).fields.items()
    return {name[len(prefix):]: field.contents() for name, field in fields if name.startswith(prefix)}


def sentence_pieces(source: dict) -> bytes:
    """The tokenizer.model of a vocabulary of LLaMA's kind."""
    proto = protobuf.ModelProto()
    rows = zip(source["tokens"], source["scores"], source["token_type"])
    for piece, score, kind in rows:
        proto.pieces.add(piece=piece, score=score, type=kind)
    proto.trainer_spec.model_type = protobuf.TrainerSpec.BPE
    proto.trainer_spec.vocab_size = len(source["tokens"])
    proto.trainer_spec.byte_fallback = True
    proto.trainer_spec.unk_id = source["unknown_token_id"]
    proto.trainer_spec.bos_id = source["bos_token_id"]
    proto.trainer_spec.eos_id = source["eos_token_id"]
    proto.trainer_spec.pad_id = -1
    proto.normalizer_spec.name = "identity"
    proto.normalizer_spec.add_dummy_prefix = True
    proto.normalizer_spec.remove_extra_whitespaces = False
    proto.normalizer_spec.escape_whitespaces = True
    return proto.SerializeToString()


def byte_level(source: dict) -> Tokenizer:
    """The family's tokenizer, as its tokenizer.json makes it, without control tokens."""
    family = source["pre"]
    rows = list(zip(source["tokens"], source["token_type"]))
    pieces = {text: number for number, (text, kind) in enumerate(rows) if kind == NORMAL}
    # Control pieces between them are part of the vocabulary in the released files, too.
    pieces |= {text: number for number, (text, kind) in enumerate(rows[:len(pieces)]) if kind == CONTROL}
    merges = [tuple(merge.split(" ")) for merge in source["merges"]]
    tokenizer = Tokenizer(kinds.BPE(pieces, merges, ignore_merges=family == LLAMA3_BYTES))
    if family in COMPOSING:
        tokenizer.normalizer = normalizers.NFC()
    cut = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=family not in SPLITS)
    if family in SPLITS:
        split = pre_tokenizers.Split(Regex(SPLITS[family]), "isolated")
        cut = pre_tokenizers.Sequence([split, cut])
    tokenizer.pre_tokenizer = cut
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def added(source: dict) -> list[AddedToken]:
    """Pieces that are found before words are cut; rows a converter named for padding are none."""
    rows = enumerate(zip(source["tokens"], source["token_type"]))
    return [AddedToken(text, normalized=True) for number, (text, kind) in rows
            if kind == USER_DEFINED and text != f"[PAD{number}]" and not text.startswith("<|")]


def with_numbers(tokenizer: Tokenizer, source: dict) -> str:
    """The text of tokenizer.json with added and control tokens at their own numbers."""
    text = json.loads(tokenizer.to_str())
    number = {piece: place for place, piece in enumerate(source["tokens"])}
    found = [(token.content, False) for token in added(source)]
    rows = zip(source["tokens"], source["token_type"])
    found += [(piece, True) for piece, kind in rows if kind == CONTROL]
    text["added_tokens"] = [
        {"id": number[piece], "content": piece, "single_word": False, "lstrip": False,
         "rstrip": False, "normalized": not special, "special": special}
        for piece, special in sorted(found, key=lambda entry: number[entry[0]])]
    return json.dumps(text)


def without_control(text: str) -> Tokenizer:
    """The package's tokenizer of a tokenizer.json for text of users: no control token is read."""
    document = json.loads(text)
    document["added_tokens"] = [one for one in document["added_tokens"] if not one["special"]]
    return Tokenizer.from_str(json.dumps(document))


def engine(llavactl: Path, model: Path, texts: list[str], *flags: str) -> list[list[int]]:
    """The engine's ids."""
    done = subprocess.run(
        [llavactl, "model", "tokenize", "--model", model, "--lines", *flags],
        input="\n".join(json.dumps(text) for text in texts), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def folder(work: Path, source: dict, files: dict[str, bytes], configuration: dict) -> Path:
    """A model's folder with these tokenizer files and the smallest weights."""
    member = Member("tokens", "", vocabulary=SENTENCES, side=28)
    config = models.configuration(member, len(source["tokens"]))
    path = folders.write(work / "tokens", member, models.build(member, config, 1), config)
    (path / "tokenizer.model").unlink()
    for name, contents in files.items():
        (path / name).write_bytes(contents)
    folders.dump(path / "tokenizer_config.json", configuration)
    return path


def roles(source: dict) -> dict:
    """tokenizer_config.json."""
    names = {"bos_token": "bos_token_id", "eos_token": "eos_token_id", "unk_token": "unknown_token_id"}
    return {role: source["tokens"][source[key]] for role, key in names.items() if key in source}


def legacy_rows(llavactl: Path, work: Path, name: str, path: Path, texts: list[str]) -> list[str]:
    """LLaMA's: three forms against sentencepiece, tokenizer.json against tokenizers, too."""
    source = keys(path)
    model = sentence_pieces(source)
    processor = SentencePieceProcessor(model_proto=model)
    truth = processor.encode(texts)
    whole = save_json.build(processor)
    whole.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    document = whole.to_str()
    # LLaMA's own file calls its three first pieces special; text of users holds none.
    rust = [one.ids for one in without_control(document).encode_batch(texts, add_special_tokens=False)]
    rows = [row(name, "GGUF", "sentencepiece", truth, engine(llavactl, path, texts), texts)]
    own = folder(work, source, {"tokenizer.model": model}, roles(source))
    rows.append(row(name, "tokenizer.model", "sentencepiece", truth, engine(llavactl, own, texts), texts))
    own = folder(work, source, {"tokenizer.json": document.encode()}, roles(source))
    ids = engine(llavactl, own, texts)
    rows.append(row(name, "tokenizer.json", "sentencepiece", truth, ids, texts))
    rows.append(row(name, "tokenizer.json", "tokenizers", rust, ids, texts))
    return rows


def between_controls(source: dict, texts: list[str]) -> list[str]:
    """Every text between two control tokens."""
    control = [piece for piece, kind in zip(source["tokens"], source["token_type"]) if kind == CONTROL]
    return [control[n % len(control)] + text + control[n * 7 % len(control)] + "\n"
            for n, text in enumerate(texts)]


def byte_rows(llavactl: Path, work: Path, name: str, path: Path, texts: list[str]) -> list[str]:
    """A byte-level vocabulary: both forms, text of users and text with control tokens."""
    source = keys(path)
    document = with_numbers(byte_level(source), source)
    plain, parsing = without_control(document), Tokenizer.from_str(document)
    truth = [one.ids for one in plain.encode_batch(texts, add_special_tokens=False)]
    marked = between_controls(source, texts)
    special = [one.ids for one in parsing.encode_batch(marked, add_special_tokens=False)]
    own = folder(work, source, {"tokenizer.json": document.encode()}, roles(source))
    rows = []
    for form, model in (("GGUF", path), ("tokenizer.json", own)):
        rows.append(row(name, form, "tokenizers", truth, engine(llavactl, model, texts), texts))
        ids = engine(llavactl, model, marked, "--special")
        rows.append(row(name, form + ", control tokens", "tokenizers", special, ids, marked))
    return rows


def pair_rows(llavactl: Path, work: Path, name: str, path: Path, texts: list[str]) -> list[str]:
    """vocab.json and merges.txt against transformers, which has the same folder; as it is and imported."""
    source = keys(path)
    tokenizer, kind = byte_level(source), PAIRS[source["pre"]].__name__
    tokens = json.loads(with_numbers(tokenizer, source))["added_tokens"]
    configuration, files = roles(source) | {"tokenizer_class": kind}, {}
    if kind == "GPT2Tokenizer":
        files["added_tokens.json"] = json.dumps({one["content"]: one["id"] for one in tokens}).encode()
        files["special_tokens_map.json"] = json.dumps(roles(source)).encode()
    else:
        configuration["added_tokens_decoder"] = {one.pop("id"): one for one in tokens}
    own = folder(work, source, files, configuration)
    tokenizer.model.save(str(own))
    # Not AutoTokenizer, which knows no class for a LLaVA's configuration.
    reference = PAIRS[source["pre"]].from_pretrained(own)
    subprocess.run([llavactl, "model", "import", own, "--out", work / "imported"], capture_output=True,
                   text=True, check=True)
    marked = between_controls(source, texts)
    rows = []
    for what, given, flags in ((kind, texts, ()), (kind + ", control tokens", marked, ("--special",))):
        truth = reference(given, add_special_tokens=False)["input_ids"]
        for form, model in (("vocab.json", own), ("imported", work / "imported" / f"{own.name}-f16.gguf")):
            ids = engine(llavactl, model, given, *flags)
            rows.append(row(name, f"{form}, {what}", "transformers", truth, ids, given))
    return rows


def row(
    name: str, form: str, reference: str, truth: list[list[int]], ids: list[list[int]],
    texts: list[str],
) -> str:
    """A line of the table; what differs is printed."""
    if len(truth) != len(ids):
        raise ValueError(f"{name}, {form}: {len(ids)} lines of ids for {len(truth)} texts")
    different = [n for n, (one, other) in enumerate(zip(truth, ids)) if one != other]
    for n in different[:5]:
        print(f"{name}, {form}: {texts[n]!a}\n  {reference} {truth[n]}\n  engine {ids[n]}")
    return (f"| {name} | {form} | {reference} | {len(truth)} | {len(truth) - len(different)} "
            f"| {len(different)} |")


def table(llavactl: Path, work: Path, vocabularies: Path | None = None) -> str:
    """Every vocabulary in every form."""
    texts = strings.texts()
    rows = legacy_rows(llavactl, work, "LLaMA, fixture", FIXTURES / "tokenizer/tokenizer.gguf", texts)
    for name in ("llama-bpe", "qwen2", "mpt"):
        path = FIXTURES / f"byte-level/{name}.gguf"
        rows += byte_rows(llavactl, work, f"{name}, fixture", path, texts)
        if name in PAIRS:
            rows += pair_rows(llavactl, work, f"{name}, fixture", path, texts)
    if vocabularies:
        for make, names in ((legacy_rows, LEGACY), (byte_rows, BYTES), (pair_rows, ["qwen2", "gpt-2"])):
            for name in names:
                path = vocabularies / f"ggml-vocab-{name}.gguf"
                rows += make(llavactl, work, f"{name}, real", path, texts)
    heading = "| tokenizer | form | reference | texts | equal | different |\n|---|---|---|---|---|---|\n"
    return heading + "\n".join(rows)


def main() -> None:
    """The table alone: LLAVACTL WORK [VOCABULARIES]."""
    arguments = [Path(argument).resolve() for argument in sys.argv[1:]]
    arguments[1].mkdir(parents=True, exist_ok=True)
    print(table(*arguments))


if __name__ == "__main__":
    main()
