/// A `tokenizer.model`: the pieces and the rules of a SentencePiece tokenizer.
///
/// Field numbers and defaults are those of `sentencepiece_model.proto` in the repository
/// google/sentencepiece.
public struct SentencePieceModel: Sendable {
    /// A piece of the vocabulary.
    public struct Piece: Sendable {
        /// The text; spaces are U+2581.
        public internal(set) var text = ""
        /// The higher, the sooner it is joined.
        public internal(set) var score: Float = 0
        /// The number of its type; 1 is a normal piece.
        public internal(set) var type: Int64 = 1
    }

    /// How text is cut into pieces.
    public enum Algorithm: Int, Sendable {
        /// The likeliest cut of a unigram model.
        case unigram = 1
        /// Pairs joined by score.
        case bytePairs
        /// Whole words.
        case words
        /// Single characters.
        case characters
    }

    /// More pieces than any vocabulary has.
    private static let mostPieces = 1 << 24

    /// The pieces by id.
    public private(set) var pieces: [Piece] = []
    /// How text is cut.
    public private(set) var algorithm = Algorithm.unigram
    /// The piece for what nothing else fits; negative for none.
    public private(set) var unknownID = 0
    /// The piece a text begins with; negative for none.
    public private(set) var beginID = 1
    /// The piece a text ends with; negative for none.
    public private(set) var endID = 2
    /// Whether a space is put in front of a text.
    public private(set) var putsSpaceInFront = true
    /// Whether runs of spaces become one.
    public private(set) var joinsSpaces = true
    /// Whether characters are replaced by a table before anything else.
    public private(set) var replacesCharacters = false

    /// Reads a file.
    ///
    /// - Parameter path: A `tokenizer.model`.
    /// - Throws: `ModelFileError`, of kind `malformed` if the file is no such message.
    public init(path: String) throws(ModelFileError) {
        let file = try MappedFile(path: path)
        var reader = ProtobufReader(path: path, message: file.bytes)
        while let (number, field) = try reader.next() {
            switch (number, field) {
            case (1, .bytes(let message)):
                guard pieces.count < Self.mostPieces else {
                    throw reader.error("more than \(Self.mostPieces) pieces stand")
                }
                pieces.append(try Self.piece(message, path: path, index: pieces.count))
            case (2, .bytes(let message)): try readTrainer(message, path: path)
            case (3, .bytes(let message)): try readNormalizer(message, path: path)
            default: break
            }
        }
        guard !pieces.isEmpty else {
            throw ModelFileError(
                path: path, kind: .malformed,
                message: "a SentencePiece model has pieces and this file has none; it is damaged "
                    + "or of another kind, fetch it again")
        }
    }

    private static func piece(
        _ message: UnsafeRawBufferPointer, path: String, index: Int
    ) throws(ModelFileError) -> Piece {
        var reader = ProtobufReader(path: path, message: message)
        var piece = Piece()
        while let (number, field) = try reader.next() {
            switch (number, field) {
            case (1, .bytes(let bytes)):
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw ModelFileError(
                        path: path, kind: .invalidText,
                        message: "pieces are UTF-8 and number \(index) is not; the file is "
                            + "damaged, fetch it again")
                }
                piece.text = text
            case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
            case (3, .varint(let type)): piece.type = Int64(truncatingIfNeeded: type)
            default: break
            }
        }
        return piece
    }

    private mutating func readTrainer(
        _ message: UnsafeRawBufferPointer, path: String
    ) throws(ModelFileError) {
        var reader = ProtobufReader(path: path, message: message)
        while let (number, field) = try reader.next() {
            guard case .varint(let value) = field else { continue }
            // A negative int32 is written as the 64 bits of its value.
            let signed = Int(truncatingIfNeeded: value)
            switch number {
            case 3:
                guard let known = Algorithm(rawValue: signed) else {
                    throw reader.error("the algorithm has the unknown number \(signed)")
                }
                algorithm = known
            case 40: unknownID = signed
            case 41: beginID = signed
            case 42: endID = signed
            default: break
            }
        }
    }

    private mutating func readNormalizer(
        _ message: UnsafeRawBufferPointer, path: String
    ) throws(ModelFileError) {
        var reader = ProtobufReader(path: path, message: message)
        while let (number, field) = try reader.next() {
            switch (number, field) {
            case (2, .bytes(let table)): replacesCharacters = !table.isEmpty
            case (3, .varint(let value)): putsSpaceInFront = value != 0
            case (4, .varint(let value)): joinsSpaces = value != 0
            default: break
            }
        }
    }
}
