import Glibc
import ModelFiles
import Threads

/// Writes a model of a real shape with random weights, for measuring: it computes as long as the
/// real one and answers nonsense.
///
/// Bytes depend on shape, mix and seed alone, not on the number of threads.
public struct ModelSynthesis: Sendable {
    /// The files that were written.
    public struct Written: Sendable, Equatable {
        /// The language model's file.
        public let text: String
        /// The projector's file.
        public let projector: String
    }

    /// The model's sizes.
    public let shape: ModelShape
    /// How matrices are stored.
    public let mix: WeightMix
    /// Equal seeds give equal files.
    public let seed: UInt64

    /// Elements drawn from one source: a multiple of every block.
    private static let chunkElements = 1 << 18
    /// Chunks drawn before they are written.
    private static let chunksAtOnce = 64

    /// Describes a model.
    ///
    /// - Parameters:
    ///   - shape: Its sizes.
    ///   - mix: How matrices are stored.
    ///   - seed: Equal seeds give equal files.
    public init(shape: ModelShape, mix: WeightMix, seed: UInt64) {
        self.shape = shape
        self.mix = mix
        self.seed = seed
    }

    /// Bytes of the language model's tensors.
    public var languageBytes: Int { Self.bytes(of: languageTensors) }
    /// Bytes of the tensors of tower and projector.
    public var visionBytes: Int { Self.bytes(of: visionTensors) }

