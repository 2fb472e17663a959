import Foundation
import LLaVA
import ModelFiles

/// The keys and the tensors' shapes of a GGUF pair, to be changed and written; all weights are 0.
struct ModelPair {
    /// One file.
    struct Half {
        var keys: [String: GGUFValue]
        var tensors: [GGUFWriter.Tensor]

        /// Takes a tensor away.
        mutating func remove(_ name: String) { tensors.removeAll { $0.name == name } }

        /// Gives a tensor another shape or type.
        mutating func change(_ name: String, to shape: [Int], _ type: ElementType = .f32) {
            remove(name)
            tensors.append(.init(name: name, shape: shape, type: type))
        }

        /// Gives a tensor another name.
        mutating func rename(_ name: String, to other: String) {
            guard let tensor = tensors.first(where: { $0.name == name }) else { return }
            remove(name)
            tensors.append(.init(name: other, shape: tensor.shape, type: tensor.type))
        }
    }

    var text: Half
    var vision: Half

    /// The pair of the fixture mlp-gqa-f16.
    static func good() throws -> ModelPair {
        func half(_ name: String) throws -> Half {
            let file = try GGUFFile(path: EngineFixture.path("mlp-gqa-f16.\(name)"))
            let tensors = file.tensorNames.compactMap { file.entry($0) }
            return Half(
                keys: file.metadata,
                tensors: tensors.map { .init(name: $0.name, shape: $0.shape, type: $0.type) })
        }
        return ModelPair(text: try half("text"), vision: try half("mmproj"))
    }

    /// Writes both files into a folder of their own.
    func written() throws -> (folder: String, text: String, vision: String) {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "pair-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func write(_ half: Half, _ name: String) throws -> String {
            let path = folder.appending(path: name).path
            let writer = try GGUFWriter(
                path: path,
                metadata: half.keys.sorted { $0.key < $1.key }
                    .map { (key: $0.key, value: $0.value) },
                tensors: half.tensors)
            for tensor in half.tensors {
                try writer.write([UInt8](repeating: 0, count: tensor.byteCount ?? 0))
            }
            try writer.finish()
            return path
        }
        return (folder.path, try write(text, "text.gguf"), try write(vision, "mmproj.gguf"))
    }
}
