import Foundation
import Glibc
import ModelFiles
import Testing

/// What is written is what is read.
struct GGUFWriterTests {
    private let path = NSTemporaryDirectory() + "modelfiles-\(UUID().uuidString).gguf"

    private static let metadata: [(key: String, value: GGUFValue)] = [
        ("general.architecture", .string("llama")),
        ("small", .unsigned(7)), ("large", .unsigned(1 << 40)), ("signed", .integer(-3)),
        ("long", .integer(-(1 << 40))), ("number", .float(0.5)), ("truth", .bool(true)),
        ("texts", .strings(["", "a", "\u{2581}é"])), ("floats", .floats([0.25, -1])),
        ("integers", .integers([1, -2])), ("longs", .integers([1 << 40])),
        ("truths", .bools([true, false])),
    ]

    @Test func readsBackEveryKindOfValueAndEveryTensor() throws {
        defer { unlink(path) }
        let tensors: [GGUFWriter.Tensor] = [
            .init(name: "a", shape: [3], type: .f32),
            .init(name: "b", shape: [2, 32], type: .q8_0),
            .init(name: "c", shape: [2, 3, 1, 5], type: .f16),
        ]
        let writer = try GGUFWriter(path: path, metadata: Self.metadata, tensors: tensors)
        let contents = tensors.map { tensor in
            (0..<(tensor.byteCount ?? 0)).map { UInt8(truncatingIfNeeded: $0 + tensor.name.count) }
        }
        for bytes in contents {
            // In two parts, as a large tensor comes.
            try writer.write(Array(bytes.prefix(5)))
            try writer.write(Array(bytes.dropFirst(5)))
        }
        #expect(access(path, F_OK) != 0, "a file that is not complete has the name already")
        try writer.finish()
        let file = try GGUFFile(path: path)
        #expect(file.metadataKeys == Self.metadata.map(\.key))
        for (key, value) in Self.metadata { #expect(file.metadata[key] == value, "\(key)") }
        #expect(file.tensorNames == ["a", "b", "c"])
        for (tensor, bytes) in zip(tensors, contents) {
            let entry = try #require(file.entry(tensor.name))
            #expect(entry.shape == tensor.shape && entry.type == tensor.type)
            #expect(entry.offset % 32 == 0)
            #expect(Array(file.bytes(of: entry)) == bytes)
        }
    }

    @Test func aWriterThatGoesAwayLeavesNothing() throws {
        do {
            let writer = try GGUFWriter(
                path: path, metadata: [], tensors: [.init(name: "a", shape: [8], type: .f32)])
            try writer.write([1, 2, 3])
        }
        #expect(access(path, F_OK) != 0 && access(path + ".partial", F_OK) != 0)
    }

    @Test func aFolderThatIsNotThere() throws {
        let error = #expect(throws: ModelFileError.self) {
            _ = try GGUFWriter(path: "/no/such/folder/a.gguf", metadata: [], tensors: [])
        }
        #expect(error?.kind == .unwritable)
    }
}