    /// Writes `SHAPE-TYPE.gguf` and `SHAPE-TYPE.mmproj.gguf`.
    ///
    /// - Parameters:
    ///   - folder: A folder, made if it is missing.
    ///   - threads: Threads that draw, this one included.
    /// - Returns: The files.
    /// - Throws: `EngineError` of kind `file`.
    public func write(into folder: String, threads: Int) throws(EngineError) -> Written {
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
            throw EngineError(
                .file,
                "\(folder): the folder could not be made (\(String(cString: strerror(errno)))); "
                    + "check the folder above it")
        }
        let base = "\(folder)/\(shape.name)-\(mix.rawValue)"
        let written = Written(text: "\(base).gguf", projector: "\(base).mmproj.gguf")
        let pool = ComputePool(threads: threads, name: "synthesis")
        try EngineError.passingOn { () throws(ModelFileError) in
            try draw(
                languageTensors, stream: 0, pool,
                to: GGUFWriter(
                    path: written.text, metadata: shape.languageMetadata(mix),
                    tensors: Self.layout(of: languageTensors)))
            try draw(
                visionTensors, stream: 1, pool,
                to: GGUFWriter(
                    path: written.projector, metadata: shape.visionMetadata(mix),
                    tensors: Self.layout(of: visionTensors)))
        }
        return written
    }

    /// Draws the two files into memory, where they last as long as what is returned.
    ///
    /// - Parameter threads: Threads that draw, this one included.
    /// - Returns: The files.
    /// - Throws: `EngineError` of kind `file`.
    public func makeInMemory(threads: Int) throws(EngineError) -> MemoryModel {
        let model = try MemoryModel(name: "\(shape.name)-\(mix.rawValue)")
        let pool = ComputePool(threads: threads, name: "synthesis")
        try EngineError.passingOn { () throws(ModelFileError) in
            try draw(
                languageTensors, stream: 0, pool,
                to: GGUFWriter(
                    descriptor: model.text.descriptor, name: model.text.name,
                    metadata: shape.languageMetadata(mix),
                    tensors: Self.layout(of: languageTensors)))
            try draw(
                visionTensors, stream: 1, pool,
                to: GGUFWriter(
                    descriptor: model.projector.descriptor, name: model.projector.name,
                    metadata: shape.visionMetadata(mix),
                    tensors: Self.layout(of: visionTensors)))
        }
        return model
    }

    /// A tensor and how it is stored.
    private typealias Typed = (planned: ModelShape.Planned, type: ElementType)

    private var languageTensors: [Typed] {
        let language = shape.language
        return shape.languageTensors.map { planned in
            switch planned.fill {
            case .vector: (planned, .f32)
            case .matrix:
                (
                    planned,
                    mix.languageType(
                        planned.name, columns: planned.shape.last ?? 1,
                        layerCount: language.layerCount,
                        queriesPerKey: language.headCount / language.keyValueHeadCount)
                )
            }
        }
    }

    private var visionTensors: [Typed] {
        shape.visionTensors.map { planned in
            if case .vector = planned.fill { (planned, .f32) } else { (planned, mix.visionType) }
        }
    }

    private static func bytes(of tensors: [Typed]) -> Int {
        tensors.reduce(0) { sum, tensor in
            sum + (tensor.type.byteCount(elements: tensor.planned.shape.reduce(1, *)) ?? 0)
        }
    }

    private static func layout(of tensors: [Typed]) -> [GGUFWriter.Tensor] {
        tensors.map {
            GGUFWriter.Tensor(name: $0.planned.name, shape: $0.planned.shape, type: $0.type)
        }
    }

    private func draw(
        _ tensors: [Typed], stream: UInt64, _ pool: ComputePool, to writer: GGUFWriter
    ) throws(ModelFileError) {
        for (index, tensor) in tensors.enumerated() {
            // Every tensor has a source of its own; the odd factor spreads their seeds.
            let first = (stream << 32 + UInt64(index)) &* 0xD134_2543_DE82_EF95
            try draw(tensor, seed: seed ^ first, to: writer, pool)
        }
        try writer.finish()
    }

    /// Draws a tensor, many chunks at once.
    private func draw(
        _ tensor: Typed, seed: UInt64, to writer: GGUFWriter, _ pool: ComputePool
    ) throws(ModelFileError) {
        let (type, shape) = (tensor.type, tensor.planned.shape)
        let elements = shape.reduce(1, *)
        let step = Self.chunkElements * Self.chunksAtOnce
        for start in stride(from: 0, to: elements, by: step) {
            let length = min(step, elements - start)
            let size = length / type.elementsPerBlock * type.bytesPerBlock
            let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                let memory = SharedMemory(bytes: UnsafeMutableRawBufferPointer(buffer))
                let chunks = (length + Self.chunkElements - 1) / Self.chunkElements
                pool.forEachRange(count: chunks) { _, range in
                    for chunk in range {
                        let first = chunk * Self.chunkElements
                        let last = min(first + Self.chunkElements, length)
                        var source = RandomSource(
                            seed: seed &+ UInt64(start + first) &* 0x2545_F491_4F6C_DD1D)
                        Self.fill(
                            memory.blocks(first..<last, of: type), with: tensor, from: &source)
                    }
                }
                count = size
            }
            try writer.write(bytes)
        }
    }

    private static func fill(
        _ memory: UnsafeMutableRawBufferPointer, with tensor: Typed,
        from source: inout RandomSource
    ) {
        switch tensor.planned.fill {
        case .matrix(let gain):
            // A convolution's kernel counts as one row.
            let columns = tensor.planned.shape.dropFirst().reduce(1, *)
            RandomBlocks(type: tensor.type, deviation: gain / Float(columns).squareRoot())
                .fill(memory, from: &source)
        case .vector(let centre, let deviation):
            RandomBlocks(type: .f32, deviation: deviation).fill(memory, from: &source)
            let values = memory.bindMemory(to: Float.self)
            for index in values.indices { values[index] += centre }
        }
    }
}

/// Memory that several threads fill, each a part of its own.
///
/// `@unchecked Sendable`: no two threads of a loop are given the same chunk.
private struct SharedMemory: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    func blocks(_ elements: Range<Int>, of type: ElementType) -> UnsafeMutableRawBufferPointer {
        let first = elements.lowerBound / type.elementsPerBlock * type.bytesPerBlock
        let last = elements.upperBound / type.elementsPerBlock * type.bytesPerBlock
        return UnsafeMutableRawBufferPointer(rebasing: bytes[first..<last])
    }
}
