"""Writes the picture fixtures and what Pillow makes of them.

Run from this folder:  python generate.py   (see README.md for the versions)

files.tsv    one line a picture file: its header and checksums of Pillow's pixels
reduced.tsv  one line a JPEG and least side: size and checksum of what Pillow decodes
             after `draft`
resizes.tsv  one line a size: checksums of Pillow's pixels for pictures of noise
             that the tests make themselves (`noise` below)
white.tsv    one line a PNG with transparency: checksums of what transformers'
             processors make of it
"""
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import transformers
from PIL import Image, ImageOps, PngImagePlugin
from transformers.image_transforms import convert_to_rgb

HERE = Path(__file__).parent
FILL = (122, 116, 104)
WIDTH, HEIGHT = 45, 31


# Pictures ------------------------------------------------------------------


def noise(seed, width, height):
    """Pixels from a linear congruential generator; the tests compute the same."""
    count = width * height * 3
    values = np.empty(count, np.uint8)
    state = seed
    for i in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values[i] = state >> 24
    return Image.fromarray(values.reshape(height, width, 3))


def photo(width=WIDTH, height=HEIGHT):
    """Gradients, an edge, a disc and a little noise: what a photograph exercises."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 255 * x / max(width - 1, 1)
    green = 255 * y / max(height - 1, 1)
    blue = 128 + 127 * np.sin(x / 3) * np.cos(y / 4)
    inside = (x - width / 3) ** 2 + (y - height / 2) ** 2 < (height / 4) ** 2
    red[inside], green[inside], blue[inside] = 240, 220, 10
    grain = np.asarray(noise(7, width, height), np.float64) / 16
    stacked = np.stack([red, green, blue], -1) + grain
    return Image.fromarray(stacked.clip(0, 255).astype(np.uint8))


# Files ---------------------------------------------------------------------


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **{"quality": 88, **options})
    return out.getvalue()


def png_by_pillow(image, **options):
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(row, depth):
    """A row of samples as PNG stores it, shape (samples,)."""
    if depth == 16:
        return row.astype(">u2").tobytes()
    if depth == 8:
        return row.astype(np.uint8).tobytes()
    bits = np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - depth :]
    return np.packbits(bits.reshape(-1)).tobytes()


# First column, first row, column step, row step of each pass (ISO 15948, 8.2).
ADAM7 = [
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
]  # fmt: skip


def header(width, height, depth, colour, interlaced=False):
    fields = (width, height, depth, colour, 0, 0, int(interlaced))
    return chunk(b"IHDR", struct.pack(">IIBBBBB", *fields))


def png_of(*chunks):
    return PngImagePlugin._MAGIC + b"".join(chunks) + chunk(b"IEND", b"")


def png(samples, depth, colour, before=b"", interlaced=False, idat_bytes=None):
    """A PNG of raw samples, shape (height, width, channels), for what Pillow does not write."""
    height, width = samples.shape[:2]
    data = b""
    for x0, y0, dx, dy in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        part = samples[y0::dy, x0::dx]
        if part.size:
            data += b"".join(b"\0" + packed(row.reshape(-1), depth) for row in part)
    data = zlib.compress(data, 9)
    size = idat_bytes or len(data)
    parts = [chunk(b"IDAT", data[i : i + size]) for i in range(0, len(data), size)]
    return png_of(header(width, height, depth, colour, interlaced), before, *parts)


def exif(orientation, big_endian=False, kind=3):
    """A TIFF block of three entries, the second being the orientation."""
    order = ">" if big_endian else "<"
    value = struct.pack(order + {1: "B3x", 3: "H2x", 4: "I"}[kind], orientation)
    entries = [
        struct.pack(order + "HHI", 0x0100, 3, 1) + struct.pack(order + "H2x", 45),
        struct.pack(order + "HHI", 0x0112, kind, 1) + value,
        struct.pack(order + "HHI", 0x0128, 3, 1) + struct.pack(order + "H2x", 2),
    ]
    head = (b"MM" if big_endian else b"II") + struct.pack(order + "HI", 42, 8)
    return head + struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4)


def with_segment(file, marker, content):
    """A JPEG with one more segment directly after its start."""
    return file[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + file[2:]


def good_jpegs():
    picture = photo()
    grey = picture.convert("L")
    cmyk = Image.fromarray(np.dstack([255 - np.asarray(picture), np.asarray(grey) // 3]), "CMYK")
    yield "jpeg-444.jpg", jpeg(picture, subsampling=0)
    yield "jpeg-422.jpg", jpeg(picture, subsampling=1)
    yield "jpeg-420.jpg", jpeg(picture, subsampling=2)
    yield "jpeg-low-quality.jpg", jpeg(picture, quality=10)
    yield "jpeg-optimised.jpg", jpeg(picture, optimize=True, quality=97)
    yield "jpeg-restarts.jpg", jpeg(picture, restart_marker_rows=1)
    yield "jpeg-stored-rgb.jpg", jpeg(picture, keep_rgb=True)
    yield "jpeg-progressive.jpg", jpeg(picture, progressive=True)
    yield "jpeg-progressive-444.jpg", jpeg(picture, progressive=True, subsampling=0)
    yield "jpeg-grey.jpg", jpeg(grey)
    yield "jpeg-grey-progressive.jpg", jpeg(grey, progressive=True)
    yield "jpeg-cmyk.jpg", jpeg(cmyk)
    yield "jpeg-cmyk-progressive.jpg", jpeg(cmyk, progressive=True)
    ycck = bytearray(jpeg(cmyk))
    ycck[ycck.index(b"Adobe") + 11] = 2  # transform: the same components, read as YCCK
    yield "jpeg-ycck.jpg", bytes(ycck)
    yield "jpeg-profile.jpg", jpeg(picture, icc_profile=b"not a profile" * 100)
    yield "jpeg-trailing-garbage.jpg", jpeg(picture) + b"garbage" * 20
    for size in [(1, 1), (1, 40), (40, 1), (8, 8), (17, 16), (63, 65)]:
        yield "jpeg-{}x{}.jpg".format(*size), jpeg(photo(*size))
    # 4:4:0 and 4:1:1: Pillow does not write them, but the sampling byte of a 4:2:0 or 4:2:2
    # frame can say so; the same blocks then make another, valid picture.
    for name, factors, size in (("440", 0x12, (16, 24)), ("411", 0x41, (24, 16))):
        file = bytearray(jpeg(photo(*size), subsampling=1 if name == "440" else 2))
        file[file.index(b"\xff\xc0") + 11] = factors
        yield f"jpeg-{name}.jpg", bytes(file)
    for orientation in range(1, 9):
        block = b"Exif\0\0" + exif(orientation, big_endian=orientation % 2 == 0)
        file = with_segment(jpeg(picture, quality=60), 0xE1, block)
        yield f"jpeg-orientation-{orientation}.jpg", file
    late = with_segment(jpeg(picture), 0xE1, b"Exif\0\0" + exif(6, kind=4))
    yield "jpeg-orientation-after-comment.jpg", with_segment(late, 0xFE, b"a comment")
    file = with_segment(jpeg(picture), 0xE1, b"Exif\0\0" + exif(9))
    yield "jpeg-orientation-9.jpg", file


def good_pngs():
    picture = photo()
    colours = np.asarray(picture)
    greys = np.asarray(picture.convert("L"))[:, :, None]
    alpha = (255 - greys[:, ::-1]).astype(np.uint8)
    wide = (colours.astype(np.uint32) * 257 + np.arange(WIDTH)[None, :, None]) % 65536
    wide_alpha = wide[:, :, :1] // 3
    palette = chunk(b"PLTE", np.asarray(noise(3, 16, 16)).tobytes())
    for interlaced in (False, True):
        tail = "-interlaced.png" if interlaced else ".png"

        def variant(samples, depth, colour, before=b""):
            return png(samples, depth, colour, before, interlaced)

        for depth in (1, 2, 4, 8):
            levels = greys >> (8 - depth)
            yield f"png-grey-{depth}{tail}", variant(levels, depth, 0)
            entries = chunk(b"PLTE", bytes(range(7, 7 + 3 * min(1 << depth, 80))))
            indices = levels if depth < 8 else levels % 80
            yield f"png-palette-{depth}{tail}", variant(indices, depth, 3, entries)
        yield f"png-grey-16{tail}", variant(wide[:, :, :1] // 100, 16, 0)
        yield f"png-rgb-8{tail}", variant(colours, 8, 2)
        yield f"png-rgb-16{tail}", variant(wide, 16, 2)
        yield f"png-rgba-8{tail}", variant(np.dstack([colours, alpha]), 8, 6)
        yield f"png-rgba-16{tail}", variant(np.dstack([wide, wide_alpha]), 16, 6)
        yield f"png-grey-alpha-8{tail}", variant(np.dstack([greys, alpha]), 8, 4)
        yield f"png-grey-alpha-16{tail}", variant(np.dstack([wide[:, :, 1:2], wide_alpha]), 16, 4)
    transparent = chunk(b"tRNS", bytes(range(200)))
    yield "png-palette-transparent.png", png(greys, 8, 3, palette + transparent)
    yield "png-palette-index-past-end.png", png(greys, 8, 3, chunk(b"PLTE", bytes(range(30))))
    yield "png-grey-transparent.png", png(greys, 8, 0, chunk(b"tRNS", b"\0\x80"))
    yield "png-grey-2-transparent.png", png(greys >> 6, 2, 0, chunk(b"tRNS", b"\0\x01"))
    first = struct.pack(">3H", *map(int, colours[0, 0]))
    yield "png-rgb-transparent.png", png(colours, 8, 2, chunk(b"tRNS", first))
    # Pillow looks for the lower byte of the colour in samples of 8 bits.
    yield "png-grey-1-transparent.png", png(greys >> 7, 1, 0, chunk(b"tRNS", b"\0\0"))
    yield "png-grey-1-no-such-grey.png", png(greys >> 7, 1, 0, chunk(b"tRNS", b"\1\0"))
    yield "png-grey-4-transparent.png", png(greys >> 4, 4, 0, chunk(b"tRNS", b"\1\x55"))
    yield "png-grey-16-transparent.png", png(
        wide[:, :, :1] // 1000, 16, 0, chunk(b"tRNS", b"\0\x20"))
    high = struct.pack(">3H", *map(int, wide[0, 0] >> 8))
    yield "png-rgb-16-transparent.png", png(wide, 16, 2, chunk(b"tRNS", high))
    yield "png-palette-one-transparent.png", png(
        greys >> 5, 8, 3, palette + chunk(b"tRNS", b"\xff\xff\xff\0"))
    yield "png-palette-4-transparent-interlaced.png", png(
        greys >> 4, 4, 3, chunk(b"PLTE", bytes(range(48))) + chunk(b"tRNS", bytes(range(0, 255, 30))),
        interlaced=True)
    yield "png-gamma.png", png(colours, 8, 2, chunk(b"gAMA", struct.pack(">I", 100000)))
    bomb = zlib.compress(bytes(20 << 20), 9)
    yield "png-profile-bomb.png", png(greys, 8, 0, chunk(b"iCCP", b"huge\0\0" + bomb))
    yield "png-text-bomb.png", png(greys, 8, 0, chunk(b"zTXt", b"huge\0\0" + bomb))
    yield "png-many-idat.png", png(colours, 8, 2, idat_bytes=100)
    yield "png-orientation-6.png", png(colours, 8, 2, chunk(b"eXIf", exif(6)))
    yield "png-orientation-3.png", png(greys, 8, 0, chunk(b"eXIf", exif(3, big_endian=True)))
    yield "png-trailing-garbage.png", png_by_pillow(picture) + b"garbage" * 20
    frames = [noise(n, 12, 9) for n in (1, 2, 3)]
    animated = png_by_pillow(frames[0], save_all=True, append_images=frames[1:])
    yield "png-animated.png", animated
    yield "png-1x1.png", png_by_pillow(noise(5, 1, 1))
    yield "png-named.jpg", png_by_pillow(picture.convert("L"))


def bad_files():
    """Files that give no picture, with the failure class each must have."""
    for kind in ("GIF", "WEBP"):
        out = io.BytesIO()
        photo(8, 8).save(out, kind)
        yield "unsupported", f"{kind.lower()}-named.jpg", out.getvalue()
    yield "unsupported", "text-named.jpg", b"<html>404 Not Found</html>\n"
    small = jpeg(photo(16, 16))
    frame = small.index(b"\xff\xc0") + 2  # length, precision, height, width, ...
    yield "too-large", "jpeg-65535.jpg", small[: frame + 3] + b"\xff" * 4 + small[frame + 7 :]
    yield "unsupported", "jpeg-12-bit.jpg", small[: frame + 2] + b"\x0c" + small[frame + 3 :]
    yield "unsupported", "jpeg-lossless.jpg", small[: frame - 1] + b"\xc3" + small[frame:]
    yield "corrupt", "jpeg-no-tables.jpg", small[:2] + small[small.index(b"\xff\xc0") :]
    yield "corrupt", "jpeg-end-first.jpg", small[:2] + b"\xff\xd9" + small[2:]
    for side, name in ((65535, "65535"), (10**9, "1e9")):
        rows = chunk(b"IDAT", zlib.compress(b"\0" * 99))
        yield "too-large", f"png-{name}.png", png_of(header(side, side, 8, 2), rows)
    whole = png(np.asarray(photo(16, 16)), 8, 2)

    def flipped(offset):
        changed = bytearray(whole)
        changed[offset] ^= 1
        return bytes(changed)

    yield "corrupt", "png-bad-header-crc.png", flipped(32)
    yield "corrupt", "png-bad-data-crc.png", flipped(len(whole) - 13)
    rows = chunk(b"IDAT", zlib.compress(bytes(20)))
    yield "corrupt", "png-no-palette.png", png(np.zeros((4, 4, 1)), 8, 3)
    yield "corrupt", "png-depth-3.png", png_of(header(4, 4, 3, 0), rows)
    yield "corrupt", "png-zero-width.png", png_of(header(0, 4, 8, 0), rows)
    yield "corrupt", "png-too-few-rows.png", png_of(header(16, 16, 8, 2), rows)
    yield "corrupt", "png-not-deflate.png", png_of(header(4, 4, 8, 2), chunk(b"IDAT", b"\xff" * 40))
    yield "corrupt", "png-no-data.png", png_of(header(4, 4, 8, 2))


# What Pillow makes of them -------------------------------------------------


def checksum(image):
    """CRC-32 and Adler-32 of the RGB samples, as 16 hexadecimal digits."""
    data = image.tobytes()
    return f"{zlib.crc32(data):08x}{zlib.adler32(data):08x}"


def centred_on_square(image, colour):
    """What LLaVA's expand2square does: the picture in the middle of a square canvas."""
    side = max(image.size)
    square = Image.new("RGB", (side, side), colour)
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def shortest_edge(image, edge):
    width, height = image.size
    scaled = int(edge * max(image.size) / min(image.size))
    size = (edge, scaled) if width <= height else (scaled, edge)
    return image.resize(size, Image.BICUBIC)


