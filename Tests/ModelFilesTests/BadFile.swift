import ModelFiles
import Testing

/// A file that must be refused: what is wrong with it, and the sentence that says so.
struct BadFile: Sendable, CustomTestStringConvertible {
    /// What was done to a good file.
    let name: String
    /// The kind of failure.
    let kind: ModelFileError.Kind
    /// The whole sentence, without the path.
    let sentence: String
    /// The file.
    let bytes: [UInt8]

    init(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String, bytes: [UInt8]
    ) {
        self.name = name
        self.kind = kind
        self.sentence = sentence
        self.bytes = bytes
    }

    /// A text.
    init(_ name: String, _ kind: ModelFileError.Kind, _ sentence: String, text: String) {
        self.init(name, kind, sentence, bytes: Array(text.utf8))
    }

    var testDescription: String { name }

    /// Opens the file and holds what is thrown against what was expected.
    func expectRefusal(
        by open: (_ path: String) throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = try TemporaryFile(bytes)
        let error = #expect(throws: ModelFileError.self, sourceLocation: sourceLocation) {
            try open(file.path)
        }
        #expect(error?.message == sentence, sourceLocation: sourceLocation)
        #expect(error?.kind == kind, sourceLocation: sourceLocation)
        #expect(error?.path == file.path, sourceLocation: sourceLocation)
        #expect(
            error?.description == "\(file.path): \(sentence)", sourceLocation: sourceLocation)
    }
}

// MARK: GGUF

extension BadFile {
    /// A file that opens: one text and one tensor of 8 single-precision numbers.
    static var goodGGUF: GGUFBuilder {
        var builder = GGUFBuilder()
        builder.set("general.name", "good")
        builder.tensors = [.init("t", [8], offset: 0)]
        builder.data = [UInt8](repeating: 0, count: 32)
        return builder
    }

    /// The good file after some damage.
    static func gguf(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String,
        _ damage: (inout GGUFBuilder) -> Void
    ) -> BadFile {
        var builder = goodGGUF
        damage(&builder)
        return BadFile(name, kind, sentence, bytes: builder.build())
    }

    /// The first bytes of the good file.
    static func gguf(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String, cutTo length: Int
    ) -> BadFile {
        BadFile(name, kind, sentence, bytes: Array(goodGGUF.build().prefix(length)))
    }

    /// A file of one key and nothing else, without its last bytes.
    static func key(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String, type: UInt32,
        without missing: Int = 0, _ value: (inout ByteBuilder) -> Void
    ) -> BadFile {
        var builder = GGUFBuilder()
        builder.set("a.key", type: type, value)
        return BadFile(name, kind, sentence, bytes: Array(builder.build().dropLast(missing)))
    }

    /// A file of one array and nothing else.
    static func array(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String, of type: UInt32,
        count: UInt64, _ elements: (inout ByteBuilder) -> Void
    ) -> BadFile {
        key(name, kind, sentence, type: 9) {
            $0.put(type)
            $0.put(count)
            elements(&$0)
        }
    }

    /// The good file with other tensors.
    static func tensors(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String, dataBytes: Int = 256,
        _ tensors: GGUFBuilder.Tensor...
    ) -> BadFile {
        gguf(name, kind, sentence) {
            $0.tensors = tensors
            $0.data = [UInt8](repeating: 0, count: dataBytes)
        }
    }
}

// MARK: Safetensors

extension BadFile {
    /// A file of some tensors, of which any part can be wrong.
    static func safetensors(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String,
        _ tensors: SafetensorsBuilder.Tensor..., trailing: [UInt8] = [], without missing: Int = 0
    ) -> BadFile {
        let builder = SafetensorsBuilder(tensors: tensors, trailing: trailing)
        return BadFile(name, kind, sentence, bytes: Array(builder.build().dropLast(missing)))
    }

    /// A file with a header of its own and 16 bytes of data.
    static func safetensors(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String, header: String,
        length: UInt64? = nil
    ) -> BadFile {
        let builder = SafetensorsBuilder(
            header: header, headerLength: length, trailing: [UInt8](repeating: 0, count: 16))
        return BadFile(name, kind, sentence, bytes: builder.build())
    }

    /// A file of one tensor "a" whose entry in the header is given, and 16 bytes of data.
    static func safetensors(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String, entry: String
    ) -> BadFile {
        let header = "{\"a\":\(entry)}"
        let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        return safetensors(name, kind, sentence, header: header + padding)
    }
}

// MARK: SentencePiece

extension BadFile {
    /// A `tokenizer.model` of given fields.
    static func sentencePiece(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String, without missing: Int = 0,
        _ fields: (inout ProtobufBuilder) -> Void
    ) -> BadFile {
        var builder = ProtobufBuilder()
        fields(&builder)
        return BadFile(name, kind, sentence, bytes: Array(builder.bytes.dropLast(missing)))
    }
}
