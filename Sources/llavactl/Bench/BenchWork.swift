import LLaVA

/// How much a measurement does.
struct BenchWork: Sendable {
    /// Pictures to look at.
    var images: Int
    /// Questions about each.
    var questions: Int
    /// Tokens of each answer, exactly: models of random weights would stop anywhere.
    var maxTokens: Int
    /// How it is spread over the machine, as far as somebody decided.
    var wishes: WorkerPlan.Wishes
    /// A picture's file to decode each time; random pixels if nobody names one.
    var picture: String?

    /// What is asked: as long as people's questions are, and each another.
    func question(_ index: Int) -> String {
        "Question \(index + 1): what is to be seen here, what is it doing, and why may that be so?"
    }
}
