public import Images
public import LLaVA

/// Decodes pictures and makes them the model's input; on any thread, beside the ones that compute.
public struct PicturePreparer: Sendable {
    private let decoder: ImageDecoder
    private let preprocessor: ImagePreprocessor

    /// Makes a preparer.
    ///
    /// - Parameters:
    ///   - decoder: Turns files into pixels within limits.
    ///   - preprocessor: The model's.
    public init(decoder: ImageDecoder, preprocessor: ImagePreprocessor) {
        self.decoder = decoder
        self.preprocessor = preprocessor
    }

    /// Prepares a picture.
    ///
    /// - Parameter image: The picture's file.
    /// - Returns: The picture as the model takes it.
    /// - Throws: `PipelineError` of a picture's failure class.
    public func prepare(_ image: SourceImage) throws(PipelineError) -> PreparedPicture {
        let start = ContinuousClock.now
        let views = preprocessor.input(for: try decode(image))
        return PreparedPicture(
            image, views: views, preparationMS: (ContinuousClock.now - start) / .milliseconds(1))
    }

    private func decode(_ image: SourceImage) throws(PipelineError) -> RGBImage {
        do {
            return try decoder.decode(image.bytes)
        } catch {
            let kind: FailureClass =
                switch error.failureClass {
                case .empty: .empty
                case .truncated: .truncated
                case .unsupported: .unsupported
                case .tooLarge: .tooLarge
                case .corrupt: .corrupt
                }
            // A picture cut short that changed a moment ago is most likely still being copied.
            let waits =
                kind == .truncated
                && image.identity.isYounger(thanSeconds: ImageLoader.writingSeconds)
            throw PipelineError(
                .decode, kind, "'\(image.path)': \(error.message).",
                disposition: waits ? .retry : .permanent)
        }
    }
}
