import Foundation
import Testing

/// Model files made wrong by hand, given to the program: one sentence on one line, exit code 1, and
/// no memory for what a file only promises.
@Suite struct BadModelFileTests {
    private static let fixtures =
        URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"

    /// A file's name, its bytes, and what is said about it.
    private static let files: [(name: String, bytes: [UInt8], sentence: String)] = [
        (
            "empty.gguf", [],
            "the file is empty; its download or copy did not finish, fetch it again"
        ),
        (
            "page.gguf", Array("<!DOCTYPE html>".utf8),
            """
            a GGUF file begins with the letters GGUF, this one with "<!DO"; name a .gguf file, or \
            convert the model with 'llavactl model import'
            """
        ),
        (
            "tensors.gguf", gguf(tensors: 1 << 60, keys: 0),
            """
            the number of tensors is 1152921504606846976, but the 8 bytes after it hold at most 0; \
            the file is damaged or cut short, fetch it again
            """
        ),
        (
            "keys.gguf", gguf(tensors: 0, keys: 1 << 31),
            """
            the number of metadata keys is 2147483648, but the 0 bytes after it hold at most 0; \
            the file is damaged or cut short, fetch it again
            """
        ),
        (
            "array.gguf",
            gguf(tensors: 0, keys: 1) + [1, 0, 0, 0, 0, 0, 0, 0, 0x0A, 9, 0, 0, 0, 8, 0, 0, 0]
                + [0, 0, 0, 0, 1, 0, 0, 0],
            """
            the number of elements of array '\\n' is 4294967296, but the 0 bytes after it hold \
            at most 0; the file is damaged or cut short, fetch it again
            """
        ),
    ]

    /// The first 24 bytes of a GGUF file.
    private static func gguf(tensors: UInt64, keys: UInt64) -> [UInt8] {
        var bytes = Array("GGUF".utf8) + [3, 0, 0, 0]
        for count in [tensors, keys] {
            withUnsafeBytes(of: count.littleEndian) { bytes += Array($0) }
        }
        return bytes
    }

    /// A program that cannot map more than a good small model needs.
    private func run(_ program: Program, _ arguments: [String]) throws -> Program.Outcome {
        try program.run(
            arguments, environment: ["OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"],
            addressSpace: 1 << 29)
    }

    @Test func aGoodFileFitsTheMemory() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let file = Self.fixtures + "/engine/models/mlp-gqa-f16.text.gguf"
        let shown = try run(Program(folder), ["model", "info", file])
        #expect(shown.code == 0 && shown.errors.isEmpty, "\(shown.errors)")
    }

    /// The verbs that open a model, in turn.
    private static let verbs = [
        ["info"],
        ["verify", "--mmproj", fixtures + "/engine/models/mlp-gqa-f16.mmproj.gguf", "--model"],
        ["tokenize", "a", "--model"],
    ]

    @Test(arguments: files.indices)
    func oneSentenceAndExitCodeOne(index: Int) throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let (name, bytes, sentence) = Self.files[index]
        let path = try folder.write(name, bytes)
        let verb = Self.verbs[index % Self.verbs.count]
        let run = try run(Program(folder), ["model"] + verb + [path])
        #expect(run.code == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors == "llavactl: \(path): \(sentence)\n")
    }

    /// A file of a good model folder, its new text, and what is said about it.
    private static let folders: [(file: String, text: String, sentence: String)] = [
        (
            "config.json", "[]",
            "/config.json: the file must hold an object and holds an array of 0 values; fetch it again"
        ),
        (
            "config.json", #"{"vision_config": {"num_hidden_layers": 1073741824}}"#,
            """
            : there is no tensor '…layers.2.input_layernorm.weight'; the download did not finish, \
            or this is an adapter (LoRA) without the model it belongs to: use the merged model
            """
        ),
        (
            "added_tokens.json", #"{"a\nb": 4294967296}"#,
            """
            /added_tokens.json: piece "a\\nb" has the number 4294967296, but the token embedding \
            has 512 rows; use the tokenizer of this model
            """
        ),
        (
            "model.safetensors.index.json", #"{"weight_map": {"a": "../a.safetensors"}}"#,
            """
            /model.safetensors.index.json: 'weight_map' names safetensors files of the same \
            folder, and what it names for tensor 'a' is none; fetch the file again
            """
        ),
        (
            "tokenizer.model", "\u{A}\u{7F}",
            """
            /tokenizer.model: a SentencePiece model is a protocol-buffer message, and before byte \
            2 of a part of this one a field of 127 bytes begins before the last 0; the file is \
            damaged or of another kind, fetch it again
            """
        ),
    ]

    @Test(arguments: folders.indices)
    func oneSentenceAndExitCodeOneForAFolder(index: Int) throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let (name, text, sentence) = Self.folders[index]
        let model = folder.path + "/model"
        try FileManager.default.copyItem(
            atPath: Self.fixtures + "/engine/models/hf-gqa-f16", toPath: model)
        try folder.write("model/" + name, text)
        let verb = index % 2 == 0 ? ["info"] : ["verify", "--model"]
        let run = try run(Program(folder), ["model"] + verb + [model])
        #expect(run.code == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors == "llavactl: \(model)\(sentence)\n")
    }
}
