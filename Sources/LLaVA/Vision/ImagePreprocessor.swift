public import Images

/// Makes a picture the vision tower's input: square, of the right size, normalised.
///
/// Bit for bit what the original LLaVA code does with Pillow's bicubic filter, not what later
/// processors do (they crop where the original pads).
public struct ImagePreprocessor: Sendable {
    /// Rows and columns of the result.
    public let side: Int
    /// How a picture that is not square becomes one.
    public let aspect: Aspect
    /// Mean of each channel, of values in 0...1.
    public let mean: [Float]
    /// Standard deviation of each channel.
    public let deviation: [Float]

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
        precondition(mean.count == 3 && deviation.count == 3, "a picture has three channels")
        self.side = side
        self.aspect = aspect
        self.mean = mean
        self.deviation = deviation
        levels = (0..<3).flatMap { channel in
            (0..<256).map { level in (Float(level) / 255 - mean[channel]) / deviation[channel] }
        }
    }

    /// The picture after padding or cropping and resizing, before normalisation.
    ///
    /// - Parameter image: Any picture.
    /// - Returns: A picture of `side` x `side`.
    public func modelInput(for image: RGBImage) -> RGBImage {
        switch aspect {
        case .pad:
            // The colour of the margin is the mean, cut to whole levels (llava/mm_utils.py).
            let fill = mean.map { UInt8(clamping: Int($0 * 255)) }
            return image.paddedToSquareAndResized(side: side, fill: (fill[0], fill[1], fill[2]))
        case .crop:
            return image.resizedAndCropped(edge: side)
        }
    }

    /// The vision tower's input for a picture.
    ///
    /// - Parameter image: Any picture.
    /// - Returns: `((x / 255) - mean) / deviation` of every value of `modelInput(for:)`.
    public func pixelTensor(for image: RGBImage) -> PixelTensor {
        normalised(modelInput(for: image))
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
