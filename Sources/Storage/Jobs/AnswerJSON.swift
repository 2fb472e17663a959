internal import FoundationEssentials

/// Answers as the JSON that `llava.put` takes.
enum AnswerJSON {
    private struct Answer: Encodable {
        let preset_id: Int32
        let question: String
        let answer: String
        let data: String?
        let confidence: Float?
        let finish_reason: String
        let tokens: Int
        let duration_ms: Int

        init(_ answer: NewAnswer) {
            preset_id = answer.presetID
            question = PostgresValue.withoutNUL(answer.question)
            self.answer = PostgresValue.withoutNUL(answer.answer)
            data = answer.data
            confidence = answer.confidence
            finish_reason = answer.finishReason
            tokens = answer.tokens
            duration_ms = answer.durationMS
        }
    }

    private struct Job: Encodable {
        let job: Int64
        let fence: Int64
        let answers: [Answer]
        let is_final: Bool
    }

    /// The array of one job's answers; U+0000, which PostgreSQL cannot store, becomes U+FFFD.
    static func encode(_ answers: [NewAnswer]) throws(StorageError) -> String {
        try text(of: answers.map(Answer.init))
    }

    /// The array of several jobs' answers.
    static func encode(_ jobs: [JobAnswers]) throws(StorageError) -> String {
        try text(
            of: jobs.map {
                Job(
                    job: $0.job, fence: $0.fence, answers: $0.answers.map(Answer.init),
                    is_final: $0.isFinal)
            })
    }

    private static func text(of value: some Encodable) throws(StorageError) -> String {
        do {
            return String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        } catch {
            throw StorageError(.value, "an answer holds a number that JSON cannot: \(error)")
        }
    }
}
