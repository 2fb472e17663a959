import CImages

/// Turns a file's bytes into pixels, within limits checked before anything is allocated.
///
/// The pixels are those of Pillow's `Image.open(f).convert("RGB")`, as the original LLaVA loads
/// pictures: alpha is dropped unless white is to show through, grey replicated, a palette expanded,
/// CMYK converted without a profile, 16-bit colour reduced to its high byte and 16-bit grey clipped at 255. Orientation is
/// applied by default, which the original does not do; colour profiles and gamma are ignored.
///
/// Decoding computes on the calling thread: not for the cooperative pool.
public struct ImageDecoder: Sendable {
    /// The bounds every file is held to.
    public let limits: ImageLimits
    /// Whether pictures are turned upright as their EXIF orientation says.
    public let appliesOrientation: Bool
    /// What becomes of transparent pixels.
    public let transparency: Transparency
    /// The shorter side, in pixels, that a JPEG keeps when it is decoded at a half, a quarter or an
    /// eighth of its size; `nil` for its own size.
    public let leastSide: Int?

    /// Makes a decoder.
    ///
    /// - Parameters:
    ///   - limits: The bounds every file is held to.
    ///   - appliesOrientation: Whether pictures are turned upright; `false` is the original LLaVA.
    ///   - transparency: What becomes of transparent pixels; `.dropped` is the original LLaVA.
    ///   - leastSide: The shorter side, at least 1, that a JPEG keeps when it is decoded at less than
    ///     its own size, which is faster and changes pixels; `nil` is the original LLaVA.
    public init(
        limits: ImageLimits = .init(), appliesOrientation: Bool = true,
        transparency: Transparency = .dropped, leastSide: Int? = nil
    ) {
        precondition(leastSide.map { $0 >= 1 } ?? true, "a picture keeps at least one pixel a side")
        self.leastSide = leastSide
        self.limits = limits
        self.appliesOrientation = appliesOrientation
        self.transparency = transparency
    }

    /// Reads what a file says about its picture, without decoding it.
    ///
    /// - Parameter bytes: The whole file.
    /// - Returns: Format, stored size, orientation and pixel mode.
    /// - Throws: `ImageError`: `.empty`, `.unsupported`, `.tooLarge` for a picture outside the
    ///   limits, `.truncated` or `.corrupt` for a header that cannot be read.
    public func header(of bytes: [UInt8]) throws(ImageError) -> ImageHeader {
        try limits.check(fileBytes: bytes.count)
        let header =
            switch try ImageFormat(ofFileStartingWith: bytes) {
            case .jpeg: try jpegHeader(of: bytes)
            case .png: try pngHeader(of: bytes)
            }
        try limits.check(width: header.width, height: header.height)
        return header
    }

    /// Decodes a file.
    ///
    /// - Parameter bytes: The whole file.
    /// - Returns: The picture, upright if `appliesOrientation`.
    /// - Throws: `ImageError`, of any class.
    /// - Complexity: O(width * height) time; memory as `ImageLimits` says.
    public func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
        let header = try header(of: bytes)
        let image = try stored(bytes, header: header)
        return appliesOrientation ? image.oriented(header.orientation) : image
    }

    private func jpegHeader(of bytes: [UInt8]) throws(ImageError) -> ImageHeader {
        var fields = cimages_jpeg_header()
        // The size is checked above with the sentence people should read, so not by the shim.
        var bounds = bounds
        bounds.max_side = .max
        bounds.max_pixels = .max
        try check { error in
            bytes.withUnsafeBufferPointer { file in
                cimages_jpeg_read_header(file.baseAddress, file.count, &bounds, &fields, &error)
            }
        }
        return ImageHeader(
            format: .jpeg, width: Int(fields.width), height: Int(fields.height),
            orientation: JPEGSegments(of: bytes).exif.flatMap(Orientation.init(exif:)) ?? .upright,
            mode: fields.components == 1 ? "L" : fields.components == 3 ? "RGB" : "CMYK",
            bitDepth: Int(fields.bit_depth), isProgressive: fields.progressive != 0)
    }

    private func pngHeader(of bytes: [UInt8]) throws(ImageError) -> ImageHeader {
        let structure = try PNGStructure(of: bytes, limits: limits)
        return ImageHeader(
            format: .png, width: structure.width, height: structure.height,
            orientation: structure.exif.flatMap(Orientation.init(exif:)) ?? .upright,
            mode: structure.mode, bitDepth: structure.bitDepth,
            isProgressive: structure.isInterlaced)
    }

    /// What the sides of a picture are divided by, as Pillow's `Image.draft` chooses it for a square of
    /// `leastSide` (JpegImagePlugin): no side comes out shorter.
    private func denominator(for header: ImageHeader) -> Int {
        guard let leastSide, header.format == .jpeg else { return 1 }
        let most = min(header.width, header.height) / leastSide
        return [8, 4, 2].first { $0 <= most } ?? 1
    }

    /// The pixels as stored, shape `(height, width, 3)` of the header, or less of a JPEG.
    private func stored(_ bytes: [UInt8], header: ImageHeader) throws(ImageError) -> RGBImage {
        let denominator = denominator(for: header)
        let width = (header.width + denominator - 1) / denominator
        let height = (header.height + denominator - 1) / denominator
        let byteCount = width * height * 3
        // Alpha channels are read before they are resolved.
        let capacity = transparency == .onWhite ? byteCount / 3 * 4 : byteCount
        var bounds = bounds
        var pixels: [UInt8] = []
        try check { error in
            var status = CIMAGES_OK
            pixels = [UInt8](unsafeUninitializedCapacity: capacity) { target, initialized in
                status = bytes.withUnsafeBufferPointer { file in
                    let (start, count, out) = (file.baseAddress, file.count, target.baseAddress)
                    let (columns, rows) = (UInt32(width), UInt32(height))
                    return switch (header.format, transparency) {
                    case (.jpeg, _):
                        cimages_jpeg_decode(
                            start, count, &bounds, UInt32(denominator), columns, rows, out, &error)
                    case (.png, .dropped):
                        cimages_png_decode(start, count, &bounds, columns, rows, out, &error)
                    case (.png, .onWhite):
                        cimages_png_decode_on_white(
                            start, count, &bounds, columns, rows, out, &error)
                    }
                }
                // After a failure some rows were never written: none may be looked at.
                initialized = status == CIMAGES_OK ? byteCount : 0
            }
            return status
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private var bounds: cimages_limits {
        cimages_limits(
            max_side: UInt32(clamping: limits.maxSide),
            max_pixels: UInt64(clamping: limits.maxPixels),
            max_scans: UInt32(clamping: limits.maxScans),
            max_cpu_seconds: UInt32(clamping: limits.maxDecodeSeconds),
            // Coefficients of four full components at two bytes each, and room for tables.
            max_memory: UInt64(clamping: limits.maxPixels) * 8 + (64 << 20))
    }

    /// Runs a call of the shim and throws what it reports.
    private func check(
        _ call: (inout cimages_error) -> cimages_status
    ) throws(ImageError) {
        var error = cimages_error()
        let status = call(&error)
        guard status != CIMAGES_OK else { return }
        let message = withUnsafeBytes(of: error.message) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
        throw ImageError(failure(for: status), message)
    }

    private func failure(for status: cimages_status) -> ImageFailure {
        switch status {
        case CIMAGES_TRUNCATED: .truncated
        case CIMAGES_UNSUPPORTED: .unsupported
        case CIMAGES_TOO_LARGE: .tooLarge
        default: .corrupt
        }
    }
}
