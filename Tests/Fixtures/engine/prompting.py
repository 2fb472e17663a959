"""The original LLaVA prompt rules: vicuna_v1 layout and tokenizer_image_token.

Written from the published behaviour (LLaVA repository c121f04: llava/conversation.py,
llava/mm_utils.py), on plain SentencePiece ids.
"""

IMAGE = -200
"""Marks the place of the picture in a list of token ids."""

SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)


def vicuna_v1(question: str, with_image: bool, system: str = SYSTEM) -> str:
    """One user turn, answer open."""
    user = ("<image>\n" if with_image else "") + question
    return f"{system} USER: {user} ASSISTANT:"


def token_ids(processor, prompt: str) -> list[int]:
    """BOS, then every chunk between `<image>` marks encoded alone, joined by IMAGE.

    Each chunk gets SentencePiece's own dummy prefix, so the newline after the mark becomes two ids.
    """
    ids = [processor.bos_id()]
    for index, chunk in enumerate(prompt.split("<image>")):
        if index:
            ids.append(IMAGE)
        ids += processor.encode(chunk)
    return ids
