"""llama.cpp's half of a comparison: the same work, by its own library, given its best.

Runs in an environment that has llama-cpp-python. Reads one JSON command a line from standard input
and answers each with one JSON line; `compare.py` drives it. The model stays loaded in between.
"""

import ctypes
import json
import sys
import time

import numpy
from llama_cpp import llama_cpp as ll
from llama_cpp import mtmd_cpp as mt

SLOTS = 4  # of the server that is emulated
SEQUENCES = 16
POSITIONS = 3584  # of all sequences together
FLASH = {True: ll.LLAMA_FLASH_ATTN_TYPE_ENABLED, False: ll.LLAMA_FLASH_ATTN_TYPE_DISABLED}


def require(truth, what):
    if not truth:
        raise RuntimeError(f"llama.cpp failed: {what}")


class Side:
    """A loaded model, with a context for each setting of flash attention that was asked for."""

    def __init__(self, model, mmproj, threads, extra_buffers):
        ll.llama_backend_init()
        self.quiet = ll.llama_log_callback(lambda level, text, data: None)
        ll.llama_log_set(self.quiet, ctypes.c_void_p(0))
        mt.mtmd_helper_log_set(self.quiet, ctypes.c_void_p(0))
        parameters = ll.llama_model_default_params()
        parameters.n_gpu_layers = 0
        parameters.use_extra_bufts = extra_buffers
        start = time.perf_counter()
        self.model = ll.llama_model_load_from_file(model.encode(), parameters)
        require(self.model, f"{model} did not load")
        self.load_s = time.perf_counter() - start
        self.mmproj, self.threads = mmproj, threads
        self.vocabulary = ll.llama_model_get_vocab(self.model)
        self.vocabulary_size = ll.llama_vocab_n_tokens(self.vocabulary)
        self.batch = ll.llama_batch_init(POSITIONS, 0, 1)
        self.made = {}
        self.use(False)

    def use(self, flash):
        """Takes the context with this setting."""
        if flash not in self.made:
            self.made[flash] = (self.make_context(flash), self.make_vision(flash))
        self.context, self.vision = self.made[flash]
        self.memory = ll.llama_get_memory(self.context)

    def make_context(self, flash):
        context = ll.llama_context_default_params()
        context.n_seq_max = SEQUENCES
        context.n_ctx = POSITIONS
        context.n_batch = POSITIONS
        context.n_ubatch = 512
        context.n_threads = self.threads
        context.n_threads_batch = self.threads
        context.flash_attn_type = FLASH[flash]
        # One cache for all sequences: a copied prefix is shared, not duplicated.
        context.kv_unified = True
        context.no_perf = True
        made = ll.llama_init_from_model(self.model, context)
        require(made, "no context")
        return made

    def make_vision(self, flash):
        options = mt.mtmd_context_params_default()
        options.use_gpu = False
        options.print_timings = False
        options.n_threads = self.threads
        options.warmup = True
        options.flash_attn_type = FLASH[flash]
        made = mt.mtmd_init_from_file(self.mmproj.encode(), self.model, options)
        require(made, f"{self.mmproj} did not load")
        return made

    def tokens(self, text, special):
        raw = text.encode()
        room = (ll.llama_token * (len(raw) + 8))()
        count = ll.llama_tokenize(
            self.vocabulary, raw, len(raw), room, len(room), special, False)
        require(count >= 0, "tokenize")
        return list(room[:count])

    def decode(self, rows):
        """One call: rows of (token, position, sequence, wants scores)."""
        for index, (token, position, sequence, wanted) in enumerate(rows):
            self.batch.token[index] = token
            self.batch.pos[index] = position
            self.batch.n_seq_id[index] = 1
            self.batch.seq_id[index][0] = sequence
            self.batch.logits[index] = wanted
        self.batch.n_tokens = len(rows)
        require(ll.llama_decode(self.context, self.batch) == 0, "decode")

    def best(self, row):
        scores = ll.llama_get_logits_ith(self.context, row)
        return int(numpy.ctypeslib.as_array(scores, (self.vocabulary_size,)).argmax())

    def clear(self):
        ll.llama_memory_clear(self.memory, False)

    def prompt(self, count):
        return [300 + (index * 7919) % (self.vocabulary_size - 400) for index in range(count)]

    # What is measured.

    def prefill(self, tokens):
        """Tokens a second through a prompt of so many."""
        self.clear()
        ids = self.prompt(tokens)
        start = time.perf_counter()
        self.decode([(id, at, 0, at == tokens - 1) for at, id in enumerate(ids)])
        self.best(tokens - 1)
        return tokens / (time.perf_counter() - start)

    def generate(self, batch, prefix, steps):
        """Tokens a second, all sequences together, behind a prefix they share."""
        self.clear()
        ids = self.prompt(prefix)
        self.decode([(id, at, 0, at == prefix - 1) for at, id in enumerate(ids)])
        for sequence in range(1, batch):
            ll.llama_memory_seq_cp(self.memory, 0, sequence, -1, -1)
        current = [300 + sequence for sequence in range(batch)]
        start = time.perf_counter()
        for step in range(steps):
            self.decode([(current[s], prefix + step, s, True) for s in range(batch)])
            current = [self.best(s) for s in range(batch)]
        return batch * steps / (time.perf_counter() - start)

    def chunk(self, seed):
        """A random picture as the library's own input; to be freed."""
        pixels = numpy.random.default_rng(seed).integers(
            0, 256, 1024 * 768 * 3, dtype=numpy.uint8)
        bitmap = mt.mtmd_bitmap_init(
            1024, 768, pixels.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8)))
        marker = mt.mtmd_default_marker()
        text = mt.mtmd_input_text()
        text.text = marker
        text.text_len = len(marker)
        text.add_special = False
        text.parse_special = True
        chunks = mt.mtmd_input_chunks_init()
        bitmaps = (mt.mtmd_bitmap_p_ctypes * 1)(bitmap)
        code = mt.mtmd_tokenize(self.vision, chunks, ctypes.byref(text), bitmaps, 1)
        require(code == 0, "the picture was not taken")
        mt.mtmd_bitmap_free(bitmap)
        for index in range(mt.mtmd_input_chunks_size(chunks)):
            chunk = mt.mtmd_input_chunks_get(chunks, index)
            if mt.mtmd_input_chunk_get_type(chunk) == mt.MTMD_INPUT_CHUNK_TYPE_IMAGE:
                return chunks, chunk
        raise RuntimeError("llama.cpp failed: no picture among the chunks")

    def encode(self, seed):
        """Milliseconds of the vision tower and the projector."""
        chunks, chunk = self.chunk(seed)
        start = time.perf_counter()
        require(mt.mtmd_encode_chunk(self.vision, chunk) == 0, "encode")
        taken = (time.perf_counter() - start) * 1000
        mt.mtmd_input_chunks_free(chunks)
        return taken

    def work(self, images, questions, steps, opening, closing, texts):
        """Milliseconds for all of it, in the best order that four slots allow.

        The text before the picture is read once. A picture is encoded and read once, into a
        sequence of its own that its questions copy. Slots take questions image by image; a wave of
        them is read in one call and written in one batch.
        """
        self.clear()
        first_picture = SLOTS  # sequences 0..3 are the slots, then three pictures, then the prefix
        base = first_picture + 3
        before = self.tokens(opening, True)
        self.decode([(id, at, base, False) for at, id in enumerate(before)])
        asked = [self.tokens(texts[q] + closing, False) for q in range(questions)]
        items = [(image, q) for image in range(images) for q in range(questions)]
        ends = {}

        start = time.perf_counter()
        for wave in range(0, len(items), SLOTS):
            slots = items[wave:wave + SLOTS]
            for image in sorted({image for image, _ in slots}):
                if image not in ends:
                    sequence = first_picture + image % (base - first_picture)
                    ll.llama_memory_seq_rm(self.memory, sequence, -1, -1)
                    ends[image] = (sequence, self.look(image, base, len(before), sequence))
            rows, last = [], []
            for slot, (image, question) in enumerate(slots):
                sequence, end = ends[image]
                ll.llama_memory_seq_rm(self.memory, slot, -1, -1)
                ll.llama_memory_seq_cp(self.memory, sequence, slot, -1, -1)
                ids = asked[question]
                rows += [(id, end + at, slot, at == len(ids) - 1) for at, id in enumerate(ids)]
                last.append((len(rows) - 1, end + len(ids)))
            self.decode(rows)
            current = [self.best(row) for row, _ in last]
            for step in range(steps - 1):
                self.decode([
                    (current[s], last[s][1] + step, s, True) for s in range(len(slots))])
                current = [self.best(s) for s in range(len(slots))]
        return (time.perf_counter() - start) * 1000

    def look(self, image, base, position, sequence):
        """Encodes and reads a picture behind the prefix; the position after it."""
        ll.llama_memory_seq_cp(self.memory, base, sequence, -1, -1)
        chunks, chunk = self.chunk(image)
        require(mt.mtmd_encode_chunk(self.vision, chunk) == 0, "encode")
        rows = mt.mtmd_get_output_embd(self.vision)
        after = ll.llama_pos(0)
        code = mt.mtmd_helper_decode_image_chunk(
            self.vision, self.context, chunk, rows, position, sequence, POSITIONS,
            ctypes.byref(after), mt.mtmd_helper_post_decode_callback(0), None)
        require(code == 0, "the picture's rows were not read")
        mt.mtmd_input_chunks_free(chunks)
        return after.value


def main():
    settings = json.loads(sys.stdin.readline())
    side = Side(**settings)
    system = ll.llama_print_system_info().decode()
    print(json.dumps({"ready": True, "load_s": side.load_s, "system": system}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        side.use(command.pop("flash"))
        result = getattr(side, command.pop("do"))(**command)
        print(json.dumps({"result": result}), flush=True)


if __name__ == "__main__":
    main()
