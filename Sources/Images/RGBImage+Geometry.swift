/// Moving pixels without computing new ones.
extension RGBImage {
    /// The picture in the middle of a square of its longer side.
    ///
    /// LLaVA's `expand2square` (haotian-liu/LLaVA, `llava/mm_utils.py`): the offset on the shorter
    /// axis is `(longer - shorter) // 2`; a square picture is returned as it is.
    ///
    /// - Parameter fill: The colour of the margins; LLaVA v1.5 uses `(122, 116, 104)`.
    /// - Returns: A square picture. Costs `3 * max(width, height)²` bytes; to resize afterwards,
    ///   `paddedToSquareAndResized(side:fill:)` gives the same pixels without them.
    public func paddedToSquare(fill: (UInt8, UInt8, UInt8)) -> RGBImage {
        guard width != height else { return self }
        let side = max(width, height)
        let left = (side - width) / 2
        let top = (side - height) / 2
        var square = [UInt8]()
        square.reserveCapacity(side * side * 3)
        func appendFill(_ count: Int) {
            for _ in 0..<count {
                square.append(fill.0)
                square.append(fill.1)
                square.append(fill.2)
            }
        }
        appendFill(side * top)
        for y in 0..<height {
            appendFill(left)
            square.append(contentsOf: pixels[(y * width * 3)..<((y + 1) * width * 3)])
            appendFill(side - width - left)
        }
        appendFill(side * (side - height - top))
        return RGBImage(width: side, height: side, pixels: square)
    }

    /// The picture on a black canvas, on which it must lie.
    ///
    /// - Parameters:
    ///   - x: The canvas's column of the picture's first.
    ///   - y: The canvas's row of the picture's first.
    ///   - width: Columns of the canvas.
    ///   - height: Rows of the canvas.
    /// - Returns: A picture of `width` x `height`.
    public func placed(x: Int, y: Int, width: Int, height: Int) -> RGBImage {
        precondition(
            x >= 0 && y >= 0 && x + self.width <= width && y + self.height <= height,
            "a picture of \(self.width) x \(self.height) at (\(x), \(y)) leaves the canvas of "
                + "\(width) x \(height)")
        var canvas = [UInt8](repeating: 0, count: width * height * 3)
        for row in 0..<self.height {
            let start = ((y + row) * width + x) * 3
            let source = row * self.width * 3
            canvas.replaceSubrange(
                start..<start + self.width * 3, with: pixels[source..<source + self.width * 3])
        }
        return RGBImage(width: width, height: height, pixels: canvas)
    }

    /// The part of the picture inside a rectangle, which must lie within it.
    ///
    /// - Parameters:
    ///   - x: The first column.
    ///   - y: The first row.
    ///   - width: Columns to keep, at least 1.
    ///   - height: Rows to keep, at least 1.
    /// - Returns: A picture of `width` x `height`.
    public func cropped(x: Int, y: Int, width: Int, height: Int) -> RGBImage {
        precondition(
            x >= 0 && y >= 0 && width > 0 && height > 0
                && x + width <= self.width && y + height <= self.height,
            "a crop of \(width) x \(height) at (\(x), \(y)) leaves "
                + "the \(self.width) x \(self.height) picture")
        var kept = [UInt8]()
        kept.reserveCapacity(width * height * 3)
        for row in y..<(y + height) {
            let start = (row * self.width + x) * 3
            kept.append(contentsOf: pixels[start..<(start + width * 3)])
        }
        return RGBImage(width: width, height: height, pixels: kept)
    }

    /// The picture turned as a viewer shows it.
    ///
    /// - Parameter orientation: How the stored pixels lie.
    /// - Returns: The upright picture; sides swap for the four transposing orientations.
    public func oriented(_ orientation: Orientation) -> RGBImage {
        guard orientation != .upright else { return self }
        let newWidth = orientation.swapsSides ? height : width
        let newHeight = orientation.swapsSides ? width : height
        // The source index is linear in the new x and y: origin + x * stepX + y * stepY.
        let right = width - 1
        let bottom = (height - 1) * width
        let (origin, stepX, stepY) =
            switch orientation {
            case .upright: (0, 1, width)
            case .mirrored: (right, -1, width)
            case .upsideDown: (bottom + right, -1, -width)
            case .upsideDownMirrored: (bottom, 1, -width)
            case .transposed: (0, width, 1)
            case .turnedClockwise: (bottom, -width, 1)
            case .transversed: (bottom + right, -width, -1)
            case .turnedAnticlockwise: (right, width, -1)
            }
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
            pixels.withUnsafeBufferPointer { source in
                var next = 0
                for y in 0..<newHeight {
                    var from = (origin + y * stepY) * 3
                    for _ in 0..<newWidth {
                        target.initializeElement(at: next, to: source[from])
                        target.initializeElement(at: next + 1, to: source[from + 1])
                        target.initializeElement(at: next + 2, to: source[from + 2])
                        next += 3
                        from += stepX * 3
                    }
                }
            }
            count = pixels.count
        }
        return RGBImage(width: newWidth, height: newHeight, pixels: turned)
    }
}
