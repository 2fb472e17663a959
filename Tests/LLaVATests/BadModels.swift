import LLaVA
import ModelFiles

/// GGUF pairs that open and cannot be run.
enum BadModels {
    static let language: [BadModel] = [
        .text(
            "general.architecture", nil, .missingPart,
            KeySentence.missing("general.architecture", "a text", in: "TEXT")),
        .text(
            "general.architecture", .string("clip"), .unsupportedModel,
            """
            TEXT: 'general.architecture' is 'clip', but language models of 'llama', 'qwen2' are \
            run; name the two files the other way round or use a model of one of these
            """),
        .text(
            "general.architecture", .unsigned(7), .missingPart,
            KeySentence.wrong("general.architecture", "a text", "an integer", in: "TEXT")),
        .text(
            "llama.context_length", nil, .missingPart,
            KeySentence.missing("llama.context_length", "an integer", in: "TEXT")),
        .text(
            "llama.context_length", .unsigned(0), .inconsistentModel,
            KeySentence.bad("llama.context_length", "is 0, outside 1 to 16777216", in: "TEXT")),
        .text(
            "llama.context_length", .unsigned(1 << 60), .inconsistentModel,
            KeySentence.bad(
                "llama.context_length", "is 1152921504606846976, outside 1 to 16777216", in: "TEXT")
        ),
        .text(
            "llama.context_length", .float(512), .missingPart,
            KeySentence.wrong(
                "llama.context_length", "an integer", "a floating-point number", in: "TEXT")),
        .text(
            "llama.embedding_length", nil, .missingPart,
            KeySentence.missing("llama.embedding_length", "an integer", in: "TEXT")),
        .text(
            "llama.embedding_length", .unsigned(32), .inconsistentModel,
            KeySentence.bad(
                "llama.rope.dimension_count", "is 16, but heads have 8 elements", in: "TEXT")),
        .text(
            "llama.embedding_length", .unsigned(.max), .missingPart,
            """
            TEXT: key 'llama.embedding_length' must be at most 9223372036854775807 and is \
            18446744073709551615; convert the model again
            """),
        .text(
            "llama.embedding_length", .integer(-64), .inconsistentModel,
            KeySentence.bad("llama.embedding_length", "is -64, outside 1 to 65536", in: "TEXT")),
        .text(
            "llama.block_count", nil, .missingPart,
            KeySentence.missing("llama.block_count", "an integer", in: "TEXT")),
        .text(
            "llama.block_count", .unsigned(3), .missingPart,
            """
            TEXT: there is no tensor 'blk.2.attn_norm.weight'; the file is not a complete model \
            of its kind, convert it again
            """),
        .text(
            "llama.block_count", .unsigned(1025), .inconsistentModel,
            KeySentence.bad("llama.block_count", "is 1025, outside 1 to 1024", in: "TEXT")),
        .text(
            "llama.block_count", .string("two"), .missingPart,
            KeySentence.wrong("llama.block_count", "an integer", "a text", in: "TEXT")),
        .text(
            "llama.feed_forward_length", nil, .missingPart,
            KeySentence.missing("llama.feed_forward_length", "an integer", in: "TEXT")),
        .text(
            "llama.feed_forward_length", .unsigned(97), .inconsistentModel,
            KeySentence.bad(
                "blk.0.ffn_gate.weight",
                "has the shape 96 x 64, but the file's keys make it 97 x 64", in: "TEXT")),
        .text(
            "llama.feed_forward_length", .integers([96, 96]), .missingPart,
            KeySentence.wrong(
                "llama.feed_forward_length", "an integer", "an array of 2 integers", in: "TEXT")),
        .text(
            "llama.attention.head_count", nil, .missingPart,
            KeySentence.missing("llama.attention.head_count", "an integer", in: "TEXT")),
        .text(
            "llama.attention.head_count", .unsigned(0), .inconsistentModel,
            KeySentence.bad("llama.attention.head_count", "is 0, outside 1 to 1024", in: "TEXT")),
        .text(
            "llama.attention.head_count", .unsigned(6), .inconsistentModel,
            KeySentence.bad(
                "llama.attention.head_count", "is 6, which does not divide the width 64", in: "TEXT"
            )),
        .text(
            "llama.attention.head_count", .unsigned(64), .inconsistentModel,
            KeySentence.bad(
                "llama.rope.dimension_count", "is 16, but heads have 1 elements", in: "TEXT")),
        .text(
            "llama.attention.head_count_kv", .unsigned(3), .inconsistentModel,
            KeySentence.bad(
                "llama.attention.head_count_kv", "is 3, which does not divide the 4 heads",
                in: "TEXT")),
        .text(
            "llama.attention.head_count_kv", .unsigned(4), .inconsistentModel,
            KeySentence.bad(
                "blk.0.attn_k.weight", "has the shape 32 x 64, but the file's keys make it 64 x 64",
                in: "TEXT")),
        .text(
            "llama.attention.key_length", .unsigned(15), .inconsistentModel,
            KeySentence.bad(
                "llama.rope.dimension_count", "is 16, but heads have 15 elements", in: "TEXT")),
        .text(
            "llama.attention.key_length", .unsigned(1 << 20), .inconsistentModel,
            KeySentence.bad(
                "llama.attention.key_length", "is 1048576, outside 1 to 4096", in: "TEXT")),
        .text(
            "llama.attention.value_length", .unsigned(8), .inconsistentModel,
            KeySentence.bad(
                "llama.attention.value_length", "is 8, but heads have 16 elements", in: "TEXT")),
        .text(
            "llama.attention.layer_norm_rms_epsilon", nil, .missingPart,
            """
            TEXT: the key 'llama.attention.layer_norm_rms_epsilon' is missing; convert the model \
            again
            """),
        .text(
            "llama.attention.layer_norm_rms_epsilon", .float(-1), .inconsistentModel,
            KeySentence.bad(
                "llama.attention.layer_norm_rms_epsilon",
                "is -1.0, not a positive number of single precision", in: "TEXT")),
        .text(
            "llama.attention.layer_norm_rms_epsilon", .float(.nan), .missingPart,
            """
            TEXT: key 'llama.attention.layer_norm_rms_epsilon' must be a finite number and is \
            nan; convert the model again
            """),
        .text(
            "llama.attention.layer_norm_rms_epsilon", .string("1e-6"), .missingPart,
            KeySentence.wrong(
                "llama.attention.layer_norm_rms_epsilon", "a floating-point number", "a text",
                in: "TEXT")),
        .text(
            "llama.rope.freq_base", .float(0), .inconsistentModel,
            KeySentence.bad(
                "llama.rope.freq_base", "is 0.0, not a positive number of single precision",
                in: "TEXT")),
        .text(
            "llama.rope.freq_base", .float(.infinity), .missingPart,
            """
            TEXT: key 'llama.rope.freq_base' must be a finite number and is inf; convert the \
            model again
            """),
        .text(
            "llama.rope.scaling.type", .string("yarn"), .unsupportedModel,
            """
            TEXT: 'llama.rope.scaling.type' is 'yarn', but this engine knows 'none' and \
            'linear'; use a model without it
            """),
        .text(
            "llama.rope.scaling.type", .string("linear"), .missingPart,
            "TEXT: the key 'llama.rope.scaling.factor' is missing; convert the model again"),
        .text(
            "llama.rope.dimension_count", .unsigned(8), .inconsistentModel,
            KeySentence.bad(
                "llama.rope.dimension_count", "is 8, but heads have 16 elements", in: "TEXT")),
        .text(
            "llama.expert_count", .unsigned(8), .unsupportedModel,
            """
            TEXT: 'llama.expert_count' says this is a mixture of experts, which no LLaVA model \
            of versions 1 to 1.6 is; use another model
            """),
    ]

