/// Resizing as Pillow does it, and the fixed combinations LLaVA's preprocessing needs.
extension RGBImage {
    /// The picture resized by Pillow's `resize(..., Image.BICUBIC)`, bit for bit.
    ///
    /// - Parameters:
    ///   - width: Columns of the result, at least 1.
    ///   - height: Rows of the result, at least 1.
    /// - Returns: The resized picture; the same one if its size does not change.
    public func resizedBicubic(width: Int, height: Int) -> RGBImage {
        precondition(width > 0 && height > 0, "a picture has at least one pixel")
        guard width != self.width || height != self.height else { return self }
        return BicubicResampler(source: ResampleSource(self), width: width, height: height)
            .image(columns: 0..<width, rows: 0..<height)
    }

    /// The picture resized so that its shorter side has a length, keeping its proportions.
    ///
    /// The longer side is `edge * longer / shorter` rounded down (transformers,
    /// `get_resize_output_image_size`). Of a 16384 x 1 picture that is millions of columns: where
    /// only the middle is wanted, call `resizedAndCropped(edge:)`.
    ///
    /// - Parameter edge: The shorter side of the result, at least 1.
    /// - Returns: The resized picture.
    public func resizedShortestEdge(_ edge: Int) -> RGBImage {
        let size = sizeWithShortestEdge(edge)
        return resizedBicubic(width: size.width, height: size.height)
    }

    /// `resizedShortestEdge(_:)` and then the middle square, computing only that square.
    ///
    /// CLIP's own preprocessing, used by LLaVA v1 and by v1.5 without padding. The crop starts at
    /// `(side - edge) // 2`.
    ///
    /// - Parameter edge: The side of the result, at least 1.
    /// - Returns: A picture of `edge` x `edge`.
    public func resizedAndCropped(edge: Int) -> RGBImage {
        let size = sizeWithShortestEdge(edge)
        let left = (size.width - edge) / 2
        let top = (size.height - edge) / 2
        return BicubicResampler(
            source: ResampleSource(self), width: size.width, height: size.height
        )
        .image(columns: left..<(left + edge), rows: top..<(top + edge))
    }

    /// `paddedToSquare(fill:)` and then `resizedBicubic`, without making the square.
    ///
    /// LLaVA v1.5's preprocessing (`image_aspect_ratio: pad`).
    ///
    /// - Parameters:
    ///   - side: The side of the result, at least 1; 336 for CLIP ViT-L/14-336.
    ///   - fill: The colour of the margins; `(122, 116, 104)` for CLIP.
    /// - Returns: A picture of `side` x `side`.
    public func paddedToSquareAndResized(side: Int, fill: (UInt8, UInt8, UInt8)) -> RGBImage {
        precondition(side > 0, "a picture has at least one pixel")
        return BicubicResampler(
            source: ResampleSource(self, paddedToSquareWith: fill), width: side, height: side
        )
        .image(columns: 0..<side, rows: 0..<side)
    }

    private func sizeWithShortestEdge(_ edge: Int) -> (width: Int, height: Int) {
        precondition(edge > 0, "a picture has at least one pixel")
        return width <= height
            ? (edge, edge * height / width)
            : (edge * width / height, edge)
    }
}
