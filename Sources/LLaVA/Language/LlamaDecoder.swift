import CKernels
import Threads

/// Runs a LLaMA language model over one sequence, keeping its keys and values.
///
/// Prompts come in chunks; a chunk's arithmetic depends on its own rows and on what the cache
/// holds, so a cache cut back to an earlier length and filled with the same chunks again is the
/// same bit for bit. Belongs to one engine thread: it owns every scratch buffer of a forward pass,
/// made once.
final class LlamaDecoder {
    /// What a chunk's rows are.
    enum Input {
        /// Rows of the token embedding.
        case tokens(ArraySlice<TokenID>)
        /// Rows of a picture.
        case image(ImageEmbedding, rows: Range<Int>)

        /// How many rows.
        var count: Int {
            switch self {
            case .tokens(let ids): ids.count
            case .image(_, let rows): rows.count
            }
        }
    }

    /// The most rows a chunk may have: what the scratch buffers hold.
    static let chunkRows = 512

    /// The keys and values so far.
    let cache: KVCache

    private let shape: LlamaConfiguration
    private let weights: LlamaWeights
    private let rotary: RotaryTable
    private let math: TensorMath

    private let state: Matrix
    private let normed: Matrix
    private let query: Matrix
    private let key: Matrix
    private let value: Matrix
    private let mixed: Matrix
    private let gate: Matrix
    private let up: Matrix
    private let scores: Matrix
    /// Of the chunk that is being read.
    private var phase = Phase.prompt

    /// Makes a decoder with an empty cache.
    init(
        _ shape: LlamaConfiguration, _ weights: LlamaWeights, math: TensorMath, contextLength: Int,
        storage: KeyValueStorage
    ) {
        self.shape = shape
        self.weights = weights
        self.math = math
        cache = KVCache(shape, capacity: contextLength, storage: storage)
        rotary = RotaryTable(
            positions: contextLength, headDimension: shape.headDimension, base: shape.rotaryBase,
            positionScale: shape.positionScale, factors: weights.rotaryFactors,
            order: shape.rotaryOrder)
        let rows = min(Self.chunkRows, contextLength)
        let queries = shape.headCount * shape.headDimension
        let keys = shape.keyValueHeadCount * shape.headDimension
        state = Matrix(rows: rows, columns: shape.width)
        normed = Matrix(rows: rows, columns: shape.width)
        query = Matrix(rows: rows, columns: queries)
        key = Matrix(rows: rows, columns: keys)
        value = Matrix(rows: rows, columns: keys)
        mixed = Matrix(rows: rows, columns: queries)
        gate = Matrix(rows: rows, columns: shape.feedForwardWidth)
        up = Matrix(rows: rows, columns: shape.feedForwardWidth)
        scores = Matrix(rows: 1, columns: weights.vocabularyRows)
    }

    /// Appends a chunk to the sequence.
    ///
    /// - Parameters:
    ///   - input: At most `chunkRows` rows, which fit the cache.
    ///   - phase: Whether it is part of a prompt or the step of an answer.
    ///   - isCancelled: Asked once a layer.
    /// - Returns: Whether the chunk was appended; if cancelled, the cache is as before.
    func append(_ input: Input, phase: Phase, isCancelled: () -> Bool) -> Bool {
        let rows = input.count
        self.phase = phase
        precondition(rows > 0 && rows <= state.rows, "a chunk of \(rows) rows")
        precondition(
            cache.length + rows <= cache.capacity,
            "\(cache.length) + \(rows) positions in a context of \(cache.capacity)")
        embed(input)
        for (index, layer) in weights.layers.enumerated() {
            if isCancelled() { return false }
            attend(layer, index, rows: rows)
            feedForward(layer, rows: rows)
        }
        cache.advance(by: rows)
        return true
    }

    /// The scores of every vocabulary row after a row of the last chunk, shape `(V)`; valid until
    /// the next call.
    func logits(row: Int) -> UnsafeBufferPointer<Float> {
        ck_rms_norm(
            math.level, shape.width, state[row], weights.outputNorm.weight,
            weights.outputNorm.epsilon, normed[0])
        let last = math.operand(normed[0], rows: 1, columns: shape.width, phase: .step)
        math.apply(weights.output, to: last, into: scores.base)
        return UnsafeBufferPointer(start: scores.base, count: weights.vocabularyRows)
    }

    private func operand(_ matrix: Matrix, rows: Int) -> Operand {
        math.operand(matrix.base, rows: rows, columns: matrix.columns, phase: phase)
    }

    private func embed(_ input: Input) {
        switch input {
        case .tokens(let ids):
            for (row, id) in ids.enumerated() {
                let index = Int(id)
                weights.tokenEmbedding.dequantize(
                    rows: index..<index + 1, level: math.level, into: state[row])
            }
        case .image(let embedding, let rows):
            embedding.values.withUnsafeBufferPointer { values in
                guard let base = values.baseAddress else { return }
                state.base.update(
                    from: base + rows.lowerBound * embedding.width,
                    count: rows.count * embedding.width)
            }
        }
    }

    /// `x += out(attention(norm(x)))`.
    private func attend(_ layer: LlamaWeights.Layer, _ index: Int, rows: Int) {
        math.apply(layer.attentionNorm, to: state, rows: rows, into: normed)
        let input = operand(normed, rows: rows)
        math.apply(layer.query, to: input, into: query.base)
        math.apply(layer.key, to: input, into: key.base)
        math.apply(layer.value, to: input, into: value.base)
        let start = cache.length
        math.forEachRow(rows) { row in
            rotary.rotate(query[row], heads: shape.headCount, position: start + row)
            rotary.rotate(key[row], heads: shape.keyValueHeadCount, position: start + row)
        }
        cache.write(
            rows: rows, layer: index, keys: key.base, values: value.base, level: math.level)
        math.attend(
            Attention(
                heads: shape.headCount, keyValueHeads: shape.keyValueHeadCount,
                headDimension: shape.headDimension),
            queries: query.base, rows: rows, over: cache.memory(layer: index),
            keyCount: start + rows, firstPosition: start, into: mixed.base)
        math.apply(layer.output, to: operand(mixed, rows: rows), into: normed.base)
        math.add(normed, to: state, rows: rows)
    }

    /// `x += down(silu(gate(norm(x))) · up(norm(x)))`.
    private func feedForward(_ layer: LlamaWeights.Layer, rows: Int) {
        math.apply(layer.feedForwardNorm, to: state, rows: rows, into: normed)
        let input = operand(normed, rows: rows)
        math.apply(layer.gate, to: input, into: gate.base)
        math.apply(layer.up, to: input, into: up.base)
        math.gate(gate, with: up, rows: rows)
        math.apply(layer.down, to: operand(gate, rows: rows), into: normed.base)
        math.add(normed, to: state, rows: rows)
    }
}
