/// Which model answers.
public struct ModelSettings: Sendable, Equatable {
    /// A GGUF file or Hugging Face folder; `nil` means the only one in `STATE/models`.
    public var text: String?
    /// The vision tower's GGUF file; `nil` means the one beside `text`.
    public var mmproj: String?
    /// The chat template's name; `nil` means the one the model carries.
    public var template: String?
    /// `pad`, `crop`, `stretch` or `anyres`; `nil` means as the model says.
    public var aspect: String?
    /// `original` or `huggingface`; `nil` means as models were trained, which is `original`.
    public var reading: String?
    /// `fast`, `accurate` or `exact`; `nil` means as the machine does best, which is `fast`.
    public var arithmetic: String?

    /// Names a model by its files.
    ///
    /// - Parameters:
    ///   - text: A GGUF file or Hugging Face folder.
    ///   - mmproj: The vision tower's GGUF file.
    ///   - template: The chat template's name.
    ///   - aspect: `pad`, `crop`, `stretch` or `anyres`.
    ///   - reading: `original` or `huggingface`.
    ///   - arithmetic: `fast`, `accurate` or `exact`.
    public init(
        text: String? = nil, mmproj: String? = nil, template: String? = nil,
        aspect: String? = nil, reading: String? = nil, arithmetic: String? = nil
    ) {
        self.text = text
        self.mmproj = mmproj
        self.template = template
        self.aspect = aspect
        self.reading = reading
        self.arithmetic = arithmetic
    }
}
