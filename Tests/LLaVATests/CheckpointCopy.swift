import Foundation
import ModelFiles

/// A copy of the fixture's model folder to change, gone when its owner is.
final class CheckpointCopy {
    static let original = GoldenFixture.folder.appending(path: "models/hf-gqa-f16")

    /// The copy; its own folder holds nothing else.
    let folder: URL

    var path: String { folder.path }

    /// Copies a folder, the fixture's unless another is named.
    init(of original: URL = original) throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "checkpoint-\(UUID().uuidString)/model")
        try FileManager.default.createDirectory(
            at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: original, to: folder)
    }

    deinit { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }

    /// Writes a file, or removes it.
    func put(_ text: String?, in name: String) throws {
        let file = folder.appending(path: name)
        guard let text else { return try FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
    }

    /// Writes a file that need not be text.
    func put(bytes: [UInt8], in name: String) throws {
        try Data(bytes).write(to: folder.appending(path: name))
    }

    /// Changes the object of a JSON file.
    func edit(_ name: String, _ change: (inout [String: Any]) throws -> Void) throws {
        let file = folder.appending(path: name)
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        var object = try requireObject(json)
        try change(&object)
        try JSONSerialization.data(withJSONObject: object).write(to: file)
    }

    /// Writes the tensors again as one file.
    ///
    /// - Parameters:
    ///   - target: The folder to write into; nil for the copy's own.
    ///   - shapes: Other shapes than the original's, by the new names, of no more elements.
    ///   - name: The new name of a tensor; nil leaves it out.
    /// - Throws: If a file cannot be written.
    func writeTensors(
        to target: URL? = nil, shapes: [String: [Int]] = [:],
        naming name: (String) -> String? = { $0 }
    ) throws {
        let source = try SafetensorsFolder(path: Self.original.path)
        var header: [String: Any] = [:]
        var data = Data()
        for old in source.tensorNames {
            guard let new = name(old), let entry = source.entry(old) else { continue }
            let shape = shapes[new] ?? entry.shape
            let bytes = source.bytes(of: entry)
                .prefix(shape.contains(0) ? 0 : shape.reduce(2, *))
            header[new] = [
                "dtype": "F16", "shape": shape,
                "data_offsets": [data.count, data.count + bytes.count],
            ]
            data.append(contentsOf: bytes)
        }
        var text = try JSONSerialization.data(withJSONObject: header)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        var length = UInt64(text.count).littleEndian
        let folder = target ?? folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for old in ["model.safetensors.index.json"] where target == nil {
            try? FileManager.default.removeItem(at: folder.appending(path: old))
        }
        try (Data(bytes: &length, count: 8) + text + data)
            .write(to: folder.appending(path: "model.safetensors"))
    }

    private func requireObject(_ json: Any) throws -> [String: Any] {
        guard let object = json as? [String: Any] else { throw GoldenError("no JSON object") }
        return object
    }
}
