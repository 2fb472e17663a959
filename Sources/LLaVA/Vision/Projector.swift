import ModelFiles

/// Maps the vision tower's features to the language model's width: one linear layer (LLaVA v1) or
/// several with GELU between them (v1.5's `mlp2x_gelu`).
struct Projector: Sendable {
    /// The kinds this engine runs.
    enum Kind: Sendable, Equatable, CustomStringConvertible {
        /// One linear layer.
        case linear
        /// This many linear layers, the error-function GELU between them.
        case perceptron(layers: Int)

        /// The name LLaVA's configuration files use.
        var description: String {
            switch self {
            case .linear: "linear"
            case .perceptron(let layers): "mlp\(layers)x_gelu"
            }
        }
    }

    /// The widest layer believed, as for feed-forwards; released projectors have 8192.
    private static let mostOutputs = 1 << 18

    /// The layers in order; the first takes `W` features, the last gives `D`.
    let layers: [Linear]

    /// What the layers amount to.
    var kind: Kind { layers.count == 1 ? .linear : .perceptron(layers: layers.count) }
    /// `D`.
    var outputs: Int { layers.last?.outputs ?? 0 }
    /// The widest row a layer gives.
    var widest: Int { layers.map(\.outputs).max() ?? 0 }

    /// Reads `mm.0`, `mm.2`, … or `mm` of a projector file.
    ///
    /// - Throws: `EngineError` naming the file and the key or tensor.
    init(_ file: any ModelMetadata, _ reader: TensorReader, inputs: Int) throws(EngineError) {
        let keys = ModelKeys(file)
        let key =
            file.metadata["clip.projector_type"] == nil
            ? "clip.vision.projector_type" : "clip.projector_type"
        // The one value the conversion scripts write for both kinds LLaVA uses.
        let type = try keys.textIfPresent(key) ?? "mlp"
        guard type == "mlp" else {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): '\(key)' is '\(type)', but LLaVA's projectors are 'mlp'; use a "
                    + "LLaVA v1 or v1.5 model")
        }
        for odd in ["mm.1", "mm.3", "mm.4"] where reader.has("\(odd).weight") {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): '\(odd).weight' belongs to a projector with norms, which this "
                    + "engine does not run; use a LLaVA v1 or v1.5 model")
        }
        var names = ["mm"]
        if !reader.has("mm.weight") {
            names = ["mm.0"]
            while reader.has("mm.\(names.count * 2).weight") {
                names.append("mm.\(names.count * 2)")
            }
        }
        var layers: [Linear] = []
        for name in names {
            // A layer gives what its first dimension says; what that must be, the caller knows.
            let outputs = try reader.shape(of: "\(name).weight").first ?? 0
            guard (1...Self.mostOutputs).contains(outputs) else {
                throw EngineError(
                    .inconsistentModel,
                    "\(reader.directory.path): '\(name).weight' gives rows of \(outputs), outside "
                        + "1 to \(Self.mostOutputs); convert the model again")
            }
            layers.append(
                try reader.linear(name, inputs: layers.last?.outputs ?? inputs, outputs: outputs))
        }
        self.layers = layers
    }
}
