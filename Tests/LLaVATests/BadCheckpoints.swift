import LLaVA

/// Model folders that cannot be used.
enum BadCheckpoints {
    static let files: [BadCheckpoint] = [
        .file(
            "config.json", nil, .file,
            """
            FOLDER: a model folder holds 'config.json' and this one does not; name the folder of \
            a checkpoint, or a GGUF file itself
            """),
        .file(
            "config.json", "", .file,
            """
            FOLDER/config.json: the file is empty; its download or copy did not finish, fetch it \
            again
            """),
        .file(
            "config.json", "[]", .file,
            """
            FOLDER/config.json: the file must hold an object and holds an array of 0 values; \
            fetch it again
            """),
        .file(
            "config.json", "{\"model_type\": \"llava\"", .file,
            """
            FOLDER/config.json: the file must be JSON, and at its byte 22 a comma or a closing \
            brace is missing; the file is damaged or its download did not finish, fetch it again
            """),
        .file(
            "preprocessor_config.json", nil, .missingPart,
            """
            FOLDER: there is no 'preprocessor_config.json', which says how pictures are made the \
            tower's input; fetch it from where the model came from
            """),
        .file(
            "preprocessor_config.json", "{}", .missingPart,
            """
            FOLDER/preprocessor_config.json: 'image_mean' and 'image_std' are missing; fetch the \
            model's preprocessor_config.json
            """),
        .file(
            "preprocessor_config.json", "null", .file,
            """
            FOLDER/preprocessor_config.json: the file must hold an object and holds null; fetch \
            it again
            """),
        .file(
            "tokenizer.model", nil, .missingPart,
            """
            FOLDER: there is neither 'tokenizer.model' nor 'tokenizer.json', nor 'vocab.json' \
            with 'merges.txt'; fetch one of them from where the model came from
            """),
        .file(
            "tokenizer.model", "{}", .file,
            """
            FOLDER/tokenizer.model: a SentencePiece model is a protocol-buffer message, and \
            before byte 1 of a part of this one a field has the wire type 3; the file is damaged \
            or of another kind, fetch it again
            """),
        .file(
            "tokenizer_config.json", "true", .file,
            """
            FOLDER/tokenizer_config.json: the file must hold an object and holds a truth value; \
            fetch it again
            """),
        .file(
            "generation_config.json", "{", .file,
            """
            FOLDER/generation_config.json: the file must be JSON, and at its byte 1 a name in \
            quotes is missing; the file is damaged or its download did not finish, fetch it \
            again
            """),
        .file(
            "added_tokens.json", #"{"<image>": "448"}"#, .inconsistentModel,
            """
            FOLDER/added_tokens.json: '<image>' does not give a number and a text for every \
            token; fetch the file again
            """),
        .file(
            "added_tokens.json", #"{"<image>": 4000000000}"#, .inconsistentModel,
            """
            FOLDER/added_tokens.json: piece "<image>" has the number 4000000000, but the token \
            embedding has 512 rows; use the tokenizer of this model
            """),
        .file(
            "added_tokens.json", #"{"<image>": -1}"#, .inconsistentModel,
            """
            FOLDER/added_tokens.json: piece "<image>" has the number -1, but the token embedding \
            has 512 rows; use the tokenizer of this model
            """),
        .file(
            "added_tokens.json", #"{"<image>": 3}"#, .inconsistentModel,
            """
            FOLDER/added_tokens.json: number 3 is both "<0x00>" and "<image>"; use the tokenizer \
            files of one version of the model
            """),
        .file(
            "model.safetensors.index.json", "{}", .file,
            """
            FOLDER/model.safetensors.index.json: an index has an object 'weight_map' and this \
            one has none; fetch the file again
            """),
        .file(
            "model-00002-of-00002.safetensors", nil, .file,
            """
            FOLDER/model-00002-of-00002.safetensors: there is no such file; check the path, and \
            that the disk is mounted
            """),
        .file(
            "model-00002-of-00002.safetensors", "version https://git-lfs.github.com/spec/v1\n",
            .file,
            """
            FOLDER/model-00002-of-00002.safetensors: a header has at most 100000000 bytes and \
            the first 8 bytes promise 2336927755350992246; the file is no safetensors file, name \
            one
            """),
        BadCheckpoint(
            "weights as a Python pickle", .unsupportedModel,
            """
            FOLDER: 'pytorch_model.bin' is a Python pickle, which can run code and is not read; \
            use the model's llava-hf version or a GGUF pair, or load it with transformers and \
            write it with save_pretrained(…, safe_serialization=True)
            """
        ) {
            try $0.put(nil, in: "model.safetensors.index.json")
            try $0.put("", in: "pytorch_model.bin")
        },
        BadCheckpoint(
            "no weights", .file,
            """
            FOLDER: a model folder holds model.safetensors or model.safetensors.index.json and \
            this one has neither; name a folder of a model saved as safetensors
            """
        ) { try $0.put(nil, in: "model.safetensors.index.json") },
        .file(
            "chat_template.json", "[]", .file,
            """
            FOLDER/chat_template.json: the file must hold an object and holds an array of 0 \
            values; fetch it again
            """),
        .file(
            "chat_template.jinja", "", .file,
            """
            FOLDER/chat_template.jinja: the file is empty; its download or copy did not finish, \
            fetch it again
            """),
    ]

    static let tensors: [BadCheckpoint] = [
        BadCheckpoint(
            "a tensor that is missing", .missingPart,
            """
            FOLDER: there is no tensor '…layers.1.mlp.up_proj.weight'; the download did not \
            finish, or this is an adapter (LoRA) without the model it belongs to: use the merged \
            model
            """
        ) {
            try $0.writeTensors { $0.contains("layers.1.mlp.up_proj") ? nil : $0 }
        },
        BadCheckpoint(
            "one part under two names", .inconsistentModel,
            """
            FOLDER: 'model.norm.weight' and 'language_model.model.norm.weight' are the same part \
            of the model; use a checkpoint that was saved once, by one program
            """
        ) {
            try $0.writeTensors { $0 == "language_model.lm_head.weight" ? "model.norm.weight" : $0 }
        },
        .tensor(
            "an embedding of 2^60 rows and no columns", .inconsistentModel,
            """
            FOLDER: the token embedding '…embed_tokens.weight' has no elements; fetch the files \
            again
            """, of: "language_model.model.embed_tokens.weight", shape: [1 << 60, 0]),
        .tensor(
            "an embedding without rows", .inconsistentModel,
            """
            FOLDER: the token embedding '…embed_tokens.weight' has no elements; fetch the files \
            again
            """, of: "language_model.model.embed_tokens.weight", shape: [0, 32]),
        .tensor(
            "an embedding of one dimension", .inconsistentModel,
            """
            FOLDER: 'token_embd.weight' has the shape 16384, but the file's keys make it 16384 x \
            32; convert the model again
            """, of: "language_model.model.embed_tokens.weight", shape: [16384]),
        .tensor(
            "a matrix of no elements and 2^80 columns", .file,
            """
            FOLDER/model.safetensors: the size of tensor \
            'language_model.model.layers.0.mlp.up_proj.weight' does not fit 63 bits; the file is \
            damaged, fetch it again
            """, of: "language_model.model.layers.0.mlp.up_proj.weight",
            shape: [0, 1 << 40, 1 << 40]),
        .tensor(
            "a norm of another shape", .inconsistentModel,
            """
            FOLDER: 'output_norm.weight' has the shape 16 x 1, but the file's keys make it 32; \
            convert the model again
            """, of: "language_model.model.norm.weight", shape: [16, 1]),
    ]
}
