import Images
import LLaVA
import Threads

/// Makes the pictures of a measurement, decoded and preprocessed on a thread of their own, as the
/// daemon has them.
final class BenchPictures {
    /// A picture as the model takes it.
    struct Ready: Sendable {
        let views: ImageViews
        /// Reading and decoding its file, if it has one, in milliseconds.
        let decodeMS: Double?
        let preprocessMS: Double
    }

    private let wanted = Inbox<Int>()
    private let ready = Inbox<Result<Ready, any Error>>()
    private let thread: NamedThread
    private var asked = 0
    private var taken = 0
    private let count: Int

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - work: Which pictures, and how many.
    ///   - reader: Reads files.
    ///   - preprocessor: The model's.
    ///   - ahead: How many are made before they are asked for.
    init(
        _ work: BenchWork, reader: PictureReader, preprocessor: ImagePreprocessor, ahead: Int
    ) {
        count = work.images
        let (wanted, ready) = (wanted, ready)
        thread = NamedThread("pictures-0") {
            while let index = wanted.next() {
                ready.put(
                    Result {
                        try Self.prepare(index, work, reader: reader, preprocessor: preprocessor)
                    })
            }
        }
        for _ in 0..<max(1, ahead) { ask() }
    }

    /// The next picture.
    ///
    /// - Parameter waits: Whether to wait for it; otherwise there is none if it is not ready.
    /// - Returns: The picture; `nil` after the last.
    /// - Throws: `PictureFailure` about the file.
    func next(waits: Bool) throws -> Ready? {
        guard taken < count, let result = waits ? ready.next() : ready.take() else { return nil }
        taken += 1
        ask()
        return try result.get()
    }

    private func ask() {
        guard asked < count else { return }
        wanted.put(asked)
        asked += 1
    }

    private static func prepare(
        _ index: Int, _ work: BenchWork, reader: PictureReader, preprocessor: ImagePreprocessor
    ) throws -> Ready {
        let clock = ContinuousClock()
        let start = clock.now
        var decodeMS: Double?
        let pixels: RGBImage
        if let path = work.picture {
            pixels = try reader.read(path).get().pixels
            decodeMS = (clock.now - start) / .milliseconds(1)
        } else {
            pixels = noise(index)
        }
        let decoded = clock.now
        let views = preprocessor.input(for: pixels)
        return Ready(
            views: views, decodeMS: decodeMS,
            preprocessMS: (clock.now - decoded) / .milliseconds(1))
    }

    /// Random pixels, as large as pictures for the web are.
    static func noise(_ index: Int) -> RGBImage {
        let (width, height) = (1024, 768)
        var state = UInt32(truncatingIfNeeded: index &+ 1) &* 0x9E37_79B9
        let pixels = (0..<width * height * 3).map { _ in
            // Marsaglia's xorshift (2003), 13, 17, 5.
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            return UInt8(truncatingIfNeeded: state)
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    deinit {
        wanted.close()
        thread.join()
    }
}
