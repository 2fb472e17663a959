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
    /// Whose preprocessing pictures go through; part of what makes an answer.
    public var reading: ImageReading
    /// Whether pictures come turned upright as their EXIF data says; part of what makes an answer.
    public var appliesOrientation: Bool
    /// The shorter side that JPEGs keep when they come decoded at less than their size, `nil` for their
    /// size; part of what makes an answer.
    public var jpegLeastSide: Int?
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
    ///   - reading: Whose preprocessing pictures go through.
    ///   - appliesOrientation: Whether pictures come turned upright as their EXIF data says.
    ///   - jpegLeastSide: The shorter side that JPEGs keep when they come decoded at less than their size.
    ///   - keyValueStorage: How keys and values are kept.
    ///   - arithmetic: How products are computed.
    public init(
        text: String, projector: String? = nil, template: String? = nil, aspect: Aspect? = nil,
        reading: ImageReading = .original, appliesOrientation: Bool = true,
        jpegLeastSide: Int? = nil, keyValueStorage: KeyValueStorage = .f32,
        arithmetic: Arithmetic = .fast
    ) {
        self.text = text
        self.projector = projector
        self.template = template
        self.aspect = aspect
        self.reading = reading
        self.appliesOrientation = appliesOrientation
        self.jpegLeastSide = jpegLeastSide
        self.keyValueStorage = keyValueStorage
        self.arithmetic = arithmetic
    }
}
