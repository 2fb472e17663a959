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
    ///
    /// Every chunk spreads out all weights once, whatever its length, so a picture of 576 rows is
    /// better read whole.
    static let chunkRows = 1024

    /// Rows in the cache for each of several branches: a question and its answer as presets ask.
    private static let branchRows = 512

    /// The most branches that are written side by side.
    let batch: Int
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
        batch: Int, storage: KeyValueStorage
    ) {
        self.shape = shape
        self.weights = weights
        self.math = math
        self.batch = batch
        cache = KVCache(
            shape, capacity: contextLength,
            room: batch > 1 ? max(contextLength, batch * Self.branchRows) : 0, storage: storage)
        rotary = RotaryTable(
            positions: contextLength, headDimension: shape.headDimension, base: shape.rotaryBase,
            positionScale: shape.positionScale, factors: weights.rotaryFactors,
            order: shape.rotaryOrder)
        let rows = max(batch, min(Self.chunkRows, contextLength))
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
        scores = Matrix(rows: batch, columns: weights.vocabularyRows)
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

    /// Appends a token to each of some branches, in one pass over the weights.
    ///
    /// - Parameters:
    ///   - tokens: A token for each branch, at most `batch`.
    ///   - branches: Where they belong; their counts are raised afterwards by the caller.
    ///   - isCancelled: Asked once a layer.
    /// - Returns: Whether it was done.
    func append(
        _ tokens: [TokenID], to branches: [Branch], isCancelled: () -> Bool
    ) -> Bool {
        precondition(tokens.count == branches.count && tokens.count <= batch, "a step's tokens")
        phase = .step
        embed(.tokens(tokens[...]))
        for (index, layer) in weights.layers.enumerated() {
            if isCancelled() { return false }
            attend(layer, index, branches)
            feedForward(layer, rows: branches.count)
        }
        return true
    }

    /// The scores after each of the first rows of the last step, shape `(rows, V)`; valid until the
    /// next call.
    func scores(rows: Int) -> (Int) -> UnsafeBufferPointer<Float> {
        for row in 0..<rows {
            ck_rms_norm(
                math.level, shape.width, state[row], weights.outputNorm.weight,
                weights.outputNorm.epsilon, normed[row])
        }
        let last = math.operand(normed.base, rows: rows, columns: shape.width, phase: .step)
        math.apply(weights.output, to: last, into: scores.base)
        let (base, count) = (scores.base, weights.vocabularyRows)
        return { row in UnsafeBufferPointer(start: base + row * count, count: count) }
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

    /// `x += out(attention(norm(x)))` for a chunk of the sequence.
    private func attend(_ layer: LlamaWeights.Layer, _ index: Int, rows: Int) {
        let start = cache.length
        project(layer, rows: rows) { start + $0 }
        cache.write(
            rows: rows, layer: index, keys: key.base, values: value.base, level: math.level)
        math.attend(
            heads, queries: query.base, rows: rows, over: cache.memory(layer: index),
            keyCount: start + rows, firstPosition: start, into: mixed.base)
        finishAttention(layer, rows: rows)
    }

    /// The same for a token of each of some branches.
    private func attend(_ layer: LlamaWeights.Layer, _ index: Int, _ branches: [Branch]) {
        project(layer, rows: branches.count) { branches[$0].position }
        var mostKeys = 0
        for (row, branch) in branches.enumerated() {
            cache.write(
                at: branch.place + branch.count, layer: index, keys: key[row], values: value[row],
                level: math.level)
            mostKeys = max(mostKeys, branch.position + 1)
        }
        math.attendByRows(
            heads, queries: query.base, rows: branches.count, over: cache.memory(layer: index),
            mostKeys: mostKeys, into: mixed.base
        ) { row in
            KeySpan(
                prefix: branches[row].prefix, start: branches[row].place,
                count: branches[row].count + 1)
        }
        finishAttention(layer, rows: branches.count)
    }

    /// Queries, keys and values of rows, turned to their positions.
    private func project(
        _ layer: LlamaWeights.Layer, rows: Int, position: (Int) -> Int
    ) {
        math.apply(layer.attentionNorm, to: state, rows: rows, into: normed)
        let input = operand(normed, rows: rows)
        math.apply(layer.query, to: input, into: query.base)
        math.apply(layer.key, to: input, into: key.base)
        math.apply(layer.value, to: input, into: value.base)
        math.forEachRow(rows) { row in
            rotary.rotate(query[row], heads: shape.headCount, position: position(row))
            rotary.rotate(key[row], heads: shape.keyValueHeadCount, position: position(row))
        }
    }

    private func finishAttention(_ layer: LlamaWeights.Layer, rows: Int) {
        math.apply(layer.output, to: operand(mixed, rows: rows), into: normed.base)
        math.add(normed, to: state, rows: rows)
    }

    private var heads: Attention {
        Attention(
            heads: shape.headCount, keyValueHeads: shape.keyValueHeadCount,
            headDimension: shape.headDimension)
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
