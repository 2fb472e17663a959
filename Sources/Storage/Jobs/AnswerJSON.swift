internal import FoundationEssentials

/// Answers as the JSON array `llava.put` takes.
enum AnswerJSON {
    private struct Element: Encodable {
        let preset_id: Int32
        let question: String
        let answer: String
        let data: String?
        let confidence: Float?
        let finish_reason: String
        let tokens: Int
        let duration_ms: Int
    }

    /// Encodes; U+0000, which PostgreSQL cannot store, becomes U+FFFD.
    static func encode(_ answers: [NewAnswer]) throws(StorageError) -> String {
        let elements = answers.map { answer in
            Element(
                preset_id: answer.presetID, question: PostgresValue.withoutNUL(answer.question),
                answer: PostgresValue.withoutNUL(answer.answer), data: answer.data,
                confidence: answer.confidence, finish_reason: answer.finishReason,
                tokens: answer.tokens, duration_ms: answer.durationMS)
        }
        do {
            return String(decoding: try JSONEncoder().encode(elements), as: UTF8.self)
        } catch {
            throw StorageError(.value, "an answer holds a number that JSON cannot: \(error)")
        }
    }
}
