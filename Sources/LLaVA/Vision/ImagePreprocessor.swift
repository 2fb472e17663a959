public import Images

/// Makes a picture the vision tower's input: square views of the right size, normalised.
///
/// Bit for bit what Pillow's bicubic filter gives in the original LLaVA code, or in transformers'
/// processors where their reading is asked for.
public struct ImagePreprocessor: Sendable {
    /// Rows and columns of the result.
    public let side: Int
    /// How a picture that is not square becomes one.
    public let aspect: Aspect
    /// Mean of each channel, of values in 0...1.
    public let mean: [Float]
    /// Standard deviation of each channel.
    public let deviation: [Float]

    /// The canvases of `Aspect.anyres`; nil for a model without.
    private let grid: AnyresGrid?
    /// Patches along a view's side.
    private let patches: Int
    /// Whose reading of the canvases.
    private let reading: ImageReading
    /// Normalised values of the 256 levels of each channel, shape `(3, 256)`.
    private let levels: [Float]

    /// Makes a preprocessor.
    ///
    /// - Parameters:
    ///   - side: Rows and columns of the result.
    ///   - aspect: How a picture that is not square becomes one.
    ///   - mean: Mean of each of the three channels.
    ///   - deviation: Standard deviation of each of the three channels, not zero.
    public init(side: Int, aspect: Aspect, mean: [Float], deviation: [Float]) {
        self.init(
            side: side, aspect: aspect, mean: mean, deviation: deviation, grid: nil, patches: 1,
            reading: .original)
    }

    /// Makes a tower's preprocessor.
    ///
    /// - Parameters:
    ///   - tower: The tower.
    ///   - aspect: How a picture that is not square becomes one; anyres only with a grid.
    ///   - reading: Whose reading of the grid.
    init(_ tower: VisionConfiguration, aspect: Aspect, reading: ImageReading) {
        self.init(
            side: tower.imageSide, aspect: aspect, mean: tower.imageMean,
            deviation: tower.imageDeviation, grid: tower.anyres, patches: tower.grid,
            reading: reading)
    }

    private init(
        side: Int, aspect: Aspect, mean: [Float], deviation: [Float], grid: AnyresGrid?,
        patches: Int, reading: ImageReading
    ) {
        precondition(mean.count == 3 && deviation.count == 3, "a picture has three channels")
        precondition(aspect != .anyres || grid != nil, "anyres needs the canvases of its model")
        self.grid = grid
        self.patches = patches
        self.reading = reading
        self.side = side
        self.aspect = aspect
        self.mean = mean
        self.deviation = deviation
        levels = (0..<3).flatMap { channel in
            (0..<256).map { level in (Float(level) / 255 - mean[channel]) / deviation[channel] }
        }
    }

    /// The picture as the tower sees it, before normalisation.
    ///
    /// - Parameter image: Any picture.
    /// - Returns: A picture of `side` columns; several views lie one below the other.
    public func modelInput(for image: RGBImage) -> RGBImage {
        let views = views(of: image)
        return RGBImage(
            width: side, height: side * views.count, pixels: views.flatMap(\.pixels))
    }

    /// The vision tower's input for a picture.
    ///
    /// - Parameter image: Any picture.
    /// - Returns: `((x / 255) - mean) / deviation` of every value of `modelInput(for:)`.
    public func input(for image: RGBImage) -> ImageViews {
        let pixels = views(of: image).map(normalised)
        guard let layout = layout(of: image) else { return ImageViews(pixels[0]) }
        return ImageViews(pixels, layout: layout)
    }

    private func layout(of image: RGBImage) -> AnyresLayout? {
        guard aspect == .anyres else { return nil }
        return grid?.layout(
            width: image.width, height: image.height, side: side, grid: patches, reading: reading)
    }

    private func views(of image: RGBImage) -> [RGBImage] {
        switch aspect {
        case .pad:
            // The colour of the margin is the mean, cut to whole levels (llava/mm_utils.py).
            let fill = mean.map { UInt8(clamping: Int($0 * 255)) }
            return [image.paddedToSquareAndResized(side: side, fill: (fill[0], fill[1], fill[2]))]
        case .crop:
            return [image.resizedAndCropped(edge: side)]
        case .stretch:
            return [image.resizedBicubic(width: side, height: side)]
        case .anyres:
            guard let layout = layout(of: image) else { return [] }
            return [image.resizedBicubic(width: side, height: side)] + tiles(of: image, layout)
        }
    }

    /// The tiles of the canvas, row by row; its margins are black.
    private func tiles(of image: RGBImage, _ layout: AnyresLayout) -> [RGBImage] {
        let canvas = image.resizedBicubic(
            width: layout.content.width, height: layout.content.height
        )
        .placed(
            x: layout.origin.x, y: layout.origin.y, width: layout.canvas.width,
            height: layout.canvas.height)
        return (0..<layout.rows).flatMap { row in
            (0..<layout.columns).map { column in
                canvas.cropped(x: column * side, y: row * side, width: side, height: side)
            }
        }
    }

    private func normalised(_ image: RGBImage) -> PixelTensor {
        let plane = side * side
        let values = [Float](unsafeUninitializedCapacity: 3 * plane) { target, count in
            image.pixels.withUnsafeBufferPointer { pixels in
                levels.withUnsafeBufferPointer { levels in
                    for channel in 0..<3 {
                        for position in 0..<plane {
                            let level = Int(pixels[position * 3 + channel])
                            target.initializeElement(
                                at: channel * plane + position, to: levels[channel * 256 + level])
                        }
                    }
                }
            }
            count = 3 * plane
        }
        return PixelTensor(side: side, values: values)
    }
}
