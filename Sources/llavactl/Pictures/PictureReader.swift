import Assembly
import Images
import LLaVA
import Pipeline
import Settings

/// Reads and decodes a picture exactly as the daemon would, without a daemon.
struct PictureReader: Sendable {
    private let loader: ImageLoader
    private let decoder: ImageDecoder

    /// A reader with these limits, for a model that sees pictures by this reading.
    init(_ settings: ImageSettings, reading: ImageReading) {
        loader = ImageLoader(limits: ImageLimits(settings))
        decoder = ImageDecoder(settings, reading: reading)
    }

    /// The picture, or why it cannot be described.
    ///
    /// Blocks, and computes.
    func read(_ path: String) -> Result<Picture, PictureFailure> {
        let source: SourceImage
        do {
            source = try loader.load(path)
        } catch {
            return .failure(
                PictureFailure(failureClass: error.failureClass, message: error.message))
        }
        do {
            return .success(
                Picture(
                    source: source, header: try decoder.header(of: source.bytes),
                    pixels: try decoder.decode(source.bytes)))
        } catch {
            return .failure(
                PictureFailure(
                    failureClass: error.failureClass.rawValue,
                    message: "'\(path)': \(error.message)"))
        }
    }
}
