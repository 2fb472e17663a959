import CKernels
import Threads

/// Runs a LLaMA language model over sequences, keeping their keys and values.
///
/// Prompts come in chunks; a chunk's arithmetic depends on its own rows and on those before it in its
/// sequence, so a sequence cut back to an earlier length and filled with the same chunks again is the
/// same bit for bit, wherever in the cache it lies. A step's arithmetic for an answer depends on that
/// answer alone. Between two layers of a chunk other answers may take steps. Belongs to one engine
/// thread: it owns every scratch buffer of a forward pass, made once.
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

    /// The most answers that take a step together.
    let batch: Int
    /// The keys and values so far.
    let cache: KVCache

    private let shape: LlamaConfiguration
    private let weights: LlamaWeights
    private let rotary: RotaryTable
    private let math: TensorMath

    /// Of the chunk that is being read, or was read last.
    private let chunk: Matrix
    /// Of the step that is being taken, or was taken last.
    private let steps: Matrix
    private let normed: Matrix
    private let query: Matrix
    private let key: Matrix
    private let value: Matrix
    private let mixed: Matrix
    private let gate: Matrix
    private let up: Matrix
    private let scores: Matrix
    /// The keys that each row of a step sees, kept from one layer to the next.
    private var spans: [KeySpan] = []

    /// Rows on their way through the layers.
    private struct Pass {
        /// What the layers add to, shape `(rows, D)`.
        let state: Matrix
        let rows: Int
        let phase: Phase
    }

    /// Makes a decoder with an empty cache.
    ///
    /// - Parameters:
    ///   - shape: The model's shape.
    ///   - weights: Its weights.
    ///   - math: The arithmetic.
    ///   - contextLength: Positions a sequence may have.
    ///   - batch: The most answers that take a step together.
    ///   - cacheRows: Positions of all sequences together.
    ///   - storage: How keys and values are kept.
    init(
        _ shape: LlamaConfiguration, _ weights: LlamaWeights, math: TensorMath, contextLength: Int,
        batch: Int, cacheRows: Int, storage: KeyValueStorage
    ) {
        self.shape = shape
        self.weights = weights
        self.math = math
        self.batch = batch
        cache = KVCache(shape, rows: cacheRows, storage: storage)
        rotary = RotaryTable(
            positions: contextLength, headDimension: shape.headDimension, base: shape.rotaryBase,
            positionScale: shape.positionScale, factors: weights.rotaryFactors,
            order: shape.rotaryOrder)
        let chunkRows = min(Self.chunkRows, contextLength)
        let rows = max(batch, chunkRows)
        let queries = shape.headCount * shape.headDimension
        let keys = shape.keyValueHeadCount * shape.headDimension
        chunk = Matrix(rows: chunkRows, columns: shape.width)
        steps = Matrix(rows: batch, columns: shape.width)
        normed = Matrix(rows: rows, columns: shape.width)
        query = Matrix(rows: rows, columns: queries)
        key = Matrix(rows: rows, columns: keys)
        value = Matrix(rows: rows, columns: keys)
        mixed = Matrix(rows: rows, columns: queries)
        gate = Matrix(rows: rows, columns: shape.feedForwardWidth)
        up = Matrix(rows: rows, columns: shape.feedForwardWidth)
        scores = Matrix(rows: batch, columns: weights.vocabularyRows)
        spans.reserveCapacity(batch)
    }

    /// Appends a chunk to a sequence.
    ///
    /// - Parameters:
    ///   - input: At most `chunkRows` rows, which fit the sequence.
    ///   - sequence: The sequence as it is before; the caller counts the new rows.
    ///   - phase: Whether it is part of a prompt or the step of an answer.
    ///   - givesScores: Whether `logits(row:)` is asked afterwards. Otherwise the last layer makes
    ///     the chunk's keys and values and nothing more, which saves a picture all the rest of it.
    ///   - isCancelled: Asked once a layer; it may take steps of other answers.
    /// - Returns: Whether the chunk was appended; if cancelled, the sequence is as before.
    func append(
        _ input: Input, to sequence: CacheSpan, phase: Phase, givesScores: Bool,
        isCancelled: () -> Bool
    ) -> Bool {
        let pass = Pass(state: chunk, rows: input.count, phase: phase)
        precondition(pass.rows > 0 && pass.rows <= chunk.rows, "a chunk of \(pass.rows) rows")
        precondition(
            sequence.count + pass.rows <= sequence.capacity,
            "\(sequence.count) + \(pass.rows) positions in a sequence of \(sequence.capacity)")
        embed(input, into: chunk)
        for (index, layer) in weights.layers.enumerated() {
            if isCancelled() { return false }
            if index == weights.layers.count - 1 && !givesScores {
                remember(layer, index, pass, sequence)
            } else {
                attend(layer, index, pass, sequence)
                feedForward(layer, pass)
            }
        }
        return true
    }

    /// Whether a question of so many tokens may be read beside others.
    func mayRead(sideBySide tokens: Int) -> Bool {
        tokens <= chunk.rows && math.mayBeRead(sideBySide: tokens)
    }

    /// Reads the rests of several prompts that go on from the same sequence, in one pass over the weights.
    ///
    /// Each is the same bit for bit as if it were read alone.
    ///
    /// - Parameters:
    ///   - tails: What follows in each, `chunkRows` tokens together at most, `mayRead(sideBySide:)` each,
    ///     and the first of the rows that keep it. The sequence has room for the longest.
    ///   - sequence: What all go on from; it stays as it is.
    ///   - isCancelled: Asked once a layer; it may take steps of other answers.
    /// - Returns: Whether they were read; if cancelled, the sequence is as before. `stepScores(row:)` has
    ///   the scores after the last token of each.
    func read(
        _ tails: [(tokens: ArraySlice<TokenID>, place: Int)], after sequence: CacheSpan,
        isCancelled: () -> Bool
    ) -> Bool {
        let all = tails.flatMap(\.tokens)
        let pass = Pass(state: chunk, rows: all.count, phase: .prompts)
        precondition(pass.rows <= chunk.rows && tails.count <= batch, "\(pass.rows) rows beside")
        embed(.tokens(all[...]), into: chunk)
        for (index, layer) in weights.layers.enumerated() {
            if isCancelled() { return false }
            attend(layer, index, pass, tails, after: sequence)
            feedForward(layer, pass)
        }
        var end = 0
        for (row, tail) in tails.enumerated() {
            end += tail.tokens.count
            steps[row].update(from: chunk[end - 1], count: shape.width)
        }
        computeScores(after: steps[0], rows: tails.count)
        return true
    }

    /// Appends a token to each of some branches, in one pass over the weights.
    ///
    /// - Parameters:
    ///   - tokens: A token for each branch, at most `batch`.
    ///   - branches: Where they belong; their counts are raised afterwards by the caller.
    func step(_ tokens: [TokenID], _ branches: [Branch]) {
        precondition(tokens.count == branches.count && tokens.count <= batch, "a step's tokens")
        let pass = Pass(state: steps, rows: tokens.count, phase: .step)
        embed(.tokens(tokens[...]), into: steps)
        for (index, layer) in weights.layers.enumerated() {
            attend(layer, index, pass, branches)
            feedForward(layer, pass)
        }
        computeScores(after: steps[0], rows: tokens.count)
    }

    /// The scores of every vocabulary row after a row of the last step, or after what was last read beside
    /// others, shape `(V)`; valid until
    /// anything else is computed.
    func stepScores(row: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: scores[row], count: weights.vocabularyRows)
    }

    /// The scores of every vocabulary row after a row of the last chunk, shape `(V)`; valid until
    /// anything else is computed.
    ///
    /// Until then `stepScores(row: 0)` has them, too.
    @discardableResult
    func logits(row: Int) -> UnsafeBufferPointer<Float> {
        computeScores(after: chunk[row], rows: 1)
        return UnsafeBufferPointer(start: scores.base, count: weights.vocabularyRows)
    }

    private func computeScores(after state: UnsafePointer<Float>, rows: Int) {
        for row in 0..<rows {
            ck_rms_norm(
                math.level, shape.width, state + row * shape.width, weights.outputNorm.weight,
                weights.outputNorm.epsilon, normed[row])
        }
        let last = math.operand(normed.base, rows: rows, columns: shape.width, phase: .step)
        math.apply(weights.output, to: last, into: scores.base)
    }

    private func operand(_ matrix: Matrix, _ pass: Pass) -> Operand {
        math.operand(matrix.base, rows: pass.rows, columns: matrix.columns, phase: pass.phase)
    }

    private func embed(_ input: Input, into state: Matrix) {
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

    /// `x += out(attention(norm(x)))` for a chunk of a sequence.
    private func attend(
        _ layer: LlamaWeights.Layer, _ index: Int, _ pass: Pass, _ sequence: CacheSpan
    ) {
        let start = sequence.count
        remember(layer, index, pass, sequence, query: query)
        math.attend(
            heads, queries: query.base, rows: pass.rows,
            over: cache.memory(layer: index, from: sequence.rows.lowerBound),
            keyCount: start + pass.rows, firstPosition: start, into: mixed.base)
        finishAttention(layer, pass)
    }

    /// Writes the keys and values of a chunk of a sequence, and makes its queries if wanted.
    private func remember(
        _ layer: LlamaWeights.Layer, _ index: Int, _ pass: Pass, _ sequence: CacheSpan,
        query: Matrix? = nil
    ) {
        project(layer, pass, query: query) { sequence.count + $0 }
        cache.write(
            at: sequence.filled.upperBound, count: pass.rows, layer: index, keys: key.base,
            values: value.base, level: math.level)
    }

    /// `x += out(attention(norm(x)))` for the rests of several prompts.
    private func attend(
        _ layer: LlamaWeights.Layer, _ index: Int, _ pass: Pass,
        _ tails: [(tokens: ArraySlice<TokenID>, place: Int)], after sequence: CacheSpan
    ) {
        let start = sequence.count
        let positions = tails.flatMap { start..<start + $0.tokens.count }
        project(layer, pass, query: query) { positions[$0] }
        var first = 0
        for tail in tails {
            let count = tail.tokens.count
            // Behind the sequence, where attention finds it, and in the rows that keep it.
            for place in [sequence.filled.upperBound, tail.place] {
                cache.write(
                    at: place, count: count, layer: index, keys: key[first], values: value[first],
                    level: math.level)
            }
            math.attend(
                heads, queries: query[first], rows: count,
                over: cache.memory(layer: index, from: sequence.rows.lowerBound),
                keyCount: start + count, firstPosition: start, into: mixed[first])
            first += count
        }
        finishAttention(layer, pass)
    }

    /// `x += out(attention(norm(x)))` for a token of each of some branches.
    private func attend(
        _ layer: LlamaWeights.Layer, _ index: Int, _ pass: Pass, _ branches: [Branch]
    ) {
        project(layer, pass, query: query) { branches[$0].position }
        spans.removeAll(keepingCapacity: true)
        for (row, branch) in branches.enumerated() {
            cache.write(
                at: branch.place, count: 1, layer: index, keys: key[row], values: value[row],
                level: math.level)
            spans.append(
                KeySpan(first: branch.prefix, second: branch.rows.lowerBound..<branch.place + 1))
        }
        spans.withUnsafeBufferPointer { spans in
            math.attendByRows(
                heads, queries: query.base, over: cache.memory(layer: index), spans: spans,
                into: mixed.base)
        }
        finishAttention(layer, pass)
    }

    /// Keys and values of rows, and queries if wanted, turned to their positions.
    private func project(
        _ layer: LlamaWeights.Layer, _ pass: Pass, query: Matrix?, position: (Int) -> Int
    ) {
        math.apply(layer.attentionNorm, to: pass.state, rows: pass.rows, into: normed)
        let input = operand(normed, pass)
        if let query { math.apply(layer.query, to: input, into: query.base) }
        math.apply(layer.key, to: input, into: key.base)
        math.apply(layer.value, to: input, into: value.base)
        math.forEachRow(pass.rows) { row in
            if let query {
                rotary.rotate(query[row], heads: shape.headCount, position: position(row))
            }
            rotary.rotate(key[row], heads: shape.keyValueHeadCount, position: position(row))
        }
    }

    private func finishAttention(_ layer: LlamaWeights.Layer, _ pass: Pass) {
        math.apply(layer.output, to: operand(mixed, pass), into: normed.base)
        math.add(normed, to: pass.state, rows: pass.rows)
    }

    private var heads: Attention {
        Attention(
            heads: shape.headCount, keyValueHeads: shape.keyValueHeadCount,
            headDimension: shape.headDimension)
    }

    /// `x += down(silu(gate(norm(x))) · up(norm(x)))`.
    private func feedForward(_ layer: LlamaWeights.Layer, _ pass: Pass) {
        math.apply(layer.feedForwardNorm, to: pass.state, rows: pass.rows, into: normed)
        let input = operand(normed, pass)
        math.apply(layer.gate, to: input, into: gate.base)
        math.apply(layer.up, to: input, into: up.base)
        math.gate(gate, with: up, rows: pass.rows)
        math.apply(layer.down, to: operand(gate, pass), into: normed.base)
        math.add(normed, to: pass.state, rows: pass.rows)
    }
}
