/// An answer being written.
struct ActiveAnswer {
    /// Whose it is.
    let picture: PictureSequence
    /// Its question's number.
    let number: Int
    /// Its rows.
    var branch: Branch
    var writer: AnswerWriter
    /// The token to read next.
    var token: TokenID
    /// What it cost so far.
    var timings = Timings()

    /// Positions of the prompt.
    var promptTokens: Int { picture.questions[number].positions }
    /// Whether it is written in its picture's own place.
    var isAtHome: Bool { branch.rows.lowerBound == picture.home.lowerBound }
}
