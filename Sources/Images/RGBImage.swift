/// A decoded picture: 8 bits a channel, interleaved RGB.
public struct RGBImage: Sendable, Equatable {
    /// Columns, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// Samples, shape `(height, width, 3)`, row-major, in R, G, B order.
    public let pixels: [UInt8]

    /// Makes a picture from its samples.
    ///
    /// - Parameters:
    ///   - width: Columns, at least 1.
    ///   - height: Rows, at least 1.
    ///   - pixels: Samples, shape `(height, width, 3)`, row-major.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "a picture has at least one pixel")
        precondition(
            pixels.count == width * height * 3,
            "\(width) x \(height) RGB pixels are \(width * height * 3) bytes, not \(pixels.count)")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The picture as a binary PPM file (`P6`), for looking at and comparing.
    ///
    /// - Returns: The bytes of the file.
    public func ppm() -> [UInt8] {
        Array("P6\n\(width) \(height)\n255\n".utf8) + pixels
    }
}
