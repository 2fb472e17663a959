/// What a file says about its picture, read without decoding it.
public struct ImageHeader: Sendable, Equatable {
    /// The file format.
    public let format: ImageFormat
    /// Columns as stored, before orientation.
    public let width: Int
    /// Rows as stored, before orientation.
    public let height: Int
    /// How the stored pixels lie; `.upright` where the file does not say.
    public let orientation: Orientation
    /// Pillow's name for the pixels: `1`, `L`, `LA`, `P`, `RGB`, `RGBA`, `CMYK` or `I;16`.
    public let mode: String
    /// Bits a sample as stored: 1, 2, 4, 8 or 16.
    public let bitDepth: Int
    /// Whether the JPEG is progressive or the PNG interlaced.
    public let isProgressive: Bool

    /// Columns as a viewer shows them.
    public var uprightWidth: Int { orientation.swapsSides ? height : width }
    /// Rows as a viewer shows them.
    public var uprightHeight: Int { orientation.swapsSides ? width : height }
}