    static let vocabulary: [BadModel] = [
        .text(
            "tokenizer.ggml.model", nil, .missingPart,
            KeySentence.missing("tokenizer.ggml.model", "a text", in: "TEXT")),
        .text(
            "tokenizer.ggml.model", .string("bert"), .unsupportedModel,
            """
            TEXT: tokenizers of kind 'llama' and 'gpt2' are read, and key 'tokenizer.ggml.model' \
            is 'bert'; use a model of the LLaMA, Mistral, Qwen or MPT family
            """),
        .text(
            "tokenizer.ggml.model", .string("gpt2"), .missingPart,
            KeySentence.missing("tokenizer.ggml.merges", "an array of texts", in: "TEXT")),
        .text(
            "tokenizer.ggml.tokens", nil, .missingPart,
            KeySentence.missing("tokenizer.ggml.tokens", "an array of texts", in: "TEXT")),
        .text(
            "tokenizer.ggml.tokens", .strings([]), .inconsistentModel,
            """
            TEXT: key 'tokenizer.ggml.tokens' must hold 1 to 16777216 pieces and holds 0; \
            convert the model again
            """),
        .text(
            "tokenizer.ggml.tokens", .integers([1, 2]), .missingPart,
            KeySentence.wrong(
                "tokenizer.ggml.tokens", "an array of texts", "an array of 2 integers", in: "TEXT")),
        .text(
            "tokenizer.ggml.tokens", .strings(["<unk>", "<s>", "</s>"]), .inconsistentModel,
            """
            TEXT: key 'tokenizer.ggml.token_type' must have an entry for each of the 3 pieces \
            and has 448; convert the model again
            """),
        .text(
            "tokenizer.ggml.scores", nil, .missingPart,
            KeySentence.missing(
                "tokenizer.ggml.scores", "an array of floating-point numbers", in: "TEXT")),
        .text(
            "tokenizer.ggml.scores", .floats([0, 0]), .inconsistentModel,
            """
            TEXT: key 'tokenizer.ggml.scores' must have an entry for each of the 448 pieces and \
            has 2; convert the model again
            """),
        .text(
            "tokenizer.ggml.scores", .floats([Float](repeating: .nan, count: 448)),
            .inconsistentModel,
            """
            TEXT: entries of key 'tokenizer.ggml.scores' must be numbers and number 0 is not; \
            convert the model again
            """),
        .text(
            "tokenizer.ggml.token_type", nil, .missingPart,
            KeySentence.missing("tokenizer.ggml.token_type", "an array of integers", in: "TEXT")),
        .text(
            "tokenizer.ggml.token_type", .integers([1]), .inconsistentModel,
            """
            TEXT: key 'tokenizer.ggml.token_type' must have an entry for each of the 448 pieces \
            and has 1; convert the model again
            """),
        .text(
            "tokenizer.ggml.token_type", .integers([Int64](repeating: 7, count: 448)),
            .inconsistentModel,
            """
            TEXT: entries of key 'tokenizer.ggml.token_type' must be 1 to 6 and number 0 is 7; \
            convert the model again
            """),
        .text(
            "tokenizer.ggml.bos_token_id", nil, .missingPart,
            """
            TEXT: texts begin with a token here and key 'tokenizer.ggml.bos_token_id' is \
            missing; convert the model again
            """),
        .text(
            "tokenizer.ggml.bos_token_id", .unsigned(448), .inconsistentModel,
            """
            TEXT: key 'tokenizer.ggml.bos_token_id' must name one of the 448 pieces and is 448; \
            convert the model again
            """),
        .text(
            "tokenizer.ggml.bos_token_id", .integer(-1), .inconsistentModel,
            """
            TEXT: key 'tokenizer.ggml.bos_token_id' must name one of the 448 pieces and is -1; \
            convert the model again
            """),
        .text(
            "tokenizer.ggml.eos_token_id", .unsigned(1 << 40), .inconsistentModel,
            """
            TEXT: key 'tokenizer.ggml.eos_token_id' must name one of the 448 pieces and is \
            1099511627776; convert the model again
            """),
        .text(
            "tokenizer.ggml.eos_token_id", .string("</s>"), .missingPart,
            KeySentence.wrong("tokenizer.ggml.eos_token_id", "an integer", "a text", in: "TEXT")),
        .text(
            "tokenizer.ggml.unknown_token_id", .unsigned(1000), .inconsistentModel,
            """
            TEXT: key 'tokenizer.ggml.unknown_token_id' must name one of the 448 pieces and is \
            1000; convert the model again
            """),
        .text(
            "tokenizer.ggml.add_bos_token", .string("true"), .missingPart,
            KeySentence.wrong("tokenizer.ggml.add_bos_token", "a truth value", "a text", in: "TEXT")
        ),
        .text(
            "tokenizer.chat_template", .unsigned(1), .missingPart,
            KeySentence.wrong("tokenizer.chat_template", "a text", "an integer", in: "TEXT")),
        BadModel(
            "a piece for only some bytes", .inconsistentModel,
            """
            TEXT: a vocabulary with byte tokens has all 256, and '<0x07>' is missing; convert \
            the model again
            """
        ) {
            guard case .strings(var pieces)? = $0.text.keys["tokenizer.ggml.tokens"] else { return }
            pieces[10] = "<0xZZ>"
            $0.text.keys["tokenizer.ggml.tokens"] = .strings(pieces)
        },
    ]

