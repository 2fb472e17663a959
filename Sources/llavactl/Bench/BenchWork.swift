/// How much a measurement does.
struct BenchWork: Sendable {
    /// Pictures to look at.
    var images: Int
    /// Questions about each.
    var questions: Int
    /// Tokens of each answer, exactly: models of random weights would stop anywhere.
    var maxTokens: Int
    /// Answers written side by side, of one picture or several.
    var batch: Int
    /// Threads to compute with.
    var threads: Int
    /// A picture's file to decode each time; random pixels if nobody names one.
    var picture: String?

    /// What is asked: as long as people's questions are, and each another.
    func question(_ index: Int) -> String {
        "Question \(index + 1): what is to be seen here, what is it doing, and why may that be so?"
    }
}
