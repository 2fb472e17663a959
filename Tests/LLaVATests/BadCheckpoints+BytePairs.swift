import LLaVA

/// Model folders that cannot be used for their `vocab.json` and `merges.txt`.
extension BadCheckpoints {
    private static func unsupported(_ file: String, _ found: String) -> String {
        """
        FOLDER\(file): \(found), but 'vocab.json' and 'merges.txt' are read without spaces put in \
        front and for the classes GPT2Tokenizer, GPT2TokenizerFast, Qwen2Tokenizer, \
        Qwen2TokenizerFast; load the tokenizer with its own class of transformers and add the \
        'tokenizer.json' that save_pretrained writes
        """
    }

    private static func line(_ found: String) -> String {
        """
        FOLDER/merges.txt: a line is two pieces with one space between, and \(found); fetch the \
        file again
        """
    }

    private static func noPiece(_ found: String) -> String {
        """
        FOLDER/merges.txt: \(found) is no piece of 'vocab.json'; use the tokenizer files of one \
        version of the model
        """
    }

    static let bytePairFiles: [BadCheckpoint] = [
        .pairs(
            "a vocabulary without merges", .missingPart,
            """
            FOLDER: 'vocab.json' goes with a 'merges.txt' and there is none; fetch it from where \
            the model came from
            """, merges: nil),
        .pairs(
            "merges without a vocabulary", .missingPart,
            """
            FOLDER: there is neither 'tokenizer.model' nor 'tokenizer.json', nor 'vocab.json' \
            with 'merges.txt'; fetch one of them from where the model came from
            """, vocabulary: nil),
        .pairs(
            "no configuration", .unsupportedModel,
            unsupported("", "'tokenizer_config.json' is missing"), configuration: nil),
        .pairs(
            "a configuration without a class", .unsupportedModel,
            unsupported("/tokenizer_config.json", "'tokenizer_class' is missing"),
            configuration: "{}"),
        .pairs(
            "a class that is not known", .unsupportedModel,
            unsupported("/tokenizer_config.json", "'tokenizer_class' is 'RobertaTokenizer'"),
            configuration: #"{"tokenizer_class": "RobertaTokenizer"}"#),
        .pairs(
            "a class that is a number", .inconsistentModel,
            KeySentence.member(
                "tokenizer_class", "must be a text and is 1", of: "tokenizer_config.json"),
            configuration: #"{"tokenizer_class": 1}"#),
        .pairs(
            "a space put in front", .unsupportedModel,
            unsupported("/tokenizer_config.json", "'add_prefix_space' is true"),
            configuration: #"{"tokenizer_class": "Qwen2Tokenizer", "add_prefix_space": true}"#),
        .pairs(
            "a vocabulary that is an array", .file,
            """
            FOLDER/vocab.json: the file must hold an object and holds an array of 1 values; fetch \
            it again
            """, vocabulary: #"["a"]"#),
        .pairs(
            "a piece whose number is a text", .inconsistentModel,
            """
            FOLDER/vocab.json: the number of piece "a" must be an integer and is a text; fetch \
            the file again
            """, vocabulary: #"{"a": "0"}"#),
        .pairs(
            "a piece of number -1", .inconsistentModel,
            """
            FOLDER/vocab.json: piece "a" has the number -1, but the token embedding has 512 rows; \
            use the tokenizer of this model
            """, vocabulary: #"{"a": -1}"#),
        .pairs(
            "a piece behind the embedding", .inconsistentModel,
            """
            FOLDER/vocab.json: piece "a" has the number 512, but the token embedding has 512 \
            rows; use the tokenizer of this model
            """, vocabulary: #"{"a": 512}"#),
        .pairs(
            "two pieces of one number", .inconsistentModel,
            """
            FOLDER/vocab.json: number 0 is both "a" and "b"; use the tokenizer files of one \
            version of the model
            """, vocabulary: #"{"a": 0, "b": 0}"#),
        .pairs(
            "a piece that stands twice", .file,
            """
            FOLDER/vocab.json: a name may stand once in an object of the file and "a" stands \
            twice; the file was written by a faulty tool, convert or fetch the model again
            """, vocabulary: #"{"a": 0, "a": 1}"#),
        .pairs(
            "a number no piece has", .inconsistentModel,
            """
            FOLDER/vocab.json: pieces have the numbers 0 to 3, and 2 is no piece's; fetch the \
            file again
            """, vocabulary: #"{"a": 0, "b": 1, "</s>": 3}"#, merges: "#version: 0.2\n"),
        .pairs(
            "an added token that is another piece", .inconsistentModel,
            """
            FOLDER/tokenizer_config.json: number 0 is both "a" and "x"; use the tokenizer files \
            of one version of the model
            """,
            configuration: """
                {"tokenizer_class": "GPT2Tokenizer", \
                "added_tokens_decoder": {"0": {"content": "x"}}}
                """),
        .pairs(
            "special tokens that are numbers", .inconsistentModel,
            KeySentence.member(
                "additional_special_tokens", "must be texts, or objects with a text 'content'",
                of: "special_tokens_map.json"),
            special: #"{"additional_special_tokens": [3]}"#),
        .pairs(
            "a special token without a text", .inconsistentModel,
            KeySentence.member(
                "eos_token.content", "must be a text and is 3", of: "special_tokens_map.json"),
            special: #"{"eos_token": {"content": 3}}"#),
        .pairs(
            "empty merges", .file,
            """
            FOLDER/merges.txt: the file is empty; its download or copy did not finish, fetch it \
            again
            """, merges: ""),
        .pairs(
            "a merge of one piece", .inconsistentModel, line(#"line 2 is "ab""#),
            merges: "#version: 0.2\nab\n"),
        .pairs(
            "a merge of three pieces", .inconsistentModel, line(#"line 1 is "a b ab""#),
            merges: "a b ab\n"),
        .pairs(
            "a merge with two spaces", .inconsistentModel, line(#"line 1 is "a  b""#),
            merges: "a  b\n"),
        .pairs(
            "a merge of nothing", .inconsistentModel, line(#"line 2 is "a ""#),
            merges: "a b\r\na \r\n"),
        .pairs(
            "a merge split by a tab", .inconsistentModel, line(#"line 1 is "a\tb""#),
            merges: "a\tb"),
        .pairs(
            "a merge of an unknown left piece", .inconsistentModel,
            noPiece(#"line 2 is "c b", and "c""#), merges: "a b\nc b\n"),
        .pairs(
            "a merge of an unknown right piece", .inconsistentModel,
            noPiece(#"line 1 is "a c", and "c""#), merges: "a c\n"),
        .pairs(
            "a merge that makes no piece", .inconsistentModel,
            noPiece(#"line 3 is "b a", and "ba""#), merges: "a b\n\nb a\n"),
        .pairs(
            "a merge that stands twice", .inconsistentModel,
            """
            FOLDER/merges.txt: a pair stands once, and line 3 is "a b" as line 2 is; fetch the \
            file again
            """, merges: "#version: 0.2\na b\na b\n"),
        .pairs(
            "a second line of a version", .inconsistentModel,
            noPiece(##"line 2 is "#version: 0.2", and "#version:""##),
            merges: "#version: 0.2\n#version: 0.2\n"),
        BadCheckpoint(
            "merges that are no UTF-8", .inconsistentModel,
            "FOLDER/merges.txt: line 2 must be UTF-8 and is not; fetch the file again"
        ) { copy in
            try copy.put(nil, in: "tokenizer.model")
            try copy.put(#"{"a": 0, "b": 1, "ab": 2}"#, in: "vocab.json")
            try copy.put(#"{"tokenizer_class": "Qwen2Tokenizer"}"#, in: "tokenizer_config.json")
            try copy.put(bytes: Array("a b\n".utf8) + [0xC3, 0x28], in: "merges.txt")
        },
        .pairs(
            "a vocabulary without bytes", .inconsistentModel,
            """
            FOLDER/config.json: a byte-level vocabulary has a piece for every byte, and 'Ā' for \
            byte 0 is missing; convert the model again
            """),
    ]
}
