/// Reads the header of a safetensors file: the table of tensors.
///
/// Nothing of the file is trusted. The format, its limit on headers and its rule that tensors fill
/// the data without gaps are those of `README.md` and `tensor.rs` of the repository
/// huggingface/safetensors.
struct SafetensorsParser {
    /// The longest header in bytes.
    static let longestHeader: UInt64 = 100_000_000

    /// Element types by the format's names: the ones this program reads, and the sizes of others.
    private static let types: [String: (type: ElementType?, size: Int)] = [
        "F64": (.f64, 8), "F32": (.f32, 4), "F16": (.f16, 2), "BF16": (.bf16, 2),
        "I64": (.i64, 8), "I32": (.i32, 4), "I16": (.i16, 2), "I8": (.i8, 1),
        "U64": (nil, 8), "U32": (nil, 4), "U16": (nil, 2), "U8": (nil, 1), "BOOL": (nil, 1),
        "F8_E4M3": (nil, 1), "F8_E5M2": (nil, 1),
    ]

    private let path: String
    private let bytes: UnsafeRawBufferPointer

    init(path: String, bytes: UnsafeRawBufferPointer) {
        self.path = path
        self.bytes = bytes
    }

    /// Reads the table; entries come in the order of their data.
    func parse() throws(ModelFileError) -> [TensorEntry] {
        let header = try header()
        let dataStart = header.endIndex
        let value = try JSONParser.parse(
            UnsafeRawBufferPointer(rebasing: header), path: path, what: "the header")
        guard case .object(let object) = value else {
            throw error(.malformed, "the header must be an object and is \(value.kindName)")
        }
        var entries: [TensorEntry] = []
        for member in object.members where member.name != "__metadata__" {
            entries.append(try entry(member, dataStart: dataStart))
        }
        // An empty tensor stands before one that begins where it ends.
        entries.sort { ($0.offset, $0.byteCount) < ($1.offset, $1.byteCount) }
        try refuseGaps(entries, dataStart: dataStart)
        return entries
    }

    private func header() throws(ModelFileError) -> Slice<UnsafeRawBufferPointer> {
        var reader = ByteReader(path: path, bytes: bytes)
        let length = try reader.read(UInt64.self, "the length of the header")
        guard length <= Self.longestHeader else {
            throw error(
                .implausibleCount,
                "a header has at most \(Self.longestHeader) bytes and the first 8 bytes promise "
                    + "\(length); the file is no safetensors file, name one")
        }
        guard length <= UInt64(reader.remaining) else {
            throw error(
                .truncated,
                "the header takes \(length) bytes and \(reader.remaining) follow; the download "
                    + "did not finish, fetch the file again")
        }
        let header = bytes[8..<8 + Int(length)]
        guard header.first == UInt8(ascii: "{") else {
            throw error(
                .malformed,
                "the header of a safetensors file begins with '{' and this one does not; the file "
                    + "is of another format or damaged, fetch it again")
        }
        return header
    }

