/// The names of a checkpoint's tensors, turned into those of GGUF files.
///
/// Four spellings of one model are in use: the original repository's, that of the llava-hf
/// repositories, and two of transformers 5. They differ in prefixes only, so prefixes are dropped
/// first. The suffixes are those of `modeling_llama.py`, `modeling_clip.py` and `modeling_llava.py`
/// in huggingface/transformers, the results those of `tensor_mapping.py` and `constants.py` of
/// gguf-py in ggml-org/llama.cpp.
enum CheckpointNames {
    /// What one layer of the language model holds.
    static let languageLayer = [
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    ]

    /// What one block of the vision tower holds.
    static let visionBlock = [
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.out_proj": "attn_out", "mlp.fc1": "ffn_up", "mlp.fc2": "ffn_down",
        "layer_norm1": "ln1", "layer_norm2": "ln2",
    ]

    /// What the language model holds once.
    static let languageWhole = [
        "embed_tokens": "token_embd", "norm": "output_norm", "lm_head": "output",
    ]

    /// What the vision tower holds once; the class token's own name has no suffix.
    static let visionWhole = [
        "embeddings.patch_embedding": "v.patch_embd",
        "embeddings.position_embedding": "v.position_embd",
        "pre_layrnorm": "v.pre_ln", "post_layernorm": "v.post_ln",
    ]

    private static let projector = [
        "linear_1": "mm.0", "linear_2": "mm.2", "0": "mm.0", "2": "mm.2", "4": "mm.4",
    ]

    /// The name GGUF files have for a tensor.
    ///
    /// - Parameter name: The name in a checkpoint.
    /// - Returns: Nil for what no LLaVA model computes with, such as position numbers or CLIP's
    ///   text tower.
    static func canonical(_ name: String) -> String? {
        var parts = name.split(separator: ".")[...]
        func dropping(_ prefix: Substring) -> Bool {
            guard parts.count > 1, parts.first == prefix else { return false }
            parts.removeFirst()
            return true
        }
        _ = dropping("model")
        if dropping("language_model") { _ = dropping("model") }
        var isVision = false
        while dropping("vision_tower") { isVision = true }
        if dropping("vision_model") { isVision = true }
        if dropping("multi_modal_projector") || dropping("mm_projector") {
            return projectorName(parts)
        }
        if parts == ["image_newline"] { return "model.image_newline" }
        return isVision ? visionName(parts) : languageName(parts)
    }

    private static func projectorName(_ parts: ArraySlice<Substring>) -> String? {
        guard let suffix = parts.last, suffix == "weight" || suffix == "bias" else { return nil }
        if parts.count == 1 { return "mm.\(suffix)" }
        return projector[parts.dropLast().joined(separator: ".")].map { "\($0).\(suffix)" }
    }

    private static func visionName(_ parts: ArraySlice<Substring>) -> String? {
        if parts == ["embeddings", "class_embedding"] { return "v.class_embd" }
        guard let suffix = parts.last, suffix == "weight" || suffix == "bias" else { return nil }
        let body = parts.dropLast()
        if body.starts(with: ["encoder", "layers"]) {
            return layerName(body.dropFirst(2), visionBlock, prefix: "v.blk", suffix)
        }
        return visionWhole[body.joined(separator: ".")].map { "\($0).\(suffix)" }
    }

    private static func languageName(_ parts: ArraySlice<Substring>) -> String? {
        guard let suffix = parts.last, suffix == "weight" || suffix == "bias" else { return nil }
        let body = parts.dropLast()
        if body.first == "layers" {
            return layerName(body.dropFirst(), languageLayer, prefix: "blk", suffix)
        }
        return languageWhole[body.joined(separator: ".")].map { "\($0).\(suffix)" }
    }

    private static func layerName(
        _ body: ArraySlice<Substring>, _ table: [String: String], prefix: String,
        _ suffix: Substring
    ) -> String? {
        guard let number = body.first.flatMap({ Int($0) }), number >= 0,
            let name = table[body.dropFirst().joined(separator: ".")]
        else { return nil }
        return "\(prefix).\(number).\(name).\(suffix)"
    }
}
