/// The name of one part of a split model, `NAME-00001-of-00003.gguf`, as `llama-gguf-split` of the
/// repository ggml-org/llama.cpp writes it.
public struct GGUFPartName: Sendable, Equatable {
    private static let digits = 5
    private static let suffix = ".gguf"

    /// What the names of all parts begin with, the folder included.
    public let stem: String
    /// Which part this is, from 1.
    public let number: Int
    /// How many parts there are.
    public let count: Int

    private init(stem: String, number: Int, count: Int) {
        self.stem = stem
        self.number = number
        self.count = count
    }

    /// Reads a part's name; nil if the path does not end as one does.
    ///
    /// - Parameter path: A path.
    public init?(path: String) {
        guard path.hasSuffix(Self.suffix) else { return nil }
        let words = path.dropLast(Self.suffix.count).split(
            separator: "-", omittingEmptySubsequences: false)
        guard words.count >= 4, words[words.count - 2] == "of",
            let number = Self.value(words[words.count - 3]),
            let count = Self.value(words[words.count - 1]), number >= 1, number <= count
        else { return nil }
        stem = words.dropLast(3).joined(separator: "-")
        self.number = number
        self.count = count
    }

    /// The path.
    public var path: String { stem + Self.ending(number, of: count) }

    /// The name of another part of the same model.
    ///
    /// - Parameter number: Which part, from 1.
    /// - Returns: Its name.
    public func part(_ number: Int) -> GGUFPartName {
        GGUFPartName(stem: stem, number: number, count: count)
    }

    /// What the names of the parts of a model end with.
    ///
    /// - Parameters:
    ///   - number: Which part, from 1.
    ///   - count: How many parts there are.
    /// - Returns: Such as "-00001-of-00003.gguf".
    static func ending(_ number: Int, of count: Int) -> String {
        "-\(padded(number))-of-\(padded(count))\(suffix)"
    }

    private static func value(_ word: Substring) -> Int? {
        guard word.utf8.count == digits, word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(word)
    }

    private static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
