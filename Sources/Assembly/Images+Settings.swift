public import Images
public import Settings

extension ImageDecoder {
    /// The decoder of these settings.
    public init(_ settings: ImageSettings) {
        self.init(
            limits: ImageLimits(settings), appliesOrientation: settings.applyOrientation)
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
