/// Where a tensor lies in a model file, and what it is.
public struct TensorEntry: Sendable, Equatable {
    /// The name the file gives the tensor.
    public let name: String
    /// The dimensions, slowest first: a matrix of `rows` rows is `[rows, columns]`.
    ///
    /// GGUF files store dimensions fastest first; the order here is the reverse.
    public let shape: [Int]
    /// How the elements are stored.
    public let type: ElementType
    /// Where the tensor begins, in bytes from the beginning of its file; of a split model, its part.
    public let offset: Int
    /// How many bytes the tensor takes.
    public let byteCount: Int

    /// How many elements the tensor has.
    public var elementCount: Int { shape.reduce(1, *) }

    /// Makes an entry; the product of `shape` must fit an `Int`.
    ///
    /// - Parameters:
    ///   - name: The name the file gives the tensor.
    ///   - shape: The dimensions, slowest first.
    ///   - type: How the elements are stored.
    ///   - offset: Where the tensor begins, in bytes from the beginning of the file.
    ///   - byteCount: How many bytes the tensor takes.
    public init(name: String, shape: [Int], type: ElementType, offset: Int, byteCount: Int) {
        self.name = name
        self.shape = shape
        self.type = type
        self.offset = offset
        self.byteCount = byteCount
    }
}
