public import LLaVA

/// A picture as the model takes it, with what tells it from others; its file's bytes are let go.
public struct PreparedPicture: Sendable {
    /// The path it was read from.
    public let path: String
    /// SHA-256 of the file's bytes, 32 bytes.
    public let sha256: [UInt8]
    /// What the model's preprocessor made of it.
    public let views: ImageViews
    /// How long decoding and preprocessing took, in milliseconds.
    public let preparationMS: Double

    /// Makes a prepared picture; `PicturePreparer` is how one is made of a file.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - views: What the model's preprocessor made of it.
    ///   - preparationMS: How long that took.
    public init(_ source: SourceImage, views: ImageViews, preparationMS: Double) {
        path = source.path
        sha256 = source.sha256
        self.views = views
        self.preparationMS = preparationMS
    }
}
