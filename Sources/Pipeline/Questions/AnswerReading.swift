/// Reads an answer's text as the data its question asked for.
enum AnswerReading {
    /// The data in an answer.
    ///
    /// - Parameters:
    ///   - text: What the model said.
    ///   - question: What it was asked.
    /// - Returns: JSON text, or `nil` where the question wants prose or the model's words are not
    ///   of the wanted form; the words themselves are kept either way.
    static func data(in text: String, for question: Question) -> String? {
        switch question.format {
        case .text: nil
        case .json: json(in: text, schema: question.schema)
        case .number: number(in: text)
        case .yesno: yesOrNo(in: text)
        }
    }

    private static func json(in text: String, schema: JSONValue?) -> String? {
        guard let value = JSONValue(parsing: withoutFence(text)) else { return nil }
        if let schema, !AnswerSchema.accepts(value, schema: schema) { return nil }
        return value.text
    }

    /// Chat models like to wrap JSON in a Markdown fence.
    private static func withoutFence(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, first.hasPrefix("```"), let last = lines.last,
            lines.count > 2, last == "```"
        else { return text }
        lines.removeFirst()
        lines.removeLast()
        return lines.joined(separator: "\n")
    }

    private static let smallNumbers: [String: Int64] = [
        "no": 0, "none": 0, "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
        "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    ]

    /// The first word of the text, if it is a number in digits or a small one in letters.
    private static func number(in text: String) -> String? {
        guard let word = firstWord(of: text) else { return nil }
        if let value = Int64(word) { return JSONValue.integer(value).text }
        if let value = smallNumbers[word] { return JSONValue.integer(value).text }
        if let value = Double(word), value.isFinite { return JSONValue.number(value).text }
        return nil
    }

    private static func yesOrNo(in text: String) -> String? {
        switch firstWord(of: text) {
        case "yes": "true"
        case "no": "false"
        default: nil
        }
    }

    private static func firstWord(of text: String) -> String? {
        guard let word = text.split(whereSeparator: \.isWhitespace).first else { return nil }
        var trimmed = word
        while let last = trimmed.last, last == "." || last == "," || last == "!" || last == ";" {
            trimmed.removeLast()
        }
        return trimmed.isEmpty ? nil : trimmed.lowercased()
    }
}
