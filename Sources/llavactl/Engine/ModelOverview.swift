import LLaVA

/// What a person wants to know of a whole model before running it.
struct ModelOverview {
    private let summary: ModelSummary
    /// How many workers the memory is told for.
    private let workers: Int

    init(_ summary: ModelSummary, workers: Int) {
        self.summary = summary
        self.workers = workers
    }

    /// The shares of the element types, the largest first: "Q4_K 83%, Q6_K 17%".
    private var typeMix: String {
        summary.elementTypes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { name, share in
                let percent = Int((share * 100).rounded())
                return percent == 0 ? "\(name) <1%" : "\(name) \(percent)%"
            }
            .joined(separator: ", ")
    }

    private var tower: String {
        guard let tower = summary.tower else { return "none: give the projector with --mmproj" }
        return "\(tower.name), \(tower.imageSide) x \(tower.imageSide) pixels in patches of "
            + "\(tower.patchSide), \(tower.blocks) blocks, \(tower.imageTokens) tokens a picture; "
            + "projector \(tower.projector), aspect \(tower.aspect.rawValue)"
    }

    /// The overview for a person.
    var lines: [String] {
        let language = summary.language
        var rows = [("family", summary.family)]
        if let name = summary.name { rows.append(("name", name)) }
        rows += [
            ("vision tower", tower),
            (
                "language model",
                "\(language.architecture), \(language.layers) layers, width \(language.width), "
                    + "\(language.heads) heads (\(language.keyValueHeads) for keys and values), "
                    + "\(language.vocabulary) tokens"
            ),
            ("template", summary.template ?? "not told by the files: give --template"),
            ("context", "\(language.contextLength) tokens"),
            ("parameters", SizeText.parameters(summary.parameters)),
            ("types", typeMix), ("files", SizeText.bytes(summary.fileBytes)),
            (
                "memory",
                "\(SizeText.bytes(summary.memory(workers: workers))) for \(workers) "
                    + (workers == 1 ? "worker" : "workers")
                    + ", \(SizeText.bytes(summary.workerBytes)) for each further one"
            ),
        ]
        return rows.map { DisplayWidth.padded($0.0, to: 17) + $0.1 }
    }

    /// The overview for a program.
    var json: JSONText {
        let language = summary.language
        let tower: JSONText =
            summary.tower.map { tower in
                .object([
                    "name": .string(tower.name), "image_side": .number(tower.imageSide),
                    "patch_side": .number(tower.patchSide), "width": .number(tower.width),
                    "heads": .number(tower.heads), "blocks": .number(tower.blocks),
                    "image_tokens": .number(tower.imageTokens),
                    "aspect": .string(tower.aspect.rawValue),
                    "projector": .string(tower.projector),
                ])
            } ?? .null
        let mix = summary.elementTypes.sorted { $0.key < $1.key }
        return .object([
            "family": .string(summary.family), "name": .optional(summary.name), "tower": tower,
            "language": .object([
                "architecture": .string(language.architecture), "width": .number(language.width),
                "layers": .number(language.layers), "heads": .number(language.heads),
                "key_value_heads": .number(language.keyValueHeads),
                "feed_forward": .number(language.feedForwardWidth),
                "vocabulary": .number(language.vocabulary),
                "context": .number(language.contextLength),
            ]),
            "template": .optional(summary.template), "parameters": .number(summary.parameters),
            "types": .object(mix.map { ($0.key, .number($0.value)) }),
            "file_bytes": .number(summary.fileBytes),
            "cache_bytes_per_token": .number(summary.cacheBytesPerToken),
            "worker_bytes": .number(summary.workerBytes), "workers": .number(workers),
            "memory_bytes": .number(summary.memory(workers: workers)),
        ])
    }
}
