/// The sentences that many bad keys and members share, with what differs.
enum KeySentence {
    /// A key a GGUF file must have.
    static func missing(_ key: String, _ kind: String, in file: String) -> String {
        """
        \(file): the metadata has no key '\(key)', which must be \(kind); the file is not such a \
        model or its converter left the key out, convert the model again
        """
    }

    /// A key of another type.
    static func wrong(
        _ key: String, _ kind: String, _ found: String, in file: String
    ) -> String {
        """
        \(file): key '\(key)' must be \(kind) and is \(found); convert the model again with a \
        current converter
        """
    }

    /// A key or a tensor that cannot be used.
    static func bad(_ name: String, _ problem: String, in file: String) -> String {
        "\(file): '\(name)' \(problem); convert the model again"
    }

    /// A member of a folder's JSON file that cannot be used.
    static func member(_ name: String, _ problem: String, of file: String) -> String {
        "FOLDER/\(file): '\(name)' \(problem); fetch the file again or use another model"
    }

    /// A member of the folder's tokenizer that is of another kind.
    static func tokenizer(_ member: String) -> String {
        """
        FOLDER/tokenizer.json: 'model.\(member)' is not what a tokenizer of byte-pair encoding \
        has; fetch the file again
        """
    }
}
