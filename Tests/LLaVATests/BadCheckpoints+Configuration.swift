import LLaVA

/// Model folders that cannot be used for what their configuration says.
extension BadCheckpoints {
    static let root: [BadCheckpoint] = [
        .member(
            "config.json", "model_type", "llava_onevision", .unsupportedModel,
            """
            FOLDER/config.json: 'model_type' is 'llava_onevision', but this engine runs folders \
            of llava, llava_llama, llava_mistral, llava_next, llava_qwen; use a LLaVA model of \
            versions 1 to 1.6
            """),
        .member(
            "config.json", "model_type", 7, .inconsistentModel,
            KeySentence.member("model_type", "must be a text and is 7", of: "config.json")),
        .member(
            "config.json", "model_type", "a\nb\u{1B}[2J", .unsupportedModel,
            #"""
            FOLDER/config.json: 'model_type' is 'a\nb\u{1B}[2J', but this engine runs folders \#
            of llava, llava_llama, llava_mistral, llava_next, llava_qwen; use a LLaVA model of \#
            versions 1 to 1.6
            """#),
        .member(
            "config.json", "text_config", [1], .inconsistentModel,
            KeySentence.member(
                "text_config", "must be an object and is an array of 1 values", of: "config.json")),
        .member(
            "config.json", "vision_config", "clip", .inconsistentModel,
            KeySentence.member(
                "vision_config", "must be an object and is a text", of: "config.json")),
        .member(
            "config.json", "vision_feature_layer", -9, .inconsistentModel,
            KeySentence.member(
                "vision_feature_layer", "is -9, but the tower has 3 blocks", of: "config.json")),
        .member(
            "config.json", "vision_feature_layer", 4, .inconsistentModel,
            KeySentence.member(
                "vision_feature_layer", "is 4, but the tower has 3 blocks", of: "config.json")),
        .member(
            "config.json", "vision_feature_layer", [-2, -5], .inconsistentModel,
            KeySentence.member(
                "vision_feature_layer", "must be an integer of 32 bits and is an array of 2 values",
                of: "config.json")),
        .member(
            "config.json", "vision_feature_select_strategy", "some", .inconsistentModel,
            KeySentence.member(
                "vision_feature_select_strategy",
                "is 'some', which is no choice of rows for a tower of kind clip: 'full' for SigLIP, 'default' for CLIP",
                of: "config.json")),
        .member(
            "config.json", "projector_hidden_act", "relu", .unsupportedModel,
            """
            FOLDER/config.json: 'projector_hidden_act' is 'relu', but this engine runs models \
            with 'gelu'; use another model
            """),
        .member(
            "config.json", "image_aspect_ratio", "anyres_max_9", .unsupportedModel,
            """
            FOLDER/config.json: 'image_aspect_ratio' is 'anyres_max_9', but this engine knows \
            'pad', 'square' and 'anyres'; use a LLaVA v1, v1.5 or 1.6 model
            """),
        .member(
            "config.json", "image_aspect_ratio", 1, .inconsistentModel,
            KeySentence.member("image_aspect_ratio", "must be a text and is 1", of: "config.json")),
        .member(
            "config.json text_config", "tie_word_embeddings", "yes", .inconsistentModel,
            KeySentence.member(
                "text_config.tie_word_embeddings", "must be a truth value and is a text",
                of: "config.json")),
    ]

    static let text: [BadCheckpoint] = [
        .member(
            "config.json text_config", "model_type", "gemma", .unsupportedModel,
            """
            FOLDER/config.json: 'text_config.model_type' is 'gemma', but this engine runs \
            language models of llama, mistral, qwen2; use a model on one of them
            """),
        .member(
            "config.json text_config", "hidden_size", 0, .inconsistentModel,
            KeySentence.member("text_config.hidden_size", "is 0, not positive", of: "config.json")),
        .member(
            "config.json text_config", "hidden_size", 33, .inconsistentModel,
            """
            FOLDER/config.json: 'llama.attention.head_count' is 2, which does not divide the \
            width 33; convert the model again
            """),
        .member(
            "config.json text_config", "hidden_size", 1 << 40, .inconsistentModel,
            KeySentence.member(
                "text_config.hidden_size", "must be an integer of 32 bits and is 1099511627776",
                of: "config.json")),
        .member(
            "config.json text_config", "hidden_size", "32", .inconsistentModel,
            KeySentence.member(
                "text_config.hidden_size", "must be an integer of 32 bits and is a text",
                of: "config.json")),
        .member(
            "config.json text_config", "hidden_size", [32], .inconsistentModel,
            KeySentence.member(
                "text_config.hidden_size",
                "must be an integer of 32 bits and is an array of 1 values", of: "config.json")),
        .member(
            "config.json text_config", "hidden_size", 1 << 17, .inconsistentModel,
            KeySentence.member(
                "text_config.head_dim", "is 65536, more than 4096", of: "config.json")),
        .member(
            "config.json text_config", "num_hidden_layers", 0, .inconsistentModel,
            KeySentence.member(
                "text_config.num_hidden_layers", "is 0, not positive", of: "config.json")),
        .member(
            "config.json text_config", "num_hidden_layers", 3, .missingPart,
            """
            FOLDER: there is no tensor '…layers.2.input_layernorm.weight'; the download did not \
            finish, or this is an adapter (LoRA) without the model it belongs to: use the merged \
            model
            """),
        .member(
            "config.json text_config", "num_hidden_layers", 2_000_000_000, .inconsistentModel,
            KeySentence.member(
                "text_config.num_hidden_layers", "is 2000000000, more than 1024", of: "config.json")
        ),
        .member(
            "config.json text_config", "num_hidden_layers", 2.5, .inconsistentModel,
            KeySentence.member(
                "text_config.num_hidden_layers", "must be an integer of 32 bits and is a number",
                of: "config.json")),
        .member(
            "config.json text_config", "num_attention_heads", -2, .inconsistentModel,
            KeySentence.member(
                "text_config.num_attention_heads", "is -2, not positive", of: "config.json")),
        .member(
            "config.json text_config", "num_attention_heads", 3, .inconsistentModel,
            """
            FOLDER/config.json: 'llama.attention.head_count' is 3, which does not divide the \
            width 32; convert the model again
            """),
        .member(
            "config.json text_config", "num_key_value_heads", 2, .inconsistentModel,
            """
            FOLDER: 'blk.0.attn_k.weight' has the shape 16 x 32, but the file's keys make it 32 \
            x 32; convert the model again
            """),
        .member(
            "config.json text_config", "head_dim", 2_000_000_000, .inconsistentModel,
            KeySentence.member(
                "text_config.head_dim", "is 2000000000, more than 4096", of: "config.json")),
        .member(
            "config.json text_config", "intermediate_size", 81, .inconsistentModel,
            """
            FOLDER: 'blk.0.ffn_gate.weight' has the shape 80 x 32, but the file's keys make it \
            81 x 32; convert the model again
            """),
        .member(
            "config.json text_config", "max_position_embeddings", 2_000_000_000, .inconsistentModel,
            """
            FOLDER/config.json: 'llama.context_length' is 2000000000, outside 1 to 16777216; \
            convert the model again
            """),
        .member(
            "config.json text_config", "rms_norm_eps", -1, .inconsistentModel,
            KeySentence.member(
                "text_config.rms_norm_eps", "is -1.0, not positive", of: "config.json")),
        .member(
            "config.json text_config", "rms_norm_eps", "1e-6", .inconsistentModel,
            KeySentence.member(
                "text_config.rms_norm_eps", "must be a number and is a text", of: "config.json")),
        .member(
            "config.json text_config", "rms_norm_eps", 1e-60, .inconsistentModel,
            """
            FOLDER/config.json: 'llama.attention.layer_norm_rms_epsilon' is 1e-60, not a \
            positive number of single precision; convert the model again
            """),
        .member(
            "config.json text_config", "rope_theta", 1e300, .inconsistentModel,
            """
            FOLDER/config.json: 'llama.rope.freq_base' is 1e+300, not a positive number of \
            single precision; convert the model again
            """),
        .member(
            "config.json text_config", "rope_scaling", ["rope_type": "yarn"], .unsupportedModel,
            """
            FOLDER/config.json: the rotary positions of 'text_config.rope_scaling' are of type \
            'yarn', but this engine knows 'default', 'linear' and 'llama3'; use a model of one \
            of these
            """),
        .member(
            "config.json text_config", "rope_scaling", ["type": "linear"], .inconsistentModel,
            KeySentence.member(
                "text_config.rope_scaling", "is of type 'linear' and has no 'factor'",
                of: "config.json")),
        .member(
            "config.json text_config", "rope_scaling", 2, .inconsistentModel,
            KeySentence.member(
                "text_config.rope_scaling", "must be an object and is 2", of: "config.json")),
        .member(
            "config.json text_config", "hidden_act", "gelu", .unsupportedModel,
            """
            FOLDER/config.json: 'text_config.hidden_act' is 'gelu', but this engine runs models \
            with 'silu'; use another model
            """),
    ]

    static let vision: [BadCheckpoint] = [
        .member(
            "config.json vision_config", "model_type", "pixtral", .unsupportedModel,
            """
            FOLDER/config.json: 'vision_config.model_type' is 'pixtral', but this engine runs \
            towers of clip_vision_model and siglip_vision_model; use a model on one of them
            """),
        .member(
            "config.json vision_config", "num_hidden_layers", 2_000_000_000, .inconsistentModel,
            KeySentence.member(
                "vision_config.num_hidden_layers", "is 2000000000, more than 1024",
                of: "config.json")),
        .member(
            "config.json vision_config", "num_hidden_layers", 9, .missingPart,
            """
            FOLDER: there is no tensor '…encoder.layers.3.layer_norm1.weight'; the download did \
            not finish, or this is an adapter (LoRA) without the model it belongs to: use the \
            merged model
            """),
        .member(
            "config.json vision_config", "hidden_size", 33, .inconsistentModel,
            """
            FOLDER/config.json: 'clip.vision.attention.head_count' is 2, which does not divide \
            the width 33; convert the model again
            """),
        .member(
            "config.json vision_config", "hidden_size", 2_000_000_000, .inconsistentModel,
            """
            FOLDER/config.json: 'clip.vision.embedding_length' is 2000000000, outside 1 to \
            65536; convert the model again
            """),
        .member(
            "config.json vision_config", "num_attention_heads", 5, .inconsistentModel,
            """
            FOLDER/config.json: 'clip.vision.attention.head_count' is 5, which does not divide \
            the width 32; convert the model again
            """),
        .member(
            "config.json vision_config", "image_size", 13, .inconsistentModel,
            KeySentence.member(
                "crop_size", "is 42, but the vision tower takes pictures of 13",
                of: "preprocessor_config.json")),
        .member(
            "config.json vision_config", "patch_size", 0, .inconsistentModel,
            KeySentence.member("vision_config.patch_size", "is 0, not positive", of: "config.json")),
        .member(
            "config.json vision_config", "hidden_act", "relu", .inconsistentModel,
            KeySentence.member(
                "vision_config.hidden_act", "is 'relu', but CLIP ViT towers use quick_gelu or gelu",
                of: "config.json")),
        .member(
            "preprocessor_config.json", "resample", 2, .inconsistentModel,
            KeySentence.member(
                "resample", "is 2, but this engine resizes with filter 3 (bicubic)",
                of: "preprocessor_config.json")),
        .member(
            "preprocessor_config.json", "crop_size", 336, .inconsistentModel,
            KeySentence.member(
                "crop_size", "is 336, but the vision tower takes pictures of 42",
                of: "preprocessor_config.json")),
        .member(
            "preprocessor_config.json", "crop_size", "42", .inconsistentModel,
            KeySentence.member(
                "crop_size", "must be an object and is a text", of: "preprocessor_config.json")),
        .member(
            "preprocessor_config.json", "image_mean", [0.5], .inconsistentModel,
            """
            FOLDER/config.json: 'clip.vision.image_mean' has a length of 1, not of the three \
            colour channels; convert the model again
            """),
        .member(
            "preprocessor_config.json", "image_mean", ["a", "b", "c"], .inconsistentModel,
            KeySentence.member(
                "image_mean", "must be an array of numbers and is a text",
                of: "preprocessor_config.json")),
        .member(
            "preprocessor_config.json", "image_std", [0.5, 0.5, 0], .inconsistentModel,
            """
            FOLDER/config.json: 'clip.vision.image_std' has a value that is not positive; \
            convert the model again
            """),
        .member(
            "preprocessor_config.json", "do_pad", 1.5, .inconsistentModel,
            KeySentence.member(
                "do_pad", "must be a truth value and is a number", of: "preprocessor_config.json")),
    ]
}
