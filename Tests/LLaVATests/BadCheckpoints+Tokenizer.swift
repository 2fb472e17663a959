import LLaVA

/// Model folders that cannot be used for their tokenizer's files.
extension BadCheckpoints {
    static let tokenizerJSON: [BadCheckpoint] = [
        .tokenizer(
            "no object", .file,
            """
            FOLDER/tokenizer.json: the file must hold an object and holds an array of 0 values; \
            fetch it again
            """, "[]"),
        .tokenizer(
            "no members", .inconsistentModel,
            """
            FOLDER/tokenizer.json: a tokenizer has an object 'model' and this file has none; \
            fetch it again
            """, "{}"),
        .tokenizer(
            "a model that is a text", .inconsistentModel,
            """
            FOLDER/tokenizer.json: a tokenizer has an object 'model' and this file has none; \
            fetch it again
            """, #"{"model": "BPE"}"#),
        .tokenizer(
            "a model of no members", .inconsistentModel,
            KeySentence.tokenizer("vocab"), #"{"model": {}}"#),
        .tokenizer(
            "a unigram model", .unsupportedModel,
            """
            FOLDER/tokenizer.json: 'model.type' is 'Unigram', but tokenizers of byte-pair \
            encoding ('BPE') are read; use a model of the LLaMA, Mistral or Qwen family
            """, #"{"model": {"type": "Unigram", "vocab": []}}"#),
        .tokenizer(
            "a vocabulary that is an array", .inconsistentModel,
            KeySentence.tokenizer("vocab"),
            #"{"model": {"type": "BPE", "vocab": ["a"], "merges": []}}"#),
        .tokenizer(
            "no merges", .inconsistentModel,
            KeySentence.tokenizer("merges"), #"{"model": {"vocab": {"a": 0}}}"#),
        .tokenizer(
            "merges that are a text", .inconsistentModel,
            KeySentence.tokenizer("merges"), #"{"model": {"vocab": {"a": 0}, "merges": "a b"}}"#),
        .tokenizer(
            "a piece whose number is a text", .inconsistentModel,
            KeySentence.tokenizer("vocab"), #"{"model": {"vocab": {"a": "b"}, "merges": []}}"#),
        .tokenizer(
            "a piece whose number is a fraction", .inconsistentModel,
            KeySentence.tokenizer("vocab"), #"{"model": {"vocab": {"a": 0.5}, "merges": []}}"#),
        .tokenizer(
            "a piece of number -1", .inconsistentModel,
            """
            FOLDER/tokenizer.json: piece "a" has the number -1, but the token embedding has 512 \
            rows; use the tokenizer of this model
            """, #"{"model": {"vocab": {"a": -1}, "merges": []}}"#),
        .tokenizer(
            "a piece behind the embedding", .inconsistentModel,
            """
            FOLDER/tokenizer.json: piece "a" has the number 512, but the token embedding has 512 \
            rows; use the tokenizer of this model
            """, #"{"model": {"vocab": {"a": 512}, "merges": []}}"#),
        .tokenizer(
            "the largest number of a piece", .inconsistentModel,
            """
            FOLDER/tokenizer.json: piece "a" has the number 9223372036854775807, but the token \
            embedding has 512 rows; use the tokenizer of this model
            """, #"{"model": {"vocab": {"a": 9223372036854775807}, "merges": []}}"#),
        .tokenizer(
            "two pieces of one number", .inconsistentModel,
            """
            FOLDER/tokenizer.json: number 0 is both "a" and "b"; use the tokenizer files of one \
            version of the model
            """, #"{"model": {"vocab": {"a": 0, "b": 0}, "merges": []}}"#),
        .tokenizer(
            "a piece that stands twice", .file,
            """
            FOLDER/tokenizer.json: a name may stand once in an object of the file and "a" stands \
            twice; the file was written by a faulty tool, convert or fetch the model again
            """, #"{"model": {"vocab": {"a": 0, "a": 1}, "merges": []}}"#),
        .tokenizer(
            "a merge of one piece", .inconsistentModel,
            KeySentence.tokenizer("merges"), #"{"model": {"vocab": {"a": 0}, "merges": ["a"]}}"#),
        .tokenizer(
            "a merge of three pieces", .inconsistentModel,
            KeySentence.tokenizer("merges"), #"{"model": {"vocab": {"a": 0}, "merges": ["a b c"]}}"#
        ),
        .tokenizer(
            "a merge that is a pair of one", .inconsistentModel,
            KeySentence.tokenizer("merges"), #"{"model": {"vocab": {"a": 0}, "merges": [["a"]]}}"#),
        .tokenizer(
            "a merge of numbers", .inconsistentModel,
            KeySentence.tokenizer("merges"), #"{"model": {"vocab": {"a": 0}, "merges": [[1, 2]]}}"#),
        .tokenizer(
            "a merge that is a number", .inconsistentModel,
            KeySentence.tokenizer("merges"), #"{"model": {"vocab": {"a": 0}, "merges": [1]}}"#),
        .tokenizer(
            "a merge of nothing", .inconsistentModel,
            """
            FOLDER/config.json: entries of key 'tokenizer.ggml.merges' are two pieces with a \
            space between, and number 0 is "a "; convert the model again
            """,
            #"{"model": {"vocab": {"<s>": 0}, "merges": ["a "]}, "pre_tokenizer": {"type": "ByteLevel"}}"#
        ),
        .tokenizer(
            "words cut by an unknown expression", .unsupportedModel,
            """
            FOLDER/tokenizer.json: the words of 'pre_tokenizer' are cut by an expression this \
            engine does not know; use a model of the LLaMA 3 or Qwen 2 family
            """,
            #"{"model": {"vocab": {"a": 0}, "merges": []}, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "x"}}}"#
        ),
        .tokenizer(
            "words cut in no known way", .unsupportedModel,
            """
            FOLDER/tokenizer.json: 'pre_tokenizer' is of no kind this engine knows; use a model \
            of the LLaMA, Mistral, Qwen or MPT family
            """, #"{"model": {"vocab": {"a": 0}, "merges": []}, "pre_tokenizer": null}"#),
        .tokenizer(
            "a space put in front of bytes", .unsupportedModel,
            """
            FOLDER/tokenizer.json: 'pre_tokenizer' puts a space in front of texts, which this \
            engine does not; use a model of the LLaMA 3, Qwen or MPT family
            """,
            #"{"model": {"vocab": {"a": 0}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true}}"#
        ),
        .tokenizer(
            "a byte-level vocabulary without bytes", .inconsistentModel,
            """
            FOLDER/config.json: a byte-level vocabulary has a piece for every byte, and 'Ā' for \
            byte 0 is missing; convert the model again
            """,
            #"{"model": {"vocab": {"<s>": 0, "</s>": 1}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"}}"#
        ),
        .tokenizer(
            "no unknown piece and no bytes", .missingPart,
            """
            FOLDER/config.json: a vocabulary without byte tokens needs key \
            'tokenizer.ggml.unknown_token_id'; convert the model again
            """, #"{"model": {"byte_fallback": true, "vocab": {"</s>": 0}, "merges": []}}"#),
        .tokenizer(
            "an added token without a text", .inconsistentModel,
            """
            FOLDER/tokenizer.json: 'added_tokens' does not give a number and a text for every \
            token; fetch the file again
            """,
            #"{"model": {"byte_fallback": true, "vocab": {"a": 0}, "merges": []}, "added_tokens": [{"id": 0}]}"#
        ),
        .tokenizer(
            "an added token that is another piece", .inconsistentModel,
            """
            FOLDER/tokenizer.json: number 0 is both "a" and "b"; use the tokenizer files of one \
            version of the model
            """,
            #"{"model": {"byte_fallback": true, "vocab": {"a": 0}, "merges": []}, "added_tokens": [{"id": 0, "content": "b"}]}"#
        ),
        .tokenizer(
            "added tokens that are an object", .inconsistentModel,
            """
            FOLDER/tokenizer.json: 'added_tokens' does not give a number and a text for every \
            token; fetch the file again
            """,
            #"{"model": {"byte_fallback": true, "vocab": {"a": 0}, "merges": []}, "added_tokens": {"b": 1}}"#
        ),
    ]

    static let tokenizerConfiguration: [BadCheckpoint] = [
        .member(
            "tokenizer_config.json", "bos_token", 1, .inconsistentModel,
            KeySentence.member(
                "bos_token", "must be a text or an object and is an integer",
                of: "tokenizer_config.json")),
        .member(
            "tokenizer_config.json", "eos_token", ["content": 2], .inconsistentModel,
            KeySentence.member(
                "eos_token.content", "must be a text and is 2", of: "tokenizer_config.json")),
        .member(
            "tokenizer_config.json", "add_bos_token", "true", .inconsistentModel,
            KeySentence.member(
                "add_bos_token", "must be a truth value and is a text", of: "tokenizer_config.json")
        ),
        .member(
            "tokenizer_config.json", "added_tokens_decoder", [1], .inconsistentModel,
            """
            FOLDER/tokenizer_config.json: 'added_tokens_decoder' does not give a number and a \
            text for every token; fetch the file again
            """),
        .member(
            "tokenizer_config.json", "added_tokens_decoder", ["x": ["content": "a"]],
            .inconsistentModel,
            """
            FOLDER/tokenizer_config.json: 'added_tokens_decoder' does not give a number and a \
            text for every token; fetch the file again
            """),
        .member(
            "tokenizer_config.json", "added_tokens_decoder", ["9999": ["content": "a"]],
            .inconsistentModel,
            """
            FOLDER/tokenizer_config.json: piece "a" has the number 9999, but the token embedding \
            has 512 rows; use the tokenizer of this model
            """),
        .member(
            "tokenizer_config.json", "added_tokens_decoder", ["0": ["content": "a"]],
            .inconsistentModel,
            """
            FOLDER/tokenizer_config.json: number 0 is both "<unk>" and "a"; use the tokenizer \
            files of one version of the model
            """),
        .member(
            "tokenizer_config.json", "added_tokens_decoder", ["500": "a"], .inconsistentModel,
            """
            FOLDER/tokenizer_config.json: 'added_tokens_decoder' does not give a number and a \
            text for every token; fetch the file again
            """),
        .member(
            "generation_config.json", "eos_token_id", "2", .inconsistentModel,
            KeySentence.member(
                "eos_token_id", "must be an integer of 32 bits and is a text",
                of: "generation_config.json")),
        .member(
            "generation_config.json", "eos_token_id", -1, .inconsistentModel,
            """
            FOLDER: 'eos_token_id' is -1 and tokens are numbered from 0; fetch config.json and \
            generation_config.json again
            """),
        .member(
            "generation_config.json", "eos_token_id", [2, 4_000_000], .inconsistentModel,
            """
            FOLDER/config.json: key 'tokenizer.ggml.eot_token_id' must name one of the 512 \
            pieces and is 4000000; convert the model again
            """),
        .member(
            "generation_config.json", "eos_token_id", [2, "x"] as [any Sendable],
            .inconsistentModel,
            KeySentence.member(
                "eos_token_id", "must be integers of 32 bits and is a text",
                of: "generation_config.json")),
        .member(
            "config.json text_config", "eos_token_id", 1 << 40, .inconsistentModel,
            KeySentence.member(
                "text_config.eos_token_id", "must be an integer of 32 bits and is 1099511627776",
                of: "config.json")),
    ]
}
