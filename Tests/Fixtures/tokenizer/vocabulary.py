"""The tokenizer keys of a GGUF file, read from a SentencePiece model."""

from dataclasses import dataclass, field
from pathlib import Path

import gguf
import sentencepiece
from gguf import TokenType


@dataclass
class Vocabulary:
    """A SentencePiece model and the control pieces a checkpoint added after it."""

    model_path: Path
    added_control_pieces: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.processor = sentencepiece.SentencePieceProcessor(model_file=str(self.model_path))

    def __len__(self):
        return self.processor.vocab_size() + len(self.added_control_pieces)

    def rows(self, count: int) -> list[tuple[str, float, TokenType]]:
        """`count` (piece, score, type) rows; unused padding rows fill the end, as converters do."""
        sp = self.processor
        rows = []
        for i in range(sp.vocab_size()):
            kind = TokenType.NORMAL
            if sp.is_unknown(i):
                kind = TokenType.UNKNOWN
            elif sp.is_control(i):
                kind = TokenType.CONTROL
            elif sp.is_byte(i):
                kind = TokenType.BYTE
            elif sp.is_unused(i):
                kind = TokenType.UNUSED
            rows.append((sp.id_to_piece(i), sp.get_score(i), kind))
        rows += [(piece, -1000.0, TokenType.CONTROL) for piece in self.added_control_pieces]
        rows += [(f"[PAD{i}]", -10000.0, TokenType.UNUSED) for i in range(len(rows), count)]
        if len(rows) != count:
            raise ValueError(f"the vocabulary has {len(rows)} pieces, the model {count} rows")
        return rows

    def add_to(self, writer: gguf.GGUFWriter, count: int) -> None:
        """Adds the tokenizer.ggml.* keys for `count` rows."""
        pieces, scores, kinds = zip(*self.rows(count))
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list(list(pieces))
        writer.add_token_scores(list(scores))
        writer.add_token_types([int(kind) for kind in kinds])
        writer.add_bos_token_id(self.processor.bos_id())
        writer.add_eos_token_id(self.processor.eos_id())
        writer.add_unk_token_id(self.processor.unk_id())
        writer.add_add_bos_token(True)
        writer.add_add_eos_token(False)
        writer.add_add_space_prefix(True)
