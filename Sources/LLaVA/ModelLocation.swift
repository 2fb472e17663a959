/// Where a model is and the choices its files leave open.
public struct ModelLocation: Sendable, Equatable {
    /// The language model's GGUF file, or a folder that holds the whole model as safetensors.
    public var text: String
    /// The projector's GGUF file; without one a GGUF model sees no pictures, and a folder needs
    /// none.
    public var projector: String?
    /// The chat template's name; `nil` for the one the files tell.
    public var template: String?
    /// How pictures become square; `nil` for what the model was trained with.
    public var aspect: Aspect?
    /// How keys and values are kept; part of what makes an answer.
    public var keyValueStorage: KeyValueStorage
    /// How products are computed; part of what makes an answer.
    public var arithmetic: Arithmetic

    /// Names a model.
    ///
    /// - Parameters:
    ///   - text: The language model's GGUF file, or a model folder.
    ///   - projector: The projector's GGUF file.
    ///   - template: The chat template's name.
    ///   - aspect: How pictures become square.
    ///   - keyValueStorage: How keys and values are kept.
    ///   - arithmetic: How products are computed.
    public init(
        text: String, projector: String? = nil, template: String? = nil, aspect: Aspect? = nil,
        keyValueStorage: KeyValueStorage = .f32, arithmetic: Arithmetic = .fast
    ) {
        self.text = text
        self.projector = projector
        self.template = template
        self.aspect = aspect
        self.keyValueStorage = keyValueStorage
        self.arithmetic = arithmetic
    }
}