    private func entry(
        _ member: JSONObject.Member, dataStart: Int
    ) throws(ModelFileError) -> TensorEntry {
        let name = member.name
        guard case .object(let object) = member.value,
            case .string(let typeName)? = object["dtype"],
            case .array(let dimensions)? = object["shape"],
            case .array(let offsets)? = object["data_offsets"]
        else {
            throw error(
                .malformed,
                "tensor '\(name)' must have a dtype, a shape and data_offsets; the file was "
                    + "written by a faulty tool, fetch it again")
        }
        let (type, size) = try elementType(typeName, of: name)
        var shape: [Int] = []
        // Of all dimensions but those of 0: whoever multiplies some of them later must not overflow.
        var product = size
        for dimension in dimensions {
            guard case .integer(let length) = dimension, length >= 0 else {
                throw error(
                    .badShape,
                    "dimensions are integers from 0 and one of tensor '\(name)' is "
                        + "\(Self.text(dimension)); the file is damaged, fetch it again")
            }
            let overflow: Bool
            (product, overflow) = product.multipliedReportingOverflow(by: max(1, Int(length)))
            guard !overflow else {
                throw error(
                    .overflow,
                    "the size of tensor '\(name)' does not fit 63 bits; the file is damaged, "
                        + "fetch it again")
            }
            shape.append(Int(length))
        }
        let byteCount = shape.contains(0) ? 0 : product
        let range = try dataRange(offsets, of: name, dataStart: dataStart)
        guard range.count == byteCount else {
            throw error(
                .badShape,
                "tensor '\(name)' of shape \(shape) in \(typeName) takes \(byteCount) bytes and "
                    + "its data_offsets give it \(range.count); the file is damaged, fetch it "
                    + "again")
        }
        guard range.lowerBound % size == 0 else {
            throw error(
                .misalignedTensor,
                "elements of \(size) bytes begin at a multiple of that and tensor '\(name)' "
                    + "begins at byte \(range.lowerBound) of the file; save the model again with a "
                    + "current safetensors")
        }
        return TensorEntry(
            name: name, shape: shape, type: type, offset: range.lowerBound, byteCount: byteCount)
    }

    private func elementType(
        _ typeName: String, of name: String
    ) throws(ModelFileError) -> (ElementType, size: Int) {
        guard let (type, size) = Self.types[typeName] else {
            let known = Self.types.keys.sorted().joined(separator: ", ")
            throw error(
                .unknownElementType,
                "the element types of the format are \(known), and tensor '\(name)' is of "
                    + "'\(typeName)'; the file is damaged or newer than this program")
        }
        guard let type else {
            throw error(
                .unknownElementType,
                "tensor '\(name)' is stored as \(typeName), which this program does not compute "
                    + "with; use the model as it was published in F32, F16 or BF16")
        }
        return (type, size)
    }

    /// The bytes of the file a tensor takes.
    private func dataRange(
        _ offsets: [JSONValue], of name: String, dataStart: Int
    ) throws(ModelFileError) -> Range<Int> {
        guard offsets.count == 2, case .integer(let begin) = offsets[0],
            case .integer(let end) = offsets[1], begin >= 0, begin <= end
        else {
            throw error(
                .malformed,
                "data_offsets are two integers, the first from 0 to the second, and those of "
                    + "tensor '\(name)' are [\(offsets.map(Self.text).joined(separator: ", "))]; "
                    + "the file is damaged, fetch it again")
        }
        guard end <= Int64(bytes.count - dataStart) else {
            throw error(
                .tensorPastEnd,
                "tensor '\(name)' ends at byte \(end) of the data, which has "
                    + "\(bytes.count - dataStart) bytes; the download did not finish, fetch the "
                    + "file again")
        }
        return dataStart + Int(begin)..<dataStart + Int(end)
    }

    /// Every byte of the data belongs to exactly one tensor.
    private func refuseGaps(
        _ entries: [TensorEntry], dataStart: Int
    ) throws(ModelFileError) {
        var end = dataStart
        for entry in entries {
            guard entry.offset >= end else {
                throw error(
                    .overlappingTensors,
                    "tensors may not share bytes and '\(entry.name)' begins at byte "
                        + "\(entry.offset), before the one ahead of it ends at \(end); the file "
                        + "was written by a faulty tool, fetch it again")
            }
            guard entry.offset == end else {
                throw error(
                    .malformed,
                    "tensors follow one another without gaps and no tensor takes the bytes "
                        + "\(end) to \(entry.offset - 1), before '\(entry.name)'; the file is "
                        + "damaged, fetch it again")
            }
            end = entry.offset + entry.byteCount
        }
        guard end == bytes.count else {
            throw error(
                .malformed,
                "the file ends with its last tensor, at byte \(end), and has \(bytes.count) "
                    + "bytes; it is damaged, fetch it again")
        }
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        default: value.kindName
        }
    }

    private func error(_ kind: ModelFileError.Kind, _ message: String) -> ModelFileError {
        ModelFileError(path: path, kind: kind, message: message)
    }
}
