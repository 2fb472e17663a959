public import Images
public import LLaVA
public import Settings

extension ImageDecoder {
    /// The decoder of these settings.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - reading: Whose preprocessing the pictures go through.
    public init(_ settings: ImageSettings, reading: ImageReading) {
        self.init(
            limits: ImageLimits(settings), appliesOrientation: settings.applyOrientation,
            transparency: reading.transparency, leastSide: settings.jpegLeastSide)
    }
}

extension ImageLimits {
    /// The limits of these settings.
    public init(_ settings: ImageSettings) {
        self.init()
        maxFileBytes = settings.maxFileBytes
        maxSide = settings.maxSide
        maxPixels = settings.maxPixels
        maxScans = settings.maxScans
        maxDecodeSeconds = Int(settings.maxDecodeTime.components.seconds)
    }
}
