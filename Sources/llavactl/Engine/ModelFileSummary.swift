import ModelFiles

/// What a person wants to know of a GGUF file.
struct ModelFileSummary {
    private let file: GGUFFile
    private let architecture: String
    private let types: [(name: String, tensors: Int, parameters: Int)]
    private let parameters: Int
    private let bytes: Int

    /// Reads a file's header.
    init(_ file: GGUFFile) throws(ModelFileError) {
        self.file = file
        architecture = try file.string("general.architecture")
        var byType: [ElementType: (tensors: Int, parameters: Int)] = [:]
        var bytes = 0
        for name in file.tensorNames {
            guard let entry = file.entry(name) else { continue }
            byType[entry.type, default: (0, 0)].tensors += 1
            byType[entry.type, default: (0, 0)].parameters += entry.elementCount
            bytes += entry.byteCount
        }
        types = byType.map { ($0.key.name, $0.value.tensors, $0.value.parameters) }
            .sorted { ($1.2, $0.0) < ($0.2, $1.0) }
        parameters = types.reduce(0) { $0 + $1.parameters }
        self.bytes = bytes
    }

    /// The file.
    var path: String { file.path }
    /// Whether it is a vision tower with its projector.
    var isProjector: Bool { architecture == "clip" }

    /// The numbers every architecture states under its own name, and what to call them.
    private static let dimensions = [
        ("context_length", "context"), ("embedding_length", "width"), ("block_count", "layers"),
        ("attention.head_count", "heads"), ("attention.head_count_kv", "key-value heads"),
        ("feed_forward_length", "feed-forward"), ("image_size", "picture side"),
        ("patch_size", "patch side"), ("projection_dim", "projected width"),
    ]

    /// The numbers the file states.
    ///
    /// A vision file keeps its own below `clip.vision`.
    private var stated: [(key: String, label: String, value: Int)] {
        Self.dimensions.compactMap { suffix, label in
            for prefix in [architecture, architecture + ".vision"] {
                let key = "\(prefix).\(suffix)"
                if case .unsigned(let value)? = file.metadata[key] {
                    return Int(exactly: value).map { (suffix, label, $0) }
                }
                if case .integer(let value)? = file.metadata[key] {
                    return Int(exactly: value).map { (suffix, label, $0) }
                }
            }
            return nil
        }
    }

    private var name: String? { text("general.name") }

    private func text(_ key: String) -> String? {
        guard case .string(let text)? = file.metadata[key] else { return nil }
        return text
    }

    private var vocabularySize: Int? {
        guard case .strings(let tokens)? = file.metadata["tokenizer.ggml.tokens"] else {
            return nil
        }
        return tokens.count
    }

    /// The summary for a person.
    var lines: [String] {
        var rows = [("file", file.path), ("architecture", architecture)]
        if let name { rows.append(("name", name)) }
        rows.append(("parameters", Self.grouped(parameters)))
        let count = file.tensorNames.count
        rows.append(("weights", "\(Self.grouped(bytes)) bytes in \(count) tensors"))
        rows.append(
            ("types", types.map { "\($0.name) \($0.tensors)" }.joined(separator: ", ")))
        for (_, label, value) in stated { rows.append((label, "\(value)")) }
        if let vocabularySize { rows.append(("vocabulary", "\(vocabularySize)")) }
        if let tokenizer = text("tokenizer.ggml.model") { rows.append(("tokenizer", tokenizer)) }
        return rows.map { DisplayWidth.padded($0, to: 17) + $1 }
    }

    /// The summary for a program.
    var json: JSONText {
        .object([
            "path": .string(file.path), "version": .number(file.version),
            "architecture": .string(architecture), "name": .optional(name),
            "parameters": .number(parameters), "weight_bytes": .number(bytes),
            "tensors": .number(file.tensorNames.count),
            "types": .object(types.map { ($0.name, .number($0.tensors)) }),
            "dimensions": .object(stated.map { ($0.key, .number($0.value)) }),
            "vocabulary": .optional(vocabularySize),
            "tokenizer": .optional(text("tokenizer.ggml.model")),
        ])
    }

    /// A number with its thousands apart.
    private static func grouped(_ number: Int) -> String {
        var result = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return String(result.reversed())
    }
}
