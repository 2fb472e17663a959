import Foundation
import ModelFiles
import Testing

/// Split models: the parts as one file, or the sentence that says what is wrong with them.
@Suite final class GGUFPartsTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "parts-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func path(_ part: Int, of count: Int = 3) -> String {
        "\(folder)/m-0000\(part)-of-0000\(count).gguf"
    }

    /// Writes a part as `llama-gguf-split` does: a float32 vector of 8 named `tensor`, filled with
    /// the part's number.
    private func write(
        _ part: Int, to path: String? = nil, stating number: UInt16? = nil, of count: UInt16 = 3,
        total: Int32? = 3, tensor: String? = nil, version: UInt32 = 3
    ) throws {
        var builder = GGUFBuilder()
        builder.version = version
        builder.set("split.no", type: 2) { $0.put(number ?? UInt16(part - 1)) }
        builder.set("split.count", type: 2) { $0.put(count) }
        if let total { builder.set("split.tensors.count", type: 5) { $0.put(total) } }
        if part == 1 { builder.set("general.architecture", "llama") }
        builder.tensors = [.init(tensor ?? "t\(part)", [8], offset: 0)]
        for _ in 0..<8 {
            withUnsafeBytes(of: Float(part)) { builder.data.append(contentsOf: $0) }
        }
        try Data(builder.build()).write(to: URL(fileURLWithPath: path ?? self.path(part)))
    }

    private func failure() throws -> ModelFileError {
        try #require(throws: ModelFileError.self) { _ = try GGUFFile(path: path(1)) }
    }

    @Test(arguments: [UInt32(2), 3])
    func allPartsAreOneFile(version: UInt32) throws {
        for part in 1...3 { try write(part, version: version) }
        let file = try GGUFFile(path: path(1))
        #expect(file.version == Int(version))
        #expect(file.tensorNames == ["t1", "t2", "t3"])
        #expect(file.filePaths == [path(1), path(2), path(3)])
        #expect(try file.string("general.architecture") == "llama")
        let sizes = try file.filePaths.map { try Data(contentsOf: URL(fileURLWithPath: $0)).count }
        #expect(file.byteCount == sizes.reduce(0, +))
        for part in 1...3 {
            let entry = try #require(file.entry("t\(part)"))
            let values = file.bytes(of: entry).bindMemory(to: Float.self)
            #expect(Array(values) == [Float](repeating: Float(part), count: 8))
        }
    }

    @Test func aMissingPartIsNamed() throws {
        for part in [1, 3] { try write(part) }
        let error = try failure()
        #expect(error.kind == .notFound)
        #expect(error.path == path(2))
        #expect(error.message.contains("part 2 of 3 is missing"))
    }

    @Test func aPartThatIsNotTheFirst() throws {
        for part in 1...3 { try write(part) }
        let error = #expect(throws: ModelFileError.self) { _ = try GGUFFile(path: path(2)) }
        #expect(error?.kind == .splitFile)
        #expect(error?.message.contains("name \(path(1))") == true)
    }

    @Test func aPartUnderAnotherPartsName() throws {
        for part in [1, 3] { try write(part) }
        try write(3, to: path(2))
        let error = try failure()
        #expect(error.path == path(2))
        #expect(error.message.contains("part 2 of 3, and by its keys part 3 of 3"))
    }

    @Test func aPartOfAnotherSplit() throws {
        for part in 1...2 { try write(part) }
        try write(3, of: 4)
        #expect(try failure().message.contains("by its keys part 3 of 4"))
        try write(3, tensor: "t1")
        let error = try failure()
        #expect(error.kind == .duplicateTensor)
        #expect(error.message.contains("in this part and in \(path(1))"))
    }

    @Test func moreTensorsThanPromised() throws {
        try write(1, total: 2)
        for part in 2...3 { try write(part) }
        let error = try failure()
        #expect(error.kind == .splitFile)
        #expect(error.message.contains("hold 3 tensors together and 'split.tensors.count' says 2"))
    }

    @Test func aRenamedFirstPart() throws {
        try write(1, to: "\(folder)/model.gguf")
        let error = #expect(throws: ModelFileError.self) {
            _ = try GGUFFile(path: "\(folder)/model.gguf")
        }
        #expect(error?.message.contains("give the parts their names back") == true)
    }

    @Test func aDamagedPartIsNamed() throws {
        for part in 1...3 { try write(part) }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path(3)))
        try bytes.dropLast(8).write(to: URL(fileURLWithPath: path(3)))
        let error = try failure()
        #expect(error.kind == .tensorPastEnd)
        #expect(error.path == path(3))
    }

    @Test func oneWholePartIsNoSplit() throws {
        var builder = GGUFBuilder()
        builder.set("split.count", type: 2) { $0.put(UInt16(1)) }
        let file = try TemporaryFile(builder.build())
        #expect(try GGUFFile(path: file.path).filePaths == [file.path])
    }

    @Test(arguments: [
        "m-00001-of-0003.gguf", "m-00000-of-00003.gguf", "m-00004-of-00003.gguf",
        "m-00001-of-00003.bin", "m-1-of-3.gguf", "00001-of-00003.gguf", "m-00001-of-+0003.gguf",
    ])
    func whatIsNoPartsName(name: String) {
        #expect(GGUFPartName(path: name) == nil)
    }
}
