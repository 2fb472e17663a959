"""What the references make of a picture and a prompt, in float32."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from transformers import CLIPImageProcessorPil, LlavaNextImageProcessorPil, SiglipImageProcessorPil

from folders import colours
from members import CLIP, Member, pinpoints

IMAGE = -200
BICUBIC = Image.Resampling.BICUBIC


@dataclass
class Greedy:
    """Tokens of a greedy run and the smallest distance between the two best logits."""

    tokens: list[int]
    margin: float


def original_views(member: Member, picture: Image.Image, code: dict) -> np.ndarray:
    """The original project's pixels, (views, 3, side, side).

    `code` holds `select_best_resolution`, `resize_and_pad_image` and `divide_to_patches` of its
    mm_utils.py.
    """
    side = member.side
    if member.tower != CLIP:
        views = [picture.resize((side, side), BICUBIC)]
    elif member.linear:
        views = [middle(picture, side)]
    elif member.tiles:
        best = code["select_best_resolution"](picture.size, pinpoints(side))
        canvas = code["resize_and_pad_image"](picture, best)
        views = [picture.resize((side, side)), *code["divide_to_patches"](canvas, side)]
    else:
        views = [square(picture, member).resize((side, side), BICUBIC)]
    return np.stack([normalised(member, np.asarray(view)) for view in views])


def middle(picture: Image.Image, side: int) -> Image.Image:
    """CLIP's own way: shorter edge to `side`, the middle cut out."""
    width, height = picture.size
    short, long = min(width, height), max(width, height)
    other = int(side * long / short)
    size = (side, other) if width <= height else (other, side)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    return picture.resize(size, BICUBIC).crop((left, top, left + side, top + side))


def square(picture: Image.Image, member: Member) -> Image.Image:
    """The picture in the middle of a square of the mean colour."""
    side = max(picture.size)
    if min(picture.size) == side:
        return picture
    colour = tuple(int(value * 255) for value in colours(member)[0])
    canvas = Image.new("RGB", (side, side), colour)
    canvas.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return canvas


def normalised(member: Member, values: np.ndarray) -> np.ndarray:
    """((x / 255) - mean) / std, every step in float32."""
    mean, std = (np.array(part, dtype=np.float32) for part in colours(member))
    scaled = values.astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(((scaled - mean) / std).transpose(2, 0, 1))


def hugging_face_views(member: Member, picture: Image.Image) -> np.ndarray:
    """The pixels of transformers' own processor, (views, 3, side, side)."""
    mean, std = colours(member)
    square_size = {"height": member.side, "width": member.side}
    common = dict(image_mean=mean, image_std=std)
    if member.tower != CLIP:
        processor = SiglipImageProcessorPil(size=square_size, resample=3, **common)
    else:
        edges = dict(size={"shortest_edge": member.side}, crop_size=square_size)
        if member.tiles:
            processor = LlavaNextImageProcessorPil(
                **edges, **common, image_grid_pinpoints=pinpoints(member.side))
        else:
            processor = CLIPImageProcessorPil(**edges, **common)
    pixels = np.asarray(processor(picture, return_tensors="np")["pixel_values"], dtype=np.float32)
    return pixels[0] if member.tiles else pixels


class Reference:
    """A loaded model looking at one picture."""

    def __init__(self, member: Member, model, views: np.ndarray, size: tuple[int, int], patch=None):
        self.member, self.model = member, model
        pixels = torch.from_numpy(views)
        states = model.model.vision_tower(pixels, output_hidden_states=True).hidden_states
        chosen = states[member.feature_layer]
        if member.tower == CLIP:
            chosen = chosen[:, 1:]
        rows = model.model.multi_modal_projector(chosen)
        if member.tiles:
            merged, _ = model.model.pack_image_features(
                [rows], [(size[1], size[0])], "default", model.model.image_newline)
            self.features = merged[0]
        else:
            self.features = rows[0]

    def embeddings(self, ids: list[int]) -> torch.Tensor:
        """Text rows with the picture's in place of IMAGE, (1, positions, D)."""
        table = self.model.model.language_model.embed_tokens
        return torch.cat(
            [self.features if i == IMAGE else table(torch.tensor([i])) for i in ids])[None]

    def logits(self, ids: list[int]) -> torch.Tensor:
        """Logits of every merged position, (positions, V)."""
        output = self.model.model.language_model(
            inputs_embeds=self.embeddings(ids), use_cache=False)
        return self.model.lm_head(output.last_hidden_state)[0]

    def check(self, ids: list[int], views: np.ndarray, size: tuple[int, int]) -> None:
        """Putting rows and text together must give what transformers' own forward gives."""
        if self.member.linear:
            return
        token = self.model.config.image_token_id
        merged = [t for i in ids for t in ([token] * len(self.features) if i == IMAGE else [i])]
        pixels = torch.from_numpy(views)
        extra = {}
        if self.member.tiles:
            pixels = pixels[None]
            extra["image_sizes"] = torch.tensor([[size[1], size[0]]])
        whole = self.model(
            input_ids=torch.tensor([merged]), pixel_values=pixels, use_cache=False, **extra)
        torch.testing.assert_close(self.logits(ids), whole.logits[0], rtol=1e-5, atol=1e-5)

    def greedy(self, ids: list[int], count: int, forbidden: set[int]) -> Greedy:
        """The likeliest token `count` times; gives up with margin 0 at a forbidden one."""
        tokens, margin = [], math.inf
        output = self.model.model.language_model(inputs_embeds=self.embeddings(ids), use_cache=True)
        while True:
            last = self.model.lm_head(output.last_hidden_state)[0, -1].double()
            top = torch.topk(last, 2)
            token = int(top.indices[0])
            margin = min(margin, float(top.values[0] - top.values[1]))
            if token in forbidden or margin < 1e-3:
                return Greedy(tokens, 0.0)
            tokens.append(token)
            if len(tokens) == count:
                return Greedy(tokens, margin)
            row = self.model.model.language_model.embed_tokens(torch.tensor([[token]]))
            output = self.model.model.language_model(
                inputs_embeds=row, past_key_values=output.past_key_values, use_cache=True)
