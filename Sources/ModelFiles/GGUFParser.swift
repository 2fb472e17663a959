/// Reads the header of a GGUF file: metadata and the table of tensors.
///
/// Nothing of the file is trusted. The format is described in `docs/gguf.md` of the repository
/// ggml-org/ggml; the limits on names are those of `gguf.cpp` and `ggml.h` there.
struct GGUFParser {
    /// What a header says.
    struct Header {
        var version: Int
        var keys: [String]
        var metadata: [String: GGUFValue]
        var tensorNames: [String]
        var tensors: [String: TensorEntry]
    }

    /// The value types of the format, by their numbers.
    private enum ValueType: UInt32 {
        case u8, i8, u16, i16, u32, i32, f32, bool, string, array, u64, i64, f64

        /// The fewest bytes one value takes in the file.
        var smallestSize: Int {
            switch self {
            case .u8, .i8, .bool: 1
            case .u16, .i16: 2
            case .u32, .i32, .f32: 4
            case .u64, .i64, .f64, .string: 8
            case .array: 12
            }
        }
    }

    /// The longest key in bytes, from the format's description.
    private static let longestKey = 65_535
    /// The most elements of an array; the largest vocabularies have half a million merges.
    ///
    /// Small integers are kept in 64 bits each, and this bounds what that costs.
    private static let longestArray = 1 << 24
    /// Where tensor data is aligned if `general.alignment` says nothing else.
    private static let defaultAlignment = 32
    private static let alignmentKey = "general.alignment"

    let path: String
    var reader: ByteReader

    init(path: String, bytes: UnsafeRawBufferPointer) {
        self.path = path
        reader = ByteReader(path: path, bytes: bytes)
    }

    /// Reads the whole header.
    mutating func parse() throws(ModelFileError) -> Header {
        let version = try readVersion()
        // A row of the table takes at least a length, one byte of name, a count, one dimension,
        // a type and an offset; a metadata entry a length, one byte of key, a type and one byte.
        let tensorCount = try reader.readCount(ofItemsTaking: 33, "the number of tensors")
        let keyCount = try reader.readCount(ofItemsTaking: 14, "the number of metadata keys")
        var header = Header(
            version: version, keys: [], metadata: [:], tensorNames: [], tensors: [:])
        try readMetadata(count: keyCount, into: &header)
        let alignment = try alignment(in: header.metadata)
        try readTensors(count: tensorCount, alignment: alignment, into: &header)
        return header
    }

    // MARK: Preamble

    private mutating func readVersion() throws(ModelFileError) -> Int {
        let magic = Array(reader.bytes.prefix(4))
        guard magic == Array("GGUF".utf8) else {
            throw error(
                .notGGUF,
                "a GGUF file begins with the letters GGUF, this one with "
                    + "\(String(decoding: magic, as: UTF8.self).debugDescription); name a .gguf "
                    + "file, or convert the model with 'llavactl model import'")
        }
        _ = try reader.read(UInt32.self, "the first four bytes")
        let version = try reader.read(UInt32.self, "the format version")
        guard version & 0xFFFF != 0 || version == 0 else {
            throw error(
                .bigEndian,
                "the file is big-endian (its version reads \(version)) and this program reads "
                    + "little-endian files; fetch or convert a little-endian one")
        }
        guard version == 2 || version == 3 else {
            throw error(
                .unsupportedVersion,
                "GGUF versions 2 and 3 are read, this file is version \(version); "
                    + (version == 1
                        ? "it is from 2023, convert the model again with a current converter"
                        : "update this program or fetch the model in version 3"))
        }
        return Int(version)
    }

    // MARK: Metadata

    private mutating func readMetadata(
        count: Int, into header: inout Header
    ) throws(ModelFileError) {
        for index in 0..<count {
            let key = try reader.readName(
                limit: Self.longestKey, "the name of metadata key \(index)")
            let type = try readValueType("the type of key '\(key)'")
            let value = try readValue(type, key: key)
            guard header.metadata.updateValue(value, forKey: key) == nil else {
                throw error(
                    .duplicateKey,
                    "a metadata key may stand once and '\(key)' stands twice; the file was "
                        + "written by a faulty tool, convert the model again")
            }
            header.keys.append(key)
        }
    }

    private mutating func readValueType(
        _ what: @autoclosure () -> String
    ) throws(ModelFileError) -> ValueType {
        let number = try reader.read(UInt32.self, what())
        guard let type = ValueType(rawValue: number) else {
            throw error(
                .unknownValueType,
                "\(what()) must be 0 to 12 and is \(number); the file is damaged or newer than "
                    + "this program")
        }
        return type
    }

