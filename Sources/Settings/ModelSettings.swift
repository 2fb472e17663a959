/// Which model answers.
public struct ModelSettings: Sendable, Equatable {
    /// A GGUF file or Hugging Face folder; `nil` means the only one in `STATE/models`.
    public var text: String?
    /// The vision tower's GGUF file; `nil` means the one beside `text`.
    public var mmproj: String?
    /// The chat template's name; `nil` means the one the model carries.
    public var template: String?
    /// `pad` or `crop`; `nil` means as the model says.
    public var aspect: String?
}
