import FoundationEssentials

/// A named, versioned list of questions asked about a picture, and how their answers are drawn.
///
/// A preset is written as YAML by people and kept as JSON, without its version, in the
/// database, where every change of the text is a new version.
public struct Preset: Codable, Sendable, Equatable {
    /// The preset used where a job names none.
    public static let defaultName = "brief"

    /// The preset's name: `[a-z0-9_-]`, 1 to 64 characters.
    public let name: String
    /// The version the database gave; 0 before it has been stored.
    public var version: Int = 0
    /// One sentence for people about what the preset is for.
    public let summary: String
    /// The questions, in the order they are asked.
    public let questions: [Question]
    /// How the answers are drawn.
    public let sampling: SamplingRules

    private enum CodingKeys: String, CodingKey {
        case name, summary, questions, sampling
    }

    /// Makes a preset; `validate` checks it.
    ///
    /// - Parameters:
    ///   - name: The preset's name.
    ///   - version: The version the database gave.
    ///   - summary: One sentence for people.
    ///   - questions: The questions, in the order they are asked.
    ///   - sampling: How the answers are drawn.
    public init(
        name: String, version: Int = 0, summary: String, questions: [Question],
        sampling: SamplingRules = .greedy
    ) {
        self.name = name
        self.version = version
        self.summary = summary
        self.questions = questions
        self.sampling = sampling
    }

    /// Reads the JSON body the database holds.
    ///
    /// - Parameters:
    ///   - json: The body.
    ///   - version: The version it is stored under.
    /// - Throws: `PipelineError` of class `preset` if the body is no preset or breaks a rule.
    public init(json: String, version: Int) throws(PipelineError) {
        do {
            self = try JSONDecoder().decode(Preset.self, from: Data(json.utf8))
        } catch {
            throw PipelineError(
                .preset, .preset,
                "A stored preset (version \(version)) cannot be read: \(error); add it again with "
                    + "'llavactl presets add'.")
        }
        self.version = version
        try validate(source: "the stored preset '\(name)'")
    }

    /// The JSON body for the database: keys in order, no version.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            preconditionFailure("a preset holds texts and finite numbers, so it always encodes")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// The same preset with some of its questions, for a picture that has the other answers.
    ///
    /// - Parameter names: The questions to keep; their order stays the preset's.
    /// - Returns: A preset with those questions.
    public func asking(only names: [String]) -> Preset {
        Preset(
            name: name, version: version, summary: summary,
            questions: questions.filter { names.contains($0.name) }, sampling: sampling)
    }
}
