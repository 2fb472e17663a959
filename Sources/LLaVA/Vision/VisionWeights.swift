import ModelFiles

/// The weights of a vision tower, shapes in the letters of `VisionConfiguration`.
struct VisionWeights: Sendable {
    /// One transformer block.
    struct Block: Sendable {
        /// Before attention, `(W)`.
        let attentionNorm: LayerNorm
        /// `(W, W)`.
        let query: Linear
        /// `(W, W)`.
        let key: Linear
        /// `(W, W)`.
        let value: Linear
        /// `(W, W)`.
        let output: Linear
        /// Before the feed-forward, `(W)`.
        let feedForwardNorm: LayerNorm
        /// fc1, `(F, W)`.
        let widen: Linear
        /// fc2, `(W, F)`.
        let narrow: Linear
    }

    /// The convolution as a matrix, `(W, 3 · patch · patch)`.
    let patchEmbedding: Linear
    /// The class token, `(W)`, if there is one.
    let classEmbedding: [Float]?
    /// One row a token, the class token's first, `(T, W)`.
    let positionEmbedding: [Float]
    /// Before the first block, `(W)`, if there is one.
    let preNorm: LayerNorm?
    /// The blocks to run.
    let blocks: [Block]

    /// Finds and checks every tensor of the blocks that are run.
    ///
    /// - Throws: `EngineError` naming the file and the tensor.
    init(_ reader: TensorReader, _ shape: VisionConfiguration) throws(EngineError) {
        let width = shape.width
        patchEmbedding = try reader.linear(
            "v.patch_embd", inputs: shape.patchElements, outputs: width)
        let isClip = shape.tower == .clip
        classEmbedding = isClip ? try reader.vector("v.class_embd", count: width) : nil
        positionEmbedding = try reader.vector(
            "v.position_embd.weight", count: shape.tokenCount * width)
        preNorm =
            isClip
            ? try reader.layerNorm("v.pre_ln", count: width, epsilon: shape.epsilon) : nil
        var blocks: [Block] = []
        for index in 0..<shape.blockCount {
            blocks.append(try Self.block(reader, shape, "v.blk.\(index)"))
        }
        self.blocks = blocks
    }

    private static func block(
        _ reader: TensorReader, _ shape: VisionConfiguration, _ prefix: String
    ) throws(EngineError) -> Block {
        let width = shape.width
        func square(_ name: String) throws(EngineError) -> Linear {
            try reader.linear("\(prefix).\(name)", inputs: width, outputs: width)
        }
        let (widen, narrow) = try feedForwardNames(reader, shape, prefix)
        return Block(
            attentionNorm: try reader.layerNorm(
                "\(prefix).ln1", count: width, epsilon: shape.epsilon),
            query: try square("attn_q"),
            key: try square("attn_k"),
            value: try square("attn_v"),
            output: try square("attn_out"),
            feedForwardNorm: try reader.layerNorm(
                "\(prefix).ln2", count: width, epsilon: shape.epsilon),
            widen: try reader.linear(widen, inputs: width, outputs: shape.feedForwardWidth),
            narrow: try reader.linear(narrow, inputs: shape.feedForwardWidth, outputs: width))
    }

    /// The names of fc1 and fc2: the legacy conversion script swapped them, so the shape decides.
    private static func feedForwardNames(
        _ reader: TensorReader, _ shape: VisionConfiguration, _ prefix: String
    ) throws(EngineError) -> (widen: String, narrow: String) {
        let down = "\(prefix).ffn_down"
        let up = "\(prefix).ffn_up"
        guard shape.feedForwardWidth != shape.width else {
            throw EngineError(
                .unsupportedModel,
                "\(reader.directory.path): the feed-forward is as wide as the tower "
                    + "(\(shape.width)), so fc1 and fc2 cannot be told apart; use a CLIP or SigLIP model"
            )
        }
        let isSwapped = try reader.shape(of: "\(down).weight").first == shape.feedForwardWidth
        return isSwapped ? (down, up) : (up, down)
    }
}
