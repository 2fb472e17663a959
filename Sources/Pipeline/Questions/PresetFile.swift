import Yams

/// A preset as people write it: a small YAML file, every key checked.
///
/// The file is read node by node and not through `Codable`, so that a sentence can name the
/// line, and so that a key nobody knows is an error and never a silent nothing.
struct PresetFile {
    /// The most bytes a preset's file may have.
    static let maximumBytes = 64 << 10

    private let source: String

    /// Reads one preset.
    static func preset(in yaml: String, source: String) throws(PipelineError) -> Preset {
        let file = PresetFile(source: source)
        guard yaml.utf8.count <= maximumBytes else {
            throw file.broken(
                nil, "the file has \(yaml.utf8.count) bytes: a preset has at most \(maximumBytes)")
        }
        let preset = try file.preset(file.document(in: yaml))
        try preset.validate(source: source)
        return preset
    }

    private func document(in yaml: String) throws(PipelineError) -> Node {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw broken(nil, "the file is not YAML: \(error)")
        }
        guard let root else {
            throw broken(nil, "the file is empty: give 'name', 'summary' and 'questions'")
        }
        return root
    }

    private func preset(_ node: Node) throws(PipelineError) -> Preset {
        let keys = try members(
            of: node, what: "a preset", known: ["name", "summary", "sampling", "questions"])
        guard let name = keys["name"] else {
            throw broken(node, "a preset needs a 'name': add it")
        }
        guard let list = keys["questions"], case .sequence(let sequence) = list else {
            throw broken(node, "a preset needs 'questions', a list: add it")
        }
        guard sequence.count <= Preset.maximumQuestions else {
            throw broken(
                list,
                "a preset asks at most \(Preset.maximumQuestions) questions, this one asks "
                    + "\(sequence.count): remove some")
        }
        var questions: [Question] = []
        for entry in sequence { questions.append(try question(entry)) }
        return Preset(
            name: try text(name, key: "name"),
            summary: try keys["summary"].map { (node) throws(PipelineError) in
                try text(node, key: "summary")
            } ?? "",
            questions: questions,
            sampling: try keys["sampling"].map { (node) throws(PipelineError) in
                try sampling(node)
            } ?? .greedy)
    }

    private func question(_ node: Node) throws(PipelineError) -> Question {
        let keys = try members(
            of: node, what: "a question",
            known: ["name", "prompt", "max_tokens", "format", "schema"])
        guard let name = keys["name"], let prompt = keys["prompt"] else {
            throw broken(node, "a question needs a 'name' and a 'prompt': add them")
        }
        return Question(
            name: try text(name, key: "name"),
            prompt: try text(prompt, key: "prompt"),
            maxTokens: try keys["max_tokens"].map { (node) throws(PipelineError) in
                try integer(node, key: "max_tokens")
            },
            format: try keys["format"].map { (node) throws(PipelineError) in
                try format(node)
            } ?? .text,
            schema: try keys["schema"].map { (node) throws(PipelineError) in
                try json(node, depth: 0)
            })
    }

    private func sampling(_ node: Node) throws(PipelineError) -> SamplingRules {
        let keys = try members(
            of: node, what: "sampling",
            known: [
                "temperature", "top_k", "top_p", "min_p", "repetition_penalty", "repetition_guard",
                "stop", "seed",
            ])
        var rules = SamplingRules()
        if let node = keys["temperature"] {
            rules.temperature = try number(node, key: "sampling.temperature")
        }
        if let node = keys["top_k"] { rules.topK = try integer(node, key: "sampling.top_k") }
        if let node = keys["top_p"] { rules.topP = try number(node, key: "sampling.top_p") }
        if let node = keys["min_p"] { rules.minP = try number(node, key: "sampling.min_p") }
        if let node = keys["repetition_penalty"] {
            rules.repetitionPenalty = try number(node, key: "sampling.repetition_penalty")
        }
        if let node = keys["repetition_guard"] {
            rules.repetitionGuard = try flag(node, key: "sampling.repetition_guard")
        }
        if let node = keys["stop"] { rules.stop = try texts(node, key: "sampling.stop") }
        if let node = keys["seed"] {
            let seed = try integer(node, key: "sampling.seed")
            guard let seed = UInt32(exactly: seed) else {
                throw broken(node, "sampling.seed is \(seed): give 0 to \(UInt32.max)")
            }
            rules.seed = seed
        }
        return rules
    }

    private func format(_ node: Node) throws(PipelineError) -> Question.Format {
        let name = try text(node, key: "format")
        guard let format = Question.Format(rawValue: name) else {
            let known = Question.Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw broken(node, "the format '\(name.prefix(80))' is unknown: use one of \(known)")
        }
        return format
    }

    private func members(
        of node: Node, what: String, known: [String]
    ) throws(PipelineError) -> [String: Node] {
        guard case .mapping(let mapping) = node else {
            throw broken(node, "\(what) is a list of keys: \(known.joined(separator: ", "))")
        }
        var members: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.string, known.contains(name) else {
                let given = key.string.map { "'\($0.prefix(80))'" } ?? "that is not a text"
                throw broken(
                    key, "\(what) has no key \(given): it knows \(known.joined(separator: ", "))")
            }
            members[name] = value
        }
        return members
    }

    private func text(_ node: Node, key: String) throws(PipelineError) -> String {
        guard case .scalar(let scalar) = node else {
            throw broken(node, "'\(key)' is a text: write it on one line")
        }
        return scalar.string
    }

    private func integer(_ node: Node, key: String) throws(PipelineError) -> Int {
        guard let value = node.int else {
            throw broken(node, "'\(key)' is a whole number: correct it")
        }
        return value
    }

    private func number(_ node: Node, key: String) throws(PipelineError) -> Float {
        guard let value = node.float, value.isFinite else {
            throw broken(node, "'\(key)' is a number: correct it")
        }
        return Float(value)
    }

    private func flag(_ node: Node, key: String) throws(PipelineError) -> Bool {
        guard let value = node.bool else {
            throw broken(node, "'\(key)' is true or false: correct it")
        }
        return value
    }

    /// A list of texts, or one alone.
    private func texts(_ node: Node, key: String) throws(PipelineError) -> [String] {
        guard case .sequence(let sequence) = node else { return [try text(node, key: key)] }
        var texts: [String] = []
        for entry in sequence { texts.append(try text(entry, key: key)) }
        return texts
    }

    private func json(_ node: Node, depth: Int) throws(PipelineError) -> JSONValue {
        guard depth < 32 else { throw broken(node, "the schema is nested too deeply: flatten it") }
        switch node {
        case .scalar:
            if node.null != nil { return .null }
            if let value = node.bool { return .bool(value) }
            if let value = node.int { return .integer(Int64(value)) }
            if let value = node.float, value.isFinite { return .number(value) }
            return .string(try text(node, key: "schema"))
        case .sequence(let sequence):
            var values: [JSONValue] = []
            for entry in sequence { values.append(try json(entry, depth: depth + 1)) }
            return .array(values)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, value) in mapping {
                members[try text(key, key: "schema")] = try json(value, depth: depth + 1)
            }
            return .object(members)
        case .alias:
            throw broken(node, "an alias is not allowed in a preset: write the value out")
        }
    }

    private func broken(_ node: Node?, _ sentence: String) -> PipelineError {
        guard let line = node?.mark?.line else { return Preset.broken(source, sentence) }
        return Preset.broken("\(source) line \(line)", sentence)
    }
}

extension Preset {
    /// Reads a preset from YAML.
    ///
    /// - Parameters:
    ///   - yaml: The text of the file, at most 64 KiB.
    ///   - source: What to call the file in sentences.
    /// - Throws: `PipelineError` of class `preset` naming the line and the rule broken.
    public init(yaml: String, source: String) throws(PipelineError) {
        self = try PresetFile.preset(in: yaml, source: source)
    }
}
