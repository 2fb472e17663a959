internal import Synchronization

/// The answers of a filter, some at a time: `for try await batch in database.resultBatches()`.
public struct ResultBatches: AsyncSequence, Sendable {
    /// One piece.
    public typealias Element = [ResultRow]
    /// What can go wrong.
    public typealias Failure = StorageError

    let database: Database
    let filter: ResultFilter
    let size: Int

    private static let opened = Atomic<Int>(0)

    /// Begins to read; each iterator has its own cursor.
    public func makeAsyncIterator() -> Iterator {
        let number = Self.opened.wrappingAdd(1, ordering: .relaxed).newValue
        return Iterator(batches: self, name: "llava_results_\(number)")
    }

    /// Reads one piece after the other.
    public struct Iterator: AsyncIteratorProtocol {
        let batches: ResultBatches
        let name: String
        private var isOpen = false
        private var isOver = false

        init(batches: ResultBatches, name: String) {
            self.batches = batches
            self.name = name
        }

        /// The next piece.
        ///
        /// - Returns: At least one answer, or `nil` at the end.
        /// - Throws: `StorageError`; the set cannot be continued after it.
        public mutating func next() async throws(StorageError) -> [ResultRow]? {
            try await next(isolation: nil)
        }

        /// The next piece.
        ///
        /// - Parameter actor: The caller's isolation; not used.
        /// - Returns: At least one answer, or `nil` at the end.
        /// - Throws: `StorageError`; the set cannot be continued after it.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(StorageError) -> [ResultRow]? {
            if isOver { return nil }
            if !isOpen {
                try await batches.database.openCursor(name, batches.filter)
                isOpen = true
            }
            let rows = try await batches.database.fetch(name, batches.size)
            if rows.isEmpty {
                isOver = true
                try await batches.database.closeCursor(name)
                return nil
            }
            return rows
        }
    }
}
