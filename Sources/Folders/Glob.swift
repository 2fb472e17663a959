/// A shell pattern over relative paths.
///
/// `*`, `?`, `[a-z]`, `[!a-z]` and `\` mean what they mean to fnmatch(3) with `FNM_PATHNAME`: none
/// of them matches a `/`. `**/` matches any number of whole folders, none included, and `**`
/// anything. A pattern without a `/` is compared with the last component, at any depth.
struct Glob: Sendable {
    private enum Token: Sendable {
        case scalar(Unicode.Scalar)
        case anyScalar
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
        case anyWithinFolder
        case anyFolders
        case anything
    }

    /// Bytes a pattern may have: matching costs its length times the path's.
    private static let maxBytes = 1024

    private let tokens: [Token]
    private let isAnchored: Bool

    /// Reads a pattern.
    ///
    /// - Throws: `FolderError.invalidGlob`.
    init(_ pattern: String) throws(FolderError) {
        guard !pattern.isEmpty, pattern.utf8.count <= Self.maxBytes else {
            throw .invalidGlob(pattern, "a pattern has 1 to \(Self.maxBytes) bytes")
        }
        var scalars = Array(pattern.unicodeScalars)
        isAnchored = scalars.contains("/")
        if scalars.first == "/" { scalars.removeFirst() }
        tokens = try Self.parse(scalars, of: pattern)
    }

    /// Whether a path, relative and separated by `/`, is one of those meant.
    ///
    /// - Complexity: O(pattern * path): every position the pattern can have reached is followed at
    ///   once, so there is no pattern that takes long.
    func matches(_ path: String) -> Bool {
        let scalars = Array(path.unicodeScalars)
        let slash = isAnchored ? nil : scalars.lastIndex(of: "/")
        let text = slash.map { scalars[($0 + 1)...] } ?? scalars[...]
        var reached = [Bool](repeating: false, count: text.count + 1)
        reached[0] = true
        for token in tokens {
            reached = Self.advance(reached, over: token, in: Array(text))
        }
        return reached[text.count]
    }

    /// The positions reachable from `reached` by matching one token.
    private static func advance(
        _ reached: [Bool], over token: Token, in text: [Unicode.Scalar]
    ) -> [Bool] {
        var next = [Bool](repeating: false, count: reached.count)
        switch token {
        case .scalar, .anyScalar, .set:
            for position in text.indices where reached[position] {
                if matches(text[position], token) { next[position + 1] = true }
            }
        case .anyWithinFolder, .anything:
            next = reached
            for position in text.indices where next[position] {
                if case .anyWithinFolder = token, text[position] == "/" { continue }
                next[position + 1] = true
            }
        case .anyFolders:
            var started = false
            for position in text.indices {
                started = started || reached[position]
                if reached[position] { next[position] = true }
                if started && text[position] == "/" { next[position + 1] = true }
            }
            if reached[text.count] { next[text.count] = true }
        }
        return next
    }

    private static func matches(_ scalar: Unicode.Scalar, _ token: Token) -> Bool {
        switch token {
        case .scalar(let wanted): return scalar == wanted
        case .anyScalar: return scalar != "/"
        case .set(let ranges, let isNegated):
            return scalar != "/" && ranges.contains { $0.contains(scalar) } != isNegated
        case .anyWithinFolder, .anyFolders, .anything: return false
        }
    }

    private static func parse(
        _ scalars: [Unicode.Scalar], of pattern: String
    ) throws(FolderError) -> [Token] {
        var tokens: [Token] = []
        var index = 0
        while index < scalars.count {
            switch scalars[index] {
            case "?":
                tokens.append(.anyScalar)
                index += 1
            case "*":
                let stars = scalars[index...].prefix { $0 == "*" }.count
                let atFolder = index == 0 || scalars[index - 1] == "/"
                index += stars
                if stars >= 2, atFolder, index < scalars.count, scalars[index] == "/" {
                    tokens.append(.anyFolders)
                    index += 1
                } else {
                    tokens.append(stars >= 2 ? .anything : .anyWithinFolder)
                }
            case "[":
                tokens.append(try parseSet(scalars, from: &index, of: pattern))
            case "\\":
                guard index + 1 < scalars.count else {
                    throw .invalidGlob(pattern, "a '\\' stands before the character it means")
                }
                tokens.append(.scalar(scalars[index + 1]))
                index += 2
            default:
                tokens.append(.scalar(scalars[index]))
                index += 1
            }
        }
        return tokens
    }

    /// Reads `[...]`; a `]` directly after the opening is one of the characters meant.
    private static func parseSet(
        _ scalars: [Unicode.Scalar], from index: inout Int, of pattern: String
    ) throws(FolderError) -> Token {
        index += 1
        let isNegated = index < scalars.count && (scalars[index] == "!" || scalars[index] == "^")
        if isNegated { index += 1 }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while index < scalars.count, scalars[index] != "]" || ranges.isEmpty {
            let lower = scalars[index]
            var upper = lower
            if index + 2 < scalars.count, scalars[index + 1] == "-", scalars[index + 2] != "]" {
                upper = scalars[index + 2]
                index += 2
            }
            guard lower <= upper else {
                throw .invalidGlob(pattern, "the range \(lower)-\(upper) runs backwards")
            }
            ranges.append(lower...upper)
            index += 1
        }
        guard index < scalars.count else {
            throw .invalidGlob(pattern, "a '[' has no ']'")
        }
        index += 1
        return .set(ranges, isNegated: isNegated)
    }
}