def centre_crop(image, edge):
    left, top = (image.width - edge) // 2, (image.height - edge) // 2
    return image.crop((left, top, left + edge, top + edge))


def horizontal_first(image, width, height):
    """A resize whose passes come in the order of Pillow up to 12, whatever the version."""
    return image.resize((width, image.height), Image.BICUBIC).resize((width, height), Image.BICUBIC)


def goldens(image):
    square = centred_on_square(image, FILL)
    return [
        checksum(square),
        checksum(square.resize((336, 336), Image.BICUBIC)),
        checksum(centre_crop(shortest_edge(image, 224), 224)),
    ]


SIZES = [
    (1, 1), (1, 2), (2, 1), (1, 50), (50, 1), (2, 2), (3, 5), (7, 7), (16, 9), (31, 32),
    (47, 45), (64, 64), (100, 75), (75, 100), (113, 29), (14, 301), (224, 224), (224, 300),
    (300, 224), (335, 337), (336, 336), (336, 200), (200, 336), (337, 337), (340, 112),
    (448, 336), (512, 17), (19, 640), (672, 24), (673, 25), (801, 12), (1024, 8), (5, 1500),
]  # fmt: skip


def write_files():
    columns = "file class mode depth width height orientation progressive"
    lines = ["# " + "\t".join((columns + " decoded upright square padded336 cropped224").split())]
    for name, data in [*good_jpegs(), *good_pngs()]:
        (HERE / name).write_bytes(data)
        stored = Image.open(io.BytesIO(data))
        orientation = stored.getexif().get(0x0112, 1)
        if orientation not in range(1, 9):
            orientation = 1
        progressive = "progressive" in stored.info or "interlace" in stored.info
        depth = data[24] if stored.format == "PNG" else 8
        mode = stored.mode
        rgb = stored.convert("RGB")
        upright = ImageOps.exif_transpose(stored).convert("RGB")
        fields = [name, "-", mode, depth, *rgb.size, orientation, int(progressive)]
        fields += [checksum(rgb), checksum(upright), *goldens(upright)]
        lines.append("\t".join(map(str, fields)))
    for failure, name, data in bad_files():
        (HERE / name).write_bytes(data)
        lines.append(f"{name}\t{failure}")
    (HERE / "files.tsv").write_text("\n".join(lines) + "\n")


