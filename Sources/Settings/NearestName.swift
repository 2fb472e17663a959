/// Finds the name somebody probably meant.
enum NearestName {
    /// The candidate with the fewest edits from `name`.
    ///
    /// - Parameters:
    ///   - name: What was written.
    ///   - candidates: What could have been meant; not empty.
    /// - Returns: The nearest one; the first of several that are equally near.
    static func of(_ name: String, among candidates: [String]) -> String {
        guard let first = candidates.first else { return name }
        var best = (first, Int.max)
        for candidate in candidates {
            let edits = distance(name, candidate)
            if edits < best.1 { best = (candidate, edits) }
        }
        return best.0
    }

    /// The least number of insertions, deletions and replacements between two names.
    ///
    /// - Complexity: O(length of a × length of b); both are cut at 128 bytes.
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.lowercased().utf8.prefix(128))
        let b = Array(b.lowercased().utf8.prefix(128))
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
