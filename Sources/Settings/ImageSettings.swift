/// Which pictures are refused.
public struct ImageSettings: Sendable, Equatable {
    /// Largest file in bytes.
    public var maxFileBytes: Int
    /// Longest side in pixels.
    public var maxSide: Int
    /// Largest area in pixels.
    public var maxPixels: Int
    /// Most scans of a progressive JPEG.
    public var maxScans: Int
    /// Longest time one picture may take to decode.
    public var maxDecodeTime: Duration
    /// Whether EXIF orientation is applied.
    public var applyOrientation: Bool
    /// The shorter side that large JPEGs keep when they are decoded at less than their size; `nil` for
    /// their size.
    public var jpegLeastSide: Int?
}
