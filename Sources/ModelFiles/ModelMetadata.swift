/// What a model says about itself beside its tensors: keys and values in the words of GGUF files.
///
/// Other formats are translated into these words, so that everything behind reads one language.
public protocol ModelMetadata: Sendable {
    /// The file, for messages.
    var path: String { get }

    /// All metadata by key.
    var metadata: [String: GGUFValue] { get }
}
