/// The architectures of language models that LLaVA models are built on.
///
/// Raw values are those of `general.architecture`; what differs is what `llama-model.cpp` and the
/// converters of the repository ggml-org/llama.cpp make of each.
enum LanguageArchitecture: String, Sendable, CaseIterable {
    /// LLaMA 1 to 3, Vicuna, Mistral, Yi, TinyLlama.
    case llama
    /// Qwen 1.5 and 2.
    case qwen2

    /// Whether a GGUF file holds the rows of queries and keys so that the two elements that turn
    /// together lie side by side; else they lie as in a checkpoint, half a head apart.
    var interleavesPairs: Bool { self == .llama }

    /// Whether queries, keys and values have biases in every model.
    var needsBiases: Bool { self == .qwen2 }

    /// The names of all, for messages.
    static var knownNames: String { allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ") }
}