    private mutating func readValue(
        _ type: ValueType, key: String
    ) throws(ModelFileError) -> GGUFValue {
        switch type {
        case .u8: .unsigned(UInt64(try reader.read(UInt8.self, "key '\(key)'")))
        case .u16: .unsigned(UInt64(try reader.read(UInt16.self, "key '\(key)'")))
        case .u32: .unsigned(UInt64(try reader.read(UInt32.self, "key '\(key)'")))
        case .u64: .unsigned(try reader.read(UInt64.self, "key '\(key)'"))
        case .i8: .integer(Int64(try reader.read(Int8.self, "key '\(key)'")))
        case .i16: .integer(Int64(try reader.read(Int16.self, "key '\(key)'")))
        case .i32: .integer(Int64(try reader.read(Int32.self, "key '\(key)'")))
        case .i64: .integer(try reader.read(Int64.self, "key '\(key)'"))
        case .f32: .float(Double(try readFloat(key)))
        case .f64: .float(try readDouble(key))
        case .bool: .bool(try readBool(key))
        case .string: .string(try reader.readText("the text of key '\(key)'"))
        case .array: try readArray(key: key)
        }
    }

    private mutating func readArray(key: String) throws(ModelFileError) -> GGUFValue {
        let type = try readValueType("the element type of array '\(key)'")
        let count = try reader.readCount(
            ofItemsTaking: type.smallestSize, "the number of elements of array '\(key)'")
        guard count <= Self.longestArray else {
            throw error(
                .implausibleCount,
                "an array has at most \(Self.longestArray) elements and '\(key)' has \(count); no "
                    + "model of this kind needs more, convert the model again")
        }
        switch type {
        case .u8: return try readIntegers(UInt8.self, count: count, key: key)
        case .i8: return try readIntegers(Int8.self, count: count, key: key)
        case .u16: return try readIntegers(UInt16.self, count: count, key: key)
        case .i16: return try readIntegers(Int16.self, count: count, key: key)
        case .u32: return try readIntegers(UInt32.self, count: count, key: key)
        case .i32: return try readIntegers(Int32.self, count: count, key: key)
        case .u64: return try readIntegers(UInt64.self, count: count, key: key)
        case .i64: return try readIntegers(Int64.self, count: count, key: key)
        case .f32:
            var values: [Float] = []
            values.reserveCapacity(count)
            for _ in 0..<count { values.append(try readFloat(key)) }
            return .floats(values)
        case .f64:
            var values: [Float] = []
            values.reserveCapacity(count)
            for _ in 0..<count { values.append(Float(try readDouble(key))) }
            return .floats(values)
        case .bool:
            var values: [Bool] = []
            values.reserveCapacity(count)
            for _ in 0..<count { values.append(try readBool(key)) }
            return .bools(values)
        case .string:
            var values: [String] = []
            values.reserveCapacity(count)
            for index in 0..<count {
                values.append(try reader.readText("element \(index) of array '\(key)'"))
            }
            return .strings(values)
        case .array:
            throw error(
                .nestedArray,
                "an array may not hold arrays and '\(key)' does; the file was written by a faulty "
                    + "tool, convert the model again")
        }
    }

    private mutating func readIntegers<Number: FixedWidthInteger>(
        _ type: Number.Type, count: Int, key: String
    ) throws(ModelFileError) -> GGUFValue {
        var values: [Int64] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            let number = try reader.read(type, "element \(index) of array '\(key)'")
            guard let value = Int64(exactly: number) else {
                throw error(
                    .outOfRange,
                    "integers of arrays must fit 63 bits and element \(index) of '\(key)' is "
                        + "\(number); the file is damaged, fetch it again")
            }
            values.append(value)
        }
        return .integers(values)
    }

    private mutating func readFloat(_ key: String) throws(ModelFileError) -> Float {
        Float(bitPattern: try reader.read(UInt32.self, "key '\(key)'"))
    }

    private mutating func readDouble(_ key: String) throws(ModelFileError) -> Double {
        Double(bitPattern: try reader.read(UInt64.self, "key '\(key)'"))
    }

    private mutating func readBool(_ key: String) throws(ModelFileError) -> Bool {
        let byte = try reader.read(UInt8.self, "key '\(key)'")
        guard byte <= 1 else {
            throw error(
                .invalidBool,
                "a truth value is stored as 0 or 1 and key '\(key)' holds \(byte); the file is "
                    + "damaged, fetch it again")
        }
        return byte == 1
    }

    private func alignment(in metadata: [String: GGUFValue]) throws(ModelFileError) -> Int {
        guard let value = metadata[Self.alignmentKey] else { return Self.defaultAlignment }
        guard case .unsigned(let alignment) = value, alignment <= 1 << 30,
            alignment.nonzeroBitCount == 1
        else {
            let found =
                switch value {
                case .unsigned(let number): "\(number)"
                case .integer(let number): "the signed \(number)"
                default: value.kindName
                }
            throw error(
                .badAlignment,
                "key '\(Self.alignmentKey)' must be a power of two up to 2^30 and is \(found); "
                    + "convert the model again")
        }
        return Int(alignment)
    }

    func error(_ kind: ModelFileError.Kind, _ message: String) -> ModelFileError {
        ModelFileError(path: path, kind: kind, message: message)
    }
}
