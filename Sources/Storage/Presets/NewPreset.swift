/// A preset to store as a new version, unless its latest version is the same.
public struct NewPreset: Sendable, Equatable {
    /// The preset's name.
    public var name: String
    /// The whole preset as JSON text.
    public var body: String
    /// The names of its questions, in order; at least one, none twice.
    public var questions: [String]
    /// Whether it becomes the default; `nil` keeps the default as it is.
    public var isDefault: Bool?

    /// Makes a preset to store.
    ///
    /// - Parameters:
    ///   - name: The preset's name.
    ///   - body: The whole preset as JSON text.
    ///   - questions: The names of its questions, in order.
    ///   - isDefault: Whether it becomes the default; `nil` keeps the default as it is.
    public init(name: String, body: String, questions: [String], isDefault: Bool? = nil) {
        self.name = name
        self.body = body
        self.questions = questions
        self.isDefault = isDefault
    }
}
