/// Builds GGUF files of which any part can be made wrong.
struct GGUFBuilder {
    struct Tensor {
        var name: [UInt8]
        var dimensions: [Int64]
        var type: UInt32
        var offset: UInt64
        var dimensionCount: UInt32?
        /// The length to write instead of the name's.
        var nameLength: UInt64?

        init(
            _ name: String, _ dimensions: [Int64], type: UInt32 = 0, offset: UInt64,
            dimensionCount: UInt32? = nil
        ) {
            self.name = Array(name.utf8)
            self.dimensions = dimensions
            self.type = type
            self.offset = offset
            self.dimensionCount = dimensionCount
        }
    }

    var magic: [UInt8] = Array("GGUF".utf8)
    var version: UInt32 = 3
    var tensorCount: UInt64?
    var keyCount: UInt64?
    /// Each entry's bytes after its key: the type and the value.
    var entries: [(key: [UInt8], value: [UInt8])] = []
    var tensors: [Tensor] = []
    var alignment = 32
    var data: [UInt8] = []

    mutating func set(_ key: String, type: UInt32, _ value: (inout ByteBuilder) -> Void) {
        var builder = ByteBuilder()
        builder.put(type)
        value(&builder)
        entries.append((Array(key.utf8), builder.bytes))
    }

    mutating func set(_ key: String, _ text: String) {
        set(key, type: 8) { $0.put(text) }
    }

    mutating func setArray(
        _ key: String, type: UInt32, count: UInt64, _ elements: (inout ByteBuilder) -> Void
    ) {
        set(key, type: 9) {
            $0.put(type)
            $0.put(count)
            elements(&$0)
        }
    }

    /// The whole file.
    func build() -> [UInt8] {
        var file = ByteBuilder()
        file.bytes = magic
        file.put(version)
        file.put(tensorCount ?? UInt64(tensors.count))
        file.put(keyCount ?? UInt64(entries.count))
        for entry in entries {
            file.put(entry.key)
            file.bytes.append(contentsOf: entry.value)
        }
        for tensor in tensors {
            file.put(tensor.nameLength ?? UInt64(tensor.name.count))
            file.bytes.append(contentsOf: tensor.name)
            file.put(tensor.dimensionCount ?? UInt32(tensor.dimensions.count))
            for dimension in tensor.dimensions { file.put(dimension) }
            file.put(tensor.type)
            file.put(tensor.offset)
        }
        if !data.isEmpty {
            file.pad(to: alignment)
            file.bytes.append(contentsOf: data)
        }
        return file.bytes
    }
}
