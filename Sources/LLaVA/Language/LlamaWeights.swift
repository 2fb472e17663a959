import CKernels
import ModelFiles

/// The weights of a LLaMA language model, shapes in the letters of `LlamaConfiguration`.
struct LlamaWeights: Sendable {
    /// One transformer layer.
    struct Layer: Sendable {
        /// Before attention, `(D)`.
        let attentionNorm: RMSNorm
        /// `(H · d, D)`.
        let query: Linear
        /// `(K · d, D)`.
        let key: Linear
        /// `(K · d, D)`.
        let value: Linear
        /// `(D, H · d)`.
        let output: Linear
        /// Before the feed-forward, `(D)`.
        let feedForwardNorm: RMSNorm
        /// `(F, D)`.
        let gate: Linear
        /// `(F, D)`.
        let up: Linear
        /// `(D, F)`.
        let down: Linear
    }

    /// `(V, D)`.
    let tokenEmbedding: WeightMatrix
    /// The layers in order.
    let layers: [Layer]
    /// After the last layer, `(D)`.
    let outputNorm: RMSNorm
    /// `(V, D)`; the token embedding itself where a file stores none.
    let output: Linear
    /// Divisors of the rotary frequencies, `(d / 2)`, in LLaMA-3.1 files.
    let rotaryFactors: [Float]?

    /// `V`.
    var vocabularyRows: Int { tokenEmbedding.rows }

    /// Finds and checks every tensor.
    ///
    /// - Throws: `EngineError` naming the file and the tensor.
    init(_ reader: TensorReader, _ shape: LlamaConfiguration) throws(EngineError) {
        let rows = try reader.shape(of: "token_embd.weight").first ?? 0
        tokenEmbedding = try reader.matrix("token_embd.weight", rows: rows, columns: shape.width)
        outputNorm = try reader.rmsNorm("output_norm", count: shape.width, epsilon: shape.epsilon)
        output =
            reader.has("output.weight")
            ? try reader.linear("output", inputs: shape.width, outputs: rows)
            : Linear(weight: tokenEmbedding, bias: nil)
        let factors = "rope_freqs.weight"
        rotaryFactors = try reader.vectorIfPresent(factors, count: shape.headDimension / 2)
        guard rotaryFactors?.allSatisfy({ $0 > 0 }) != false else {
            throw EngineError(
                .inconsistentModel,
                "\(reader.directory.path): '\(factors)' divides frequencies and holds numbers "
                    + "that are not positive; convert the model again")
        }
        var layers: [Layer] = []
        for index in 0..<shape.layerCount {
            let layer = try Self.layer(reader, shape, "blk.\(index)")
            if shape.architecture.needsBiases {
                try reader.require(
                    ["attn_q", "attn_k", "attn_v"].map { "blk.\(index).\($0).bias" })
            }
            layers.append(layer)
        }
        self.layers = layers
    }

    private static func layer(
        _ reader: TensorReader, _ shape: LlamaConfiguration, _ prefix: String
    ) throws(EngineError) -> Layer {
        let width = shape.width
        let queries = shape.headCount * shape.headDimension
        let keys = shape.keyValueHeadCount * shape.headDimension
        let wide = shape.feedForwardWidth
        func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws(EngineError) -> Linear {
            try reader.linear("\(prefix).\(name)", inputs: inputs, outputs: outputs)
        }
        return Layer(
            attentionNorm: try reader.rmsNorm(
                "\(prefix).attn_norm", count: width, epsilon: shape.epsilon),
            query: try linear("attn_q", width, queries),
            key: try linear("attn_k", width, keys),
            value: try linear("attn_v", width, keys),
            output: try linear("attn_output", queries, width),
            feedForwardNorm: try reader.rmsNorm(
                "\(prefix).ffn_norm", count: width, epsilon: shape.epsilon),
            gate: try linear("ffn_gate", width, wide),
            up: try linear("ffn_up", width, wide),
            down: try linear("ffn_down", wide, width))
    }
}