    static let tensors: [BadModel] = [
        BadModel(
            "no token embedding", .missingPart,
            """
            TEXT: there is no tensor 'token_embd.weight'; the file is not a complete model of \
            its kind, convert it again
            """
        ) { $0.text.remove("token_embd.weight") },
        BadModel(
            "a token embedding of another width", .inconsistentModel,
            KeySentence.bad(
                "token_embd.weight", "has the shape 448 x 32, but the file's keys make it 448 x 64",
                in: "TEXT")
        ) { $0.text.change("token_embd.weight", to: [448, 32]) },
        BadModel(
            "a token embedding with more rows", .inconsistentModel,
            KeySentence.bad(
                "token_embd.weight", "has 449 rows for 448 pieces of 'tokenizer.ggml.tokens'",
                in: "TEXT")
        ) {
            $0.text.change("token_embd.weight", to: [449, 64])
            $0.text.change("output.weight", to: [449, 64])
        },
        BadModel(
            "an output matrix with fewer rows", .inconsistentModel,
            KeySentence.bad(
                "output.weight", "has the shape 447 x 64, but the file's keys make it 448 x 64",
                in: "TEXT")
        ) { $0.text.change("output.weight", to: [447, 64]) },
        BadModel(
            "no last norm", .missingPart,
            """
            TEXT: there is no tensor 'output_norm.weight'; the file is not a complete model of \
            its kind, convert it again
            """
        ) { $0.text.remove("output_norm.weight") },
        BadModel(
            "a norm of another length", .inconsistentModel,
            KeySentence.bad(
                "blk.1.ffn_norm.weight", "has the shape 63, but the file's keys make it 64",
                in: "TEXT")
        ) { $0.text.change("blk.1.ffn_norm.weight", to: [63]) },
        BadModel(
            "a tensor under another name", .missingPart,
            """
            TEXT: there is no tensor 'blk.1.ffn_up.weight'; the file is not a complete model of \
            its kind, convert it again
            """
        ) { $0.text.rename("blk.1.ffn_up.weight", to: "blk.1.ffn_zz.weight") },
        BadModel(
            "a matrix on its side", .inconsistentModel,
            KeySentence.bad(
                "blk.0.ffn_gate.weight",
                "has the shape 64 x 96, but the file's keys make it 96 x 64", in: "TEXT")
        ) { $0.text.change("blk.0.ffn_gate.weight", to: [64, 96]) },
        BadModel(
            "a matrix of four dimensions", .inconsistentModel,
            KeySentence.bad(
                "blk.0.attn_q.weight",
                "has the shape 2 x 2 x 4 x 64, but the file's keys make it 64 x 64", in: "TEXT")
        ) { $0.text.change("blk.0.attn_q.weight", to: [2, 2, 4, 64]) },
        BadModel(
            "a matrix of integers", .unsupportedModel,
            """
            TEXT: 'blk.0.attn_k.weight' is stored as I32, which the engine does not compute \
            with; convert the model to F16, Q8_0 or Q4_K
            """
        ) { $0.text.change("blk.0.attn_k.weight", to: [32, 64], .i32) },
        BadModel(
            "a matrix in double precision", .unsupportedModel,
            """
            TEXT: 'blk.0.attn_v.weight' is stored as F64, which the engine does not compute \
            with; convert the model to F16, Q8_0 or Q4_K
            """
        ) { $0.text.change("blk.0.attn_v.weight", to: [32, 64], .f64) },
        BadModel(
            "a bias of another length", .inconsistentModel,
            KeySentence.bad(
                "blk.0.attn_q.bias", "has the shape 63, but the file's keys make it 64", in: "TEXT")
        ) { $0.text.change("blk.0.attn_q.bias", to: [63]) },
    ]
}
