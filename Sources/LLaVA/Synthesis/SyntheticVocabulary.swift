import ModelFiles

/// A tokenizer of a real kind and size whose pieces are made up.
///
/// Texts come out about as long in tokens as with a real vocabulary: letters are joined to
/// syllables of up to three, with and without a space in front.
struct SyntheticVocabulary: Sendable {
    /// Vocabularies of a kind have the same control tokens and chat template.
    enum Family: Sendable {
        /// SentencePiece, and the layout of Vicuna.
        case vicuna
    }

    /// Which kind it is.
    let family: Family
    /// How many pieces it has, at least those of every byte and 3 control tokens.
    let count: Int

    /// LLaMA's size.
    static let vicuna = SyntheticVocabulary(family: .vicuna, count: 32_000)

    /// LLaMA 3's size.
    static let llama3 = SyntheticVocabulary(family: .vicuna, count: 128_256)

    /// Bytes are pieces of their own, behind the three control tokens.
    private static let controls = ["<unk>", "<s>", "</s>"]

    /// The keys `tokenizer.*` of a GGUF file.
    var metadata: [(key: String, value: GGUFValue)] {
        let bytes = (0..<256).map { "<0x\(Self.hexadecimal(UInt8($0)))>" }
        let fixed = Self.controls + bytes
        let words = Self.words(count - fixed.count, space: "\u{2581}")
        let types = [Int64](arrayLiteral: 2, 3, 3) + bytes.map { _ in 6 } + words.map { _ in 1 }
        // As in LLaMA's vocabulary: the earlier a piece was found in training, the higher.
        let scores = fixed.map { _ in Float(0) } + words.indices.map { -Float($0) }
        return [
            ("tokenizer.ggml.model", .string("llama")),
            ("tokenizer.ggml.pre", .string("default")),
            ("tokenizer.ggml.tokens", .strings(fixed + words)),
            ("tokenizer.ggml.scores", .floats(scores)),
            ("tokenizer.ggml.token_type", .integers(types)),
            ("tokenizer.ggml.bos_token_id", .unsigned(1)),
            ("tokenizer.ggml.eos_token_id", .unsigned(2)),
            ("tokenizer.ggml.unknown_token_id", .unsigned(0)),
            ("tokenizer.ggml.add_bos_token", .bool(true)),
            ("tokenizer.ggml.add_eos_token", .bool(false)),
            ("tokenizer.chat_template", .string(Self.vicunaTemplate)),
        ]
    }

    /// Enough of Vicuna's template for a reader to know it.
    private static let vicunaTemplate =
        "{% for message in messages %}{% if message['role'] == 'user' %}USER: "
        + "{{ message['content'] }} {% else %}ASSISTANT: {{ message['content'] }}</s>{% endif %}"
        + "{% endfor %}ASSISTANT:"

    /// Pieces of one character and more; whatever is longer is a shorter one and a character, so
    /// that every piece can be reached by joining pairs.
    private static func words(_ count: Int, space: String) -> [String] {
        let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { String(UnicodeScalar($0)) }
        let singles = [space] + (0x21...0x7E).map { String(UnicodeScalar(UInt8($0))) }
        var words = singles
        var stems = [""]
        while words.count < count {
            let longer = stems.flatMap { stem in letters.map { stem + $0 } }
            words += longer.map { space + $0 }
            if longer[0].count > 1 { words += longer }
            stems = longer
        }
        return Array(words.prefix(max(0, count)))
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
