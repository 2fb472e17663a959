import CKernels
import Threads

/// Runs the vision tower and the projector: pixels in, rows for the language model out.
///
/// Belongs to one engine thread: it owns the activations of a forward pass.
public final class VisionEncoder {
    /// Sees the state before the first block (0) and after each block (1...), shape `(T, W)`.
    public typealias Observer = (_ block: Int, _ state: [Float]) -> Void

    private let shape: VisionConfiguration
    private let weights: VisionWeights
    private let projector: Projector
    private let newline: [Float]
    private let math: TensorMath

    private let patches: Matrix
    private let state: Matrix
    private let normed: Matrix
    private let query: Matrix
    private let key: Matrix
    private let value: Matrix
    private let mixed: Matrix
    private let wide: Matrix

    init(_ vision: VisionModel, math: TensorMath) {
        let shape = vision.configuration
        self.shape = shape
        weights = vision.weights
        projector = vision.projector
        newline = vision.newline ?? []
        self.math = math
        let tokens = shape.tokenCount
        patches = Matrix(rows: shape.patchCount, columns: shape.patchElements)
        state = Matrix(rows: tokens, columns: shape.width)
        normed = Matrix(rows: tokens, columns: shape.width)
        query = Matrix(rows: tokens, columns: shape.width)
        key = Matrix(rows: tokens, columns: shape.width)
        value = Matrix(rows: tokens, columns: shape.width)
        mixed = Matrix(rows: tokens, columns: shape.width)
        wide = Matrix(rows: tokens, columns: shape.feedForwardWidth)
    }

    /// Encodes a picture.
    ///
    /// - Parameters:
    ///   - picture: The preprocessor's output for this model.
    ///   - observer: For tests: sees the hidden states as they come.
    /// - Returns: The rows the language model sees: `N` of one view, or several views' rows put
    ///   together.
    public func encode(_ picture: ImageViews, observer: Observer? = nil) -> ImageEmbedding {
        guard let rows = encode(picture, observer: observer, isCancelled: { false }) else {
            preconditionFailure("nothing cancels this")
        }
        return rows
    }

    /// Encodes a picture, unless that is cancelled.
    ///
    /// - Parameters:
    ///   - picture: The preprocessor's output for this model.
    ///   - observer: For tests: sees the hidden states as they come.
    ///   - isCancelled: Asked once a block; other work may be done in it.
    /// - Returns: As `encode(_:observer:)`; `nil` if cancelled.
    func encode(
        _ picture: ImageViews, observer: Observer? = nil, isCancelled: () -> Bool
    ) -> ImageEmbedding? {
        var views: [ImageEmbedding] = []
        for pixels in picture.pixels {
            guard let rows = encode(pixels, observer: observer, isCancelled: isCancelled) else {
                return nil
            }
            views.append(rows)
        }
        guard let layout = picture.layout else { return views[0] }
        return layout.merged(views, newline: newline)
    }

    /// `N` rows of the language model's width for a view.
    private func encode(
        _ pixels: PixelTensor, observer: Observer?, isCancelled: () -> Bool
    ) -> ImageEmbedding? {
        precondition(
            pixels.side == shape.imageSide,
            "a picture of side \(pixels.side) for a tower of \(shape.imageSide)")
        embed(pixels)
        if let norm = weights.preNorm {
            math.apply(norm, to: state, rows: shape.tokenCount, into: state)
        }
        observer?(0, state.values(rows: shape.tokenCount))
        for (index, block) in weights.blocks.enumerated() {
            if isCancelled() { return nil }
            run(block)
            observer?(index + 1, state.values(rows: shape.tokenCount))
        }
        return project()
    }

    /// `state = [class, patches · Eᵀ + b] + positions`, with the class token only if there is one.
    private func embed(_ pixels: PixelTensor) {
        cutPatches(pixels)
        math.apply(
            weights.patchEmbedding, to: operand(patches, rows: shape.patchCount),
            into: state[shape.tokenCount - shape.patchCount])
        if let token = weights.classEmbedding {
            state[0].update(from: token, count: shape.width)
        }
        weights.positionEmbedding.withUnsafeBufferPointer { positions in
            guard let base = positions.baseAddress else { return }
            ck_add(shape.tokenCount * shape.width, base, state.base)
        }
    }

    /// One row a patch in the order of the convolution's weights: channel, row, column.
    private func cutPatches(_ pixels: PixelTensor) {
        let side = shape.imageSide
        let patch = shape.patchSide
        pixels.values.withUnsafeBufferPointer { pixels in
            guard let source = pixels.baseAddress else { return }
            for index in 0..<shape.patchCount {
                let top = index / shape.grid * patch
                let left = index % shape.grid * patch
                var target = patches[index]
                for channel in 0..<3 {
                    for row in 0..<patch {
                        let start = (channel * side + top + row) * side + left
                        target.update(from: source + start, count: patch)
                        target += patch
                    }
                }
            }
        }
    }

    /// `x += out(attention(LN1 x)); x += fc2(act(fc1(LN2 x)))`.
    private func run(_ block: VisionWeights.Block) {
        let tokens = shape.tokenCount
        math.apply(block.attentionNorm, to: state, rows: tokens, into: normed)
        let input = operand(normed, rows: tokens)
        math.apply(block.query, to: input, into: query.base)
        math.apply(block.key, to: input, into: key.base)
        math.apply(block.value, to: input, into: value.base)
        let headDimension = shape.width / shape.headCount
        math.attend(
            Attention(
                heads: shape.headCount, keyValueHeads: shape.headCount,
                headDimension: headDimension),
            queries: query.base, rows: tokens,
            over: KeysAndValues(
                keys: UnsafeRawPointer(key.base), values: UnsafeRawPointer(value.base),
                type: CK_F32, headStride: headDimension, rowStride: shape.width),
            keyCount: tokens, firstPosition: nil, into: mixed.base)
        math.apply(block.output, to: operand(mixed, rows: tokens), into: normed.base)
        math.add(normed, to: state, rows: tokens)

        math.apply(block.feedForwardNorm, to: state, rows: tokens, into: normed)
        math.apply(block.widen, to: operand(normed, rows: tokens), into: wide.base)
        math.apply(shape.activation, to: wide, rows: tokens)
        math.apply(block.narrow, to: operand(wide, rows: tokens), into: normed.base)
        math.add(normed, to: state, rows: tokens)
    }

    private func operand(_ matrix: Matrix, rows: Int) -> Operand {
        math.operand(matrix.base, rows: rows, columns: matrix.columns, phase: .prompt)
    }

    private func project() -> ImageEmbedding {
        let rows = shape.featureCount
        // Made per picture: the rows outlive this call as the embedding, or are freed with it.
        var current = Matrix(rows: rows, columns: shape.width)
        current.base.update(from: state[shape.firstFeature], count: rows * shape.width)
        for (index, layer) in projector.layers.enumerated() {
            if index > 0 { math.apply(.gelu, to: current, rows: rows) }
            let next = Matrix(rows: rows, columns: layer.outputs)
            math.apply(layer, to: operand(current, rows: rows), into: next.base)
            current = next
        }
        return ImageEmbedding(
            tokenCount: rows, width: current.columns, values: current.values(rows: rows))
    }
}
