import ModelFiles

/// What a checkpoint's JSON files say, in the words of GGUF files.
struct CheckpointMetadata: ModelMetadata {
    /// The file the words come from, for messages.
    let path: String
    /// All metadata by key.
    let metadata: [String: GGUFValue]
}
