import LLaVA
import ModelFiles

/// GGUF pairs whose projector cannot be run.
extension BadModels {
    static let visionKeys: [BadModel] = [
        .vision(
            "general.architecture", .string("llama"), .unsupportedModel,
            """
            MMPROJ: 'general.architecture' is 'llama', but a projector file has 'clip'; name the \
            two files the other way round or use a model of that architecture
            """),
        .vision(
            "clip.vision.image_size", nil, .missingPart,
            KeySentence.missing("clip.vision.image_size", "an integer", in: "MMPROJ")),
        .vision(
            "clip.vision.image_size", .unsigned(13), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.image_size", "is 13, less than a patch of 14", in: "MMPROJ")),
        .vision(
            "clip.vision.image_size", .unsigned(56), .inconsistentModel,
            KeySentence.bad(
                "v.position_embd.weight", "has the shape 10 x 32, but the file's keys make it 544",
                in: "MMPROJ")),
        .vision(
            "clip.vision.image_size", .unsigned(1 << 31), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.image_size", "is 2147483648, outside 1 to 4096", in: "MMPROJ")),
        .vision(
            "clip.vision.patch_size", .unsigned(0), .inconsistentModel,
            KeySentence.bad("clip.vision.patch_size", "is 0, outside 1 to 256", in: "MMPROJ")),
        .vision(
            "clip.vision.embedding_length", .unsigned(64), .inconsistentModel,
            KeySentence.bad(
                "mm.0.weight", "has the shape 64 x 32, but the file's keys make it 64 x 64",
                in: "MMPROJ")),
        .vision(
            "clip.vision.feed_forward_length", .unsigned(32), .unsupportedModel,
            """
            MMPROJ: the feed-forward is as wide as the tower (32), so fc1 and fc2 cannot be told \
            apart; use a CLIP or SigLIP model
            """),
        .vision(
            "clip.vision.attention.head_count", .unsigned(3), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.attention.head_count", "is 3, which does not divide the width 32",
                in: "MMPROJ")),
        .vision(
            "clip.vision.attention.layer_norm_epsilon", nil, .missingPart,
            """
            MMPROJ: the key 'clip.vision.attention.layer_norm_epsilon' is missing; convert the \
            model again
            """),
        .vision(
            "clip.vision.block_count", .unsigned(2), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.feature_layer", "is 3, but 2 blocks are stored", in: "MMPROJ")),
        .vision(
            "clip.vision.feature_layer", .integers([5]), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.feature_layer", "is 5, but 4 blocks are stored", in: "MMPROJ")),
        .vision(
            "clip.vision.feature_layer", .integers([.min]), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.feature_layer", "is -9223372036854775808, but 4 blocks are stored",
                in: "MMPROJ")),
        .vision(
            "clip.vision.feature_layer", .integers([1, 2, 3]), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.feature_layer",
                "names 3 layers, but this engine takes features of one", in: "MMPROJ")),
        .vision(
            "clip.vision.image_mean", .floats([0.5]), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.image_mean", "has a length of 1, not of the three colour channels",
                in: "MMPROJ")),
        .vision(
            "clip.vision.image_mean", .floats([0.5, .nan, 0.5]), .inconsistentModel,
            KeySentence.bad("clip.vision.image_mean", "has a value that is no number", in: "MMPROJ")
        ),
        .vision(
            "clip.vision.image_std", .floats([0.5, 0, 0.5]), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.image_std", "has a value that is not positive", in: "MMPROJ")),
        .vision(
            "clip.vision.image_std", nil, .missingPart,
            KeySentence.missing(
                "clip.vision.image_std", "an array of floating-point numbers", in: "MMPROJ")),
        .vision(
            "clip.use_gelu", .unsigned(1), .missingPart,
            KeySentence.wrong("clip.use_gelu", "a truth value", "an integer", in: "MMPROJ")),
        .vision(
            "clip.use_silu", .bool(true), .inconsistentModel,
            KeySentence.bad("clip.use_silu", "is true, but LLaVA's towers use GELU", in: "MMPROJ")),
        .vision(
            "clip.projector_type", .string("resampler"), .unsupportedModel,
            """
            MMPROJ: 'clip.projector_type' is 'resampler', but LLaVA's projectors are 'mlp'; use \
            a LLaVA v1 or v1.5 model
            """),
        .vision(
            "clip.vision.image_aspect_ratio", .string("anyres_max_9"), .unsupportedModel,
            """
            MMPROJ: 'clip.vision.image_aspect_ratio' is 'anyres_max_9', but this engine knows \
            'pad', 'square' and 'anyres'; use a LLaVA v1, v1.5 or 1.6 model
            """),
        .vision(
            "clip.vision.image_aspect_ratio", .string("anyres"), .missingPart,
            """
            MMPROJ: pictures are to be cut into tiles (anyres), but the key \
            'clip.vision.image_grid_pinpoints' with their grids is missing; set model.aspect or \
            --aspect to another, or convert the model again
            """),
        .vision(
            "clip.vision.image_grid_pinpoints", .integers([42]), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.image_grid_pinpoints", "has 1 values, not 1 to 64 pairs of sides",
                in: "MMPROJ")),
        .vision(
            "clip.vision.image_grid_pinpoints", .integers([42, 43]), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.image_grid_pinpoints", "has a side of 43, not 1 to 16 tiles of 42",
                in: "MMPROJ")),
        .vision(
            "clip.vision.image_grid_pinpoints", .integers([42, 42 << 40]), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.image_grid_pinpoints",
                "has a side of 46179488366592, not 1 to 16 tiles of 42", in: "MMPROJ")),
        .vision(
            "clip.vision.mm_vision_select_feature", .string("cls"), .inconsistentModel,
            KeySentence.bad(
                "clip.vision.mm_vision_select_feature", "is 'cls', not 'patch' or 'cls_patch'",
                in: "MMPROJ")),
    ]

    static let visionTensors: [BadModel] = [
        BadModel(
            "no patch embedding", .missingPart,
            """
            MMPROJ: there is no tensor 'v.patch_embd.weight'; the file is not a complete model \
            of its kind, convert it again
            """
        ) { $0.vision.remove("v.patch_embd.weight") },
        BadModel(
            "positions for another picture", .inconsistentModel,
            KeySentence.bad(
                "v.position_embd.weight", "has the shape 11 x 32, but the file's keys make it 320",
                in: "MMPROJ")
        ) { $0.vision.change("v.position_embd.weight", to: [11, 32]) },
        BadModel(
            "a tower without its last block", .missingPart,
            """
            MMPROJ: there is no tensor 'v.blk.2.attn_out.weight'; the file is not a complete \
            model of its kind, convert it again
            """
        ) { $0.vision.remove("v.blk.2.attn_out.weight") },
        BadModel(
            "no projector", .missingPart,
            """
            MMPROJ: there is no tensor 'mm.0.weight'; the file is not a complete model of its \
            kind, convert it again
            """
        ) {
            $0.vision.remove("mm.0.weight")
            $0.vision.remove("mm.2.weight")
        },
        BadModel(
            "a projector of another tower", .inconsistentModel,
            KeySentence.bad(
                "mm.0.weight", "has the shape 64 x 33, but the file's keys make it 64 x 32",
                in: "MMPROJ")
        ) { $0.vision.change("mm.0.weight", to: [64, 33]) },
        BadModel(
            "a projector for another language model", .inconsistentModel,
            """
            MMPROJ: the projector gives rows of 65, but the language model TEXT has a width of \
            64; use the two files of one model
            """
        ) {
            $0.vision.change("mm.2.weight", to: [65, 64])
            $0.vision.change("mm.2.bias", to: [65])
        },
        BadModel(
            "a projector wider than any", .inconsistentModel,
            KeySentence.bad(
                "mm.0.weight", "gives rows of 262145, outside 1 to 262144", in: "MMPROJ")
        ) { $0.vision.change("mm.0.weight", to: [(1 << 18) + 1, 1]) },
        BadModel(
            "a projector with norms", .unsupportedModel,
            """
            MMPROJ: 'mm.3.weight' belongs to a projector with norms, which this engine does not \
            run; use a LLaVA v1 or v1.5 model
            """
        ) { $0.vision.change("mm.3.weight", to: [64]) },
        BadModel(
            "a language model as the projector", .unsupportedModel,
            """
            MMPROJ: 'general.architecture' is 'llama', but a projector file has 'clip'; name the \
            two files the other way round or use a model of that architecture
            """
        ) { $0.vision = $0.text },
    ]
}
