/// A picture as rows of the language model's embedding space.
public struct ImageEmbedding: Sendable, Equatable {
    /// Rows, one a patch, row-major over the picture.
    public let tokenCount: Int
    /// Elements of a row: the language model's width.
    public let width: Int
    /// Shape `(tokenCount, width)`.
    public let values: [Float]
}
