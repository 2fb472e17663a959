/// A model file that cannot be used, and why.
public struct ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Kind: String, Sendable, CaseIterable {
        /// There is no such file.
        case notFound
        /// The file cannot be opened, measured or mapped.
        case unreadable
        /// The path names a folder, a pipe or a device.
        case notAFile
        /// The file holds no bytes.
        case empty
        /// The file does not begin with the four bytes of a GGUF file.
        case notGGUF
        /// The GGUF version is one this reader does not know.
        case unsupportedVersion
        /// The file is for a machine of the other byte order.
        case bigEndian
        /// The file is one part of a split model, and the parts do not fit together.
        case splitFile
        /// The file ends inside its own header.
        case truncated
        /// A count or a length promises more than the rest of the file could hold.
        case implausibleCount
        /// A key, a tensor name or a text is empty, too long, or holds a zero byte.
        case invalidName
        /// A text is not UTF-8.
        case invalidText
        /// A truth value is neither 0 nor 1.
        case invalidBool
        /// The number of a metadata value's type is unknown.
        case unknownValueType
        /// An array holds arrays.
        case nestedArray
        /// A metadata key stands twice.
        case duplicateKey
        /// A tensor name stands twice.
        case duplicateTensor
        /// The alignment of the tensor data is not a power of two.
        case badAlignment
        /// A tensor has no dimensions, too many, or one below 1.
        case badShape
        /// The number of a tensor's element type is unknown.
        case unknownElementType
        /// A tensor's rows are not whole blocks of its element type.
        case partialBlock
        /// A tensor's size does not fit 63 bits.
        case overflow
        /// A tensor does not begin at a multiple of the alignment.
        case misalignedTensor
        /// A tensor ends behind the end of the file.
        case tensorPastEnd
        /// Two tensors share bytes.
        case overlappingTensors
        /// A metadata key that is needed is not in the file.
        case missingKey
        /// A metadata value is not of the type asked for.
        case wrongType
        /// A metadata value is outside the range a caller can use.
        case outOfRange
        /// A file of another format breaks that format's own rules.
        case malformed
        /// A file cannot be created or written.
        case unwritable
    }

    /// The file the failure is about.
    public let path: String
    /// The kind of failure.
    public let kind: Kind
    /// One sentence on one line: the rule, the value found, the remedy; without the path.
    public let message: String

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - path: The file the failure is about.
    ///   - kind: The kind of failure.
    ///   - message: One sentence: the rule, the value found, the remedy; without the path.
    public init(path: String, kind: Kind, message: String) {
        self.path = path
        self.kind = kind
        self.message = OneLine.sentence(message)
    }

    /// The sentence a person reads, with the file in front.
    public var description: String { "\(OneLine.sentence(path)): \(message)" }
}
