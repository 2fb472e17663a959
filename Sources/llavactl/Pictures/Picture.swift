import Images
import Pipeline

/// A picture as the system takes it in.
struct Picture: Sendable {
    /// Its file.
    let source: SourceImage
    /// What the file says of it.
    let header: ImageHeader
    /// Its pixels, upright.
    let pixels: RGBImage
}
