import ModelFiles
import Testing

/// Paths that are no files, and files with any damage; `BadGGUFFiles` has each kind of its own.
struct GGUFRejectionTests {
    private func oneTensor(_ tensor: GGUFBuilder.Tensor, dataBytes: Int = 256) -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.tensors = [tensor]
        builder.data = [UInt8](repeating: 0, count: dataBytes)
        return builder
    }

    // MARK: The file itself

    @Test func aMissingFile() throws {
        let error = #expect(throws: ModelFileError.self) {
            try GGUFFile(path: "/no/such/folder/model.gguf")
        }
        #expect(error?.kind == .notFound)
        #expect(error?.description.hasPrefix("/no/such/folder/model.gguf: ") == true)
    }

    @Test func aFolder() {
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: "/tmp") }
        #expect(error?.kind == .notAFile)
        #expect(error?.message.contains("folder") == true)
    }

    @Test func aDevice() {
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: "/dev/null") }
        #expect(error?.kind == .notAFile)
    }

    @Test func anEmptyFile() throws {
        let file = try TemporaryFile([])
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: file.path) }
        #expect(error?.kind == .empty)
    }

    // MARK: Any damage

    @Test func everyPrefixOfAFile() throws {
        var builder = oneTensor(.init("t", [8, 2], offset: 0), dataBytes: 64)
        builder.set("a.text", "text")
        builder.setArray("an.array", type: 5, count: 2) { $0.put(UInt64(7)) }
        let bytes = builder.build()
        for length in 1..<bytes.count {
            let file = try TemporaryFile(Array(bytes.prefix(length)))
            #expect(throws: ModelFileError.self) { try GGUFFile(path: file.path) }
        }
    }

    @Test func everySingleByteChangedNeverLeavesTheFile() throws {
        var builder = oneTensor(.init("t", [8, 2], offset: 0), dataBytes: 64)
        builder.set("a.text", "text")
        builder.setArray("an.array", type: 8, count: 2) {
            $0.put("x")
            $0.put("y")
        }
        let bytes = builder.build()
        for index in 0..<bytes.count - 64 {
            for value in [0x00, 0x01, 0x7F, 0x80, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] = value
                let file = try TemporaryFile(changed)
                guard let opened = try? GGUFFile(path: file.path) else { continue }
                for name in opened.tensorNames {
                    guard let entry = opened.entry(name) else { continue }
                    let sum = opened.bytes(of: entry).reduce(0) { $0 &+ Int($1) }
                    #expect(sum == 0)
                }
            }
        }
    }
}
