/// Watches an answer's text for stop strings and says how much of it is certain.
///
/// The end of a text may be the beginning of a stop string; that part is held back until further
/// text decides, so that a listener is never given a stop string's first characters.
struct StopRule {
    /// What the text so far amounts to.
    enum Verdict: Equatable {
        /// The text up to this many bytes belongs to the answer, whatever comes.
        case goOn(certain: Int)
        /// A stop string begins at this byte: the answer ends there.
        case stop(at: Int)
    }

    private let stopStrings: [[UInt8]]
    private var text: [UInt8] = []
    /// No stop string begins before this byte.
    private var searched = 0

    /// Makes a rule; empty strings are ignored.
    init(stopStrings: [String]) {
        self.stopStrings = stopStrings.map { Array($0.utf8) }.filter { !$0.isEmpty }
    }

    /// Takes further text.
    mutating func append(_ addition: String) -> Verdict {
        text.append(contentsOf: addition.utf8)
        guard !stopStrings.isEmpty else { return .goOn(certain: text.count) }
        while searched < text.count {
            let rest = text[searched...]
            if stopStrings.contains(where: { rest.starts(with: $0) }) {
                return .stop(at: searched)
            }
            if stopStrings.contains(where: { $0.starts(with: rest) }) { break }
            searched += 1
        }
        return .goOn(certain: searched)
    }
}
