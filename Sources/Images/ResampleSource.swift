/// The rows a resampling reads: a picture's own, or those of the square around it.
///
/// The square is never made: padding a 16384 x 3000 picture would take 800 MB.
struct ResampleSource {
    let image: RGBImage
    /// Columns and rows, margins included.
    let width: Int
    let height: Int
    private let left: Int
    private let top: Int
    private let fill: (UInt8, UInt8, UInt8)

    /// The picture as it is.
    init(_ image: RGBImage) {
        self.image = image
        (width, height) = (image.width, image.height)
        (left, top) = (0, 0)
        fill = (0, 0, 0)
    }

    /// The picture in the middle of a square, as `paddedToSquare(fill:)` lays it.
    init(_ image: RGBImage, paddedToSquareWith fill: (UInt8, UInt8, UInt8)) {
        self.image = image
        let side = max(image.width, image.height)
        (width, height) = (side, side)
        left = (side - image.width) / 2
        top = (side - image.height) / 2
        self.fill = fill
    }

    /// Copies a row into a buffer of `width * 3` bytes.
    func copyRow(_ y: Int, of pixels: UnsafeBufferPointer<UInt8>, to row: inout [UInt8]) {
        let isMargin = y < top || y >= top + image.height
        if isMargin || image.width < width {
            for x in 0..<width {
                row[3 * x] = fill.0
                row[3 * x + 1] = fill.1
                row[3 * x + 2] = fill.2
            }
        }
        guard !isMargin else { return }
        let start = (y - top) * image.width * 3
        row.withUnsafeMutableBufferPointer { target in
            let inside = UnsafeMutableBufferPointer(
                rebasing: target[(left * 3)..<((left + image.width) * 3)])
            _ = inside.update(fromContentsOf: pixels[start..<(start + image.width * 3)])
        }
    }
}
