/// Notices when a model has fallen into a loop and would write the same for ever.
///
/// The end of an answer is a loop if it repeats itself exactly, token by token, with a period of at
/// most `longestPeriod`, over at least `fewestRepeats` periods and at least `fewestTokens` tokens.
///
/// The three numbers weigh a cut answer against wasted time. Models that loop do so exactly once
/// they have begun, so waiting costs a bounded number of tokens: 128 for periods up to a sentence,
/// 384 at most. What may honestly repeat is short: a picture of six equal things listed as JSON
/// repeats some 18 tokens six times, a rule of dashes in a table 60 to 100 tokens. Long stretches
/// are never honestly written three times in a row. Loops that change a little each time, such as
/// counting on, are not noticed.
struct RepetitionGuard {
    /// The longest period looked for: a paragraph.
    static let longestPeriod = 128
    /// How many times in a row a period must have been written.
    static let fewestRepeats = 3
    /// How many tokens the repeating end must have.
    static let fewestTokens = 128

    /// The last tokens, each at its number modulo the size.
    private var recent = [TokenID](repeating: -1, count: longestPeriod)
    /// For each period, from 1 on: how many of the last tokens equal the one a period before.
    private var runs = [Int](repeating: 0, count: longestPeriod)
    private var count = 0

    /// Takes the next token of an answer.
    ///
    /// - Returns: Whether the answer's end is a loop.
    mutating func append(_ id: TokenID) -> Bool {
        var loops = false
        for period in 1...min(Self.longestPeriod, max(count, 1)) {
            guard period <= count, recent[(count - period) % Self.longestPeriod] == id else {
                runs[period - 1] = 0
                continue
            }
            runs[period - 1] += 1
            let needed = max(Self.fewestRepeats * period, Self.fewestTokens)
            if runs[period - 1] + period >= needed { loops = true }
        }
        recent[count % Self.longestPeriod] = id
        count += 1
        return loops
    }
}
