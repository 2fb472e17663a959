/// Builds the bytes of a safetensors file, right or wrong.
struct SafetensorsBuilder {
    struct Tensor {
        var name: String
        var type = "F32"
        var shape: [Int] = [2, 2]
        /// Into the data; nil for right behind the tensor before.
        var offsets: [Int]?
        var bytes = [UInt8](repeating: 0, count: 16)
    }

    var tensors: [Tensor] = []
    /// The header to write instead of that of `tensors`.
    var header: String?
    /// The length to write instead of the header's.
    var headerLength: UInt64?
    var trailing: [UInt8] = []

    func build() -> [UInt8] {
        var data: [UInt8] = []
        var members = ["\"__metadata__\":{\"format\":\"pt\"}"]
        for tensor in tensors {
            let offsets = tensor.offsets ?? [data.count, data.count + tensor.bytes.count]
            data += tensor.bytes
            members.append(
                "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":\(tensor.shape),"
                    + "\"data_offsets\":\(offsets)}")
        }
        var text = Array((header ?? "{\(members.joined(separator: ","))}").utf8)
        if header == nil {
            while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        }
        var builder = ByteBuilder()
        builder.put(headerLength ?? UInt64(text.count))
        return builder.bytes + text + data + trailing
    }
}