def write_resizes():
    lines = ["# " + "\t".join("seed width height square padded336 cropped224 resized90x60".split())]
    for seed, (width, height) in enumerate(SIZES, start=1):
        image = noise(seed, width, height)
        fields = [seed, width, height, *goldens(image)]
        fields.append(checksum(horizontal_first(image, 90, 60)))
        lines.append("\t".join(map(str, fields)))
    (HERE / "resizes.tsv").write_text("\n".join(lines) + "\n")


def write_reduced():
    lines = ["# file\tleast side\twidth\theight\tchecksum"]
    for name, data in good_jpegs():
        for side in (3, 7, 15, 31):
            image = Image.open(io.BytesIO(data))
            # Pillow divides by a side of at least 1; at the size there is it decodes as ever.
            image.draft(image.mode, (side, side))
            image = image.convert("RGB")
            lines.append(f"{name}\t{side}\t{image.width}\t{image.height}\t{checksum(image)}")
    (HERE / "reduced.tsv").write_text("\n".join(lines) + "\n")


def processed(name, picture, **options):
    """Whole levels of a processor's first view of 224 pixels."""
    processor = getattr(transformers, f"{name}ImageProcessorPil")(
        resample=3, do_rescale=False, do_normalize=False, **options)
    values = np.asarray(processor(picture, return_tensors="np")["pixel_values"])
    views = values.reshape(-1, 3, 224, 224)
    return Image.fromarray(views[0].transpose(1, 2, 0).astype(np.uint8))


SQUARE = {"height": 224, "width": 224}
EDGES = {"size": {"shortest_edge": 224}, "crop_size": SQUARE}
PROCESSORS = {
    "CLIP": EDGES, "Llava": EDGES, "Siglip": {"size": SQUARE},
    "LlavaNext": {**EDGES, "image_grid_pinpoints": [[224, 448], [448, 224]]},
}  # fmt: skip


def write_white():
    lines = ["# " + "\t".join(["file", "white", *PROCESSORS])]
    for name, data in good_pngs():
        stored = Image.open(io.BytesIO(data))
        stored.load()
        if "A" not in stored.getbands() and stored.info.get("transparency") is None:
            continue
        fields = [name, checksum(Image.fromarray(convert_to_rgb(stored, return_numpy=True)))]
        fields += [checksum(processed(kind, stored, **PROCESSORS[kind])) for kind in PROCESSORS]
        lines.append("\t".join(fields))
    (HERE / "white.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    PngImagePlugin.MAX_TEXT_CHUNK = 64 << 20  # to let Pillow read the two bombs at all
    write_files()
    write_resizes()
    write_reduced()
    write_white()
