import ModelFiles

@testable import LLaVA

/// The readers of files that people download.
enum Reader: String, CaseIterable {
    case gguf
    case safetensors
    /// The index of a model in several safetensors files.
    case index
    case json
    /// A `tokenizer.model`.
    case sentencepiece
    /// A `tokenizer.json`.
    case tokenizer
    /// A `merges.txt`, with the `vocab.json` and the configuration of a fixture.
    case merges
    /// A checkpoint's `config.json`, with everything else of the checkpoint as it should be.
    case config

    /// The name under which the input is looked for.
    var fileName: String {
        switch self {
        case .gguf: "input.gguf"
        case .safetensors: "model.safetensors"
        case .index: "model.safetensors.index.json"
        case .json: "input.json"
        case .sentencepiece: "tokenizer.model"
        case .tokenizer: "tokenizer.json"
        case .merges: "merges.txt"
        case .config: "config.json"
        }
    }

    /// Whose other files lie beside the input: a folder as seen from that of the checkpoint.
    var companions: String? {
        switch self {
        case .config, .index: "."
        case .merges: "../../../byte-level/qwen2"
        case .gguf, .safetensors, .json, .sentencepiece, .tokenizer: nil
        }
    }

    /// A text whose tokens take every path of a tokenizer.
    private static let text = "I'm 12345 naïve\n\n  日本語 🙂\t</s><|im_end|> DON'T"

    /// Reads the input as far as an engine would; only what a reader throws is caught.
    func read(_ place: Workplace) {
        do {
            switch self {
            case .gguf:
                let file = try GGUFFile(path: place.file)
                try touch(file)
                _ = try? LlavaModel.load(ModelLocation(text: place.file))
                _ = try? VisionConfiguration(ModelParts.Part(keys: file, tensors: file))
                try encode(file.tokenizer())
            case .safetensors: try touch(SafetensorsFile(path: place.file))
            case .index: try touch(SafetensorsFolder(path: place.folder))
            case .json: _ = try JSONFile(path: place.file)
            case .sentencepiece, .tokenizer, .merges:
                let keys = try CheckpointTokenizer(folder: place.folder)
                    .metadata(rows: 700, endIDs: [])
                try encode(CheckpointMetadata(path: place.file, metadata: keys).tokenizer())
            case .config: _ = try LlavaModel.load(ModelLocation(text: place.folder))
            }
        } catch {
            // A refusal is one sentence on one line.
            precondition(!"\(error)".contains("\n"), "a message of several lines")
        }
    }

    /// The first and last byte of every tensor: both must lie within the file.
    private func touch(_ tensors: some TensorDirectory) throws {
        var sum: UInt8 = 0
        for name in tensors.tensorNames {
            guard let entry = tensors.entry(name) else { continue }
            let bytes = tensors.bytes(of: entry)
            sum &+= (bytes.first ?? 0) &+ (bytes.last ?? 0)
        }
        Self.touched = sum
    }

    /// Keeps the reads of `touch` from being left out.
    nonisolated(unsafe) private static var touched: UInt8 = 0

    private func encode(_ tokenizer: any Tokenizer) {
        _ = tokenizer.encodePlain(Self.text)
    }
}
