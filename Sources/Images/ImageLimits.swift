/// What a file may cost before and while it is decoded.
///
/// Side, area, scans and time are those imgproxy, libpng and libjpeg-turbo's fuzzers use. The
/// memory of a decode follows: `3 * maxPixels` bytes for the pixels (4 where white is to show
/// through transparent ones), as much again while turning them upright, and at most `8 * maxPixels`
/// for a progressive JPEG's coefficients.
public struct ImageLimits: Sendable, Equatable {
    /// Bytes of a file; 64 MiB.
    public var maxFileBytes: Int = 64 << 20
    /// Pixels of a side; 16384.
    public var maxSide: Int = 16384
    /// Pixels in all; 50 million.
    public var maxPixels: Int = 50_000_000
    /// Scans of a progressive JPEG; 100, where real ones have about 10.
    public var maxScans: Int = 100
    /// Seconds of CPU time a decode may take; 10.
    public var maxDecodeSeconds: Int = 10
    /// Bytes of a PNG chunk that holds no pixels; 8 MiB.
    public var maxChunkBytes: Int = 8 << 20

    /// The limits named above.
    public init() {}

    /// Checks a picture's stored size.
    func check(width: Int, height: Int) throws(ImageError) {
        guard width <= maxSide, height <= maxSide, width * height <= maxPixels else {
            throw ImageError(
                .tooLarge,
                "the picture is \(width) x \(height) pixels; the limits are \(maxSide) a side "
                    + "and \(maxPixels) in all")
        }
    }

    /// Checks a file's size.
    func check(fileBytes: Int) throws(ImageError) {
        guard fileBytes <= maxFileBytes else {
            throw ImageError(
                .tooLarge, "the file holds \(fileBytes) bytes; the limit is \(maxFileBytes)")
        }
    }
}
