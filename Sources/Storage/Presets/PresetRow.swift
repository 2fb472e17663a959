public import FoundationEssentials

/// One version of a preset; rows never change.
public struct PresetRow: Sendable, Equatable {
    /// The preset version.
    public let id: Int32
    /// The preset's name.
    public let name: String
    /// Its version, from 1.
    public let version: Int
    /// The whole preset as JSON text.
    public let body: String
    /// The names of its questions, in order.
    public let questions: [String]
    /// Whether jobs that name no preset get this one.
    public let isDefault: Bool
    /// When the version was stored.
    public let createdAt: Date

    /// Makes a row, as tests of workers do.
    ///
    /// - Parameters:
    ///   - id: The preset version.
    ///   - name: The preset's name.
    ///   - version: Its version, from 1.
    ///   - body: The whole preset as JSON text.
    ///   - questions: The names of its questions, in order.
    ///   - isDefault: Whether jobs that name no preset get this one.
    ///   - createdAt: When the version was stored.
    public init(
        id: Int32, name: String, version: Int, body: String, questions: [String],
        isDefault: Bool, createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.body = body
        self.questions = questions
        self.isDefault = isDefault
        self.createdAt = createdAt
    }
}
