/// Builds the header of a GGUF file, version 3: metadata and the table of tensors.
///
/// The layout is that of `docs/gguf.md` in the repository ggml-org/ggml. Integers are written in 32
/// bits where they fit, as other writers do.
struct GGUFHeaderBuilder {
    /// The numbers of the value types this builder writes.
    private enum ValueType: UInt32 {
        case u32 = 4
        case i32 = 5
        case f32 = 6
        case bool = 7
        case string = 8
        case array = 9
        case u64 = 10
        case i64 = 11
    }

    /// What was built.
    private(set) var bytes: [UInt8] = []

    /// Appends a whole header, padded to where the first tensor begins.
    mutating func put(
        metadata: [(key: String, value: GGUFValue)], tensors: [GGUFWriter.Tensor], alignment: Int
    ) {
        bytes += Array("GGUF".utf8)
        put(UInt32(3))
        put(UInt64(tensors.count))
        put(UInt64(metadata.count))
        for (key, value) in metadata {
            put(key)
            put(value)
        }
        var offset = 0
        for tensor in tensors {
            put(tensor.name)
            put(UInt32(tensor.shape.count))
            for length in tensor.shape.reversed() { put(UInt64(length)) }
            put(tensor.type.rawValue)
            put(UInt64(offset))
            let end = offset + (tensor.byteCount ?? 0)
            offset = (end + alignment - 1) / alignment * alignment
        }
        while bytes.count % alignment != 0 { bytes.append(0) }
    }

    private mutating func put(_ value: GGUFValue) {
        switch value {
        case .unsigned(let number):
            if let small = UInt32(exactly: number) {
                put(.u32)
                put(small)
            } else {
                put(.u64)
                put(number)
            }
        case .integer(let number):
            if let small = Int32(exactly: number) {
                put(.i32)
                put(small)
            } else {
                put(.i64)
                put(number)
            }
        case .float(let number):
            put(.f32)
            put(Float(number).bitPattern)
        case .bool(let truth):
            put(.bool)
            bytes.append(truth ? 1 : 0)
        case .string(let text):
            put(.string)
            put(text)
        case .strings(let texts):
            putArray(of: .string, count: texts.count)
            for text in texts { put(text) }
        case .floats(let numbers):
            putArray(of: .f32, count: numbers.count)
            for number in numbers { put(number.bitPattern) }
        case .integers(let numbers):
            let small = numbers.compactMap { Int32(exactly: $0) }
            if small.count == numbers.count {
                putArray(of: .i32, count: small.count)
                for number in small { put(number) }
            } else {
                putArray(of: .i64, count: numbers.count)
                for number in numbers { put(number) }
            }
        case .bools(let truths):
            putArray(of: .bool, count: truths.count)
            for truth in truths { bytes.append(truth ? 1 : 0) }
        }
    }

    private mutating func putArray(of type: ValueType, count: Int) {
        put(.array)
        put(type)
        put(UInt64(count))
    }

    private mutating func put(_ type: ValueType) { put(type.rawValue) }

    private mutating func put(_ text: String) {
        put(UInt64(text.utf8.count))
        bytes += text.utf8
    }

    private mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
