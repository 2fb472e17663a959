import ModelFiles

/// How a checkpoint's rotary positions are stretched beyond the length it was first trained for.
///
/// Both spellings are read: `rope_parameters` of transformers 5, and `rope_theta` with
/// `rope_scaling` of the versions before (`modeling_rope_utils.py`).
struct RotaryScaling {
    /// What is done to positions or frequencies.
    private enum Kind {
        case none
        /// Positions are divided.
        case linear(factor: Double)
        /// Slow frequencies are divided, fast ones kept, those between mixed: LLaMA 3.1.
        case llama3(factor: Double, low: Double, high: Double, originalLength: Double)
    }

    /// The base θ of the frequencies.
    let base: Double
    private let kind: Kind

    /// Reads the members of a language model.
    ///
    /// - Throws: `EngineError` naming the member that is missing or cannot be run.
    init(_ section: ConfigurationSection) throws(EngineError) {
        let parameters = try section.section("rope_parameters")
        let older = try section.section("rope_scaling")
        let scaling = parameters ?? older
        let statedBase = try parameters?.number("rope_theta")
        let olderBase = try section.number("rope_theta")
        base = statedBase ?? olderBase ?? 10_000
        for place in [parameters, section] {
            if let share = try place?.number("partial_rotary_factor"), share != 1 {
                throw section.bad(
                    "partial_rotary_factor", "is \(share), but this engine turns whole heads")
            }
        }
        let olderType = try scaling?.text("type")
        let type = try scaling?.text("rope_type") ?? olderType ?? "default"
        func number(_ name: String) throws(EngineError) -> Double {
            if let number = try scaling?.number(name) { return number }
            throw section.bad("rope_scaling", "is of type '\(type)' and has no '\(name)'")
        }
        switch type {
        case "default": kind = .none
        case "linear": kind = .linear(factor: try number("factor"))
        case "llama3":
            let (low, high) = (try number("low_freq_factor"), try number("high_freq_factor"))
            guard low < high else {
                throw section.bad(
                    "rope_scaling",
                    "has 'low_freq_factor' \(low), which is not below 'high_freq_factor' \(high)")
            }
            kind = .llama3(
                factor: try number("factor"), low: low, high: high,
                originalLength: try number("original_max_position_embeddings"))
        default:
            throw EngineError(
                .unsupportedModel,
                "\(section.path): the rotary positions of '\(section.prefix)rope_scaling' are of "
                    + "type '\(type)', but this engine knows 'default', 'linear' and 'llama3'; use "
                    + "a model of one of these")
        }
    }

    /// What a GGUF file says of it, by the ends of its keys.
    var keys: [String: GGUFValue] {
        guard case .linear(let factor) = kind else { return ["freq_base": .float(base)] }
        return [
            "freq_base": .float(base), "scaling.type": .string("linear"),
            "scaling.factor": .float(factor),
        ]
    }

    /// Divisors of the frequencies, `(headDimension / 2)`, as GGUF files store them.
    ///
    /// `_compute_llama3_parameters` of `modeling_rope_utils.py` in huggingface/transformers: waves
    /// shorter than the original length over `high` are kept, longer ones than over `low` divided.
    ///
    /// - Parameter headDimension: Elements of a head.
    /// - Returns: Nil if nothing is divided.
    func factors(headDimension: Int) -> [Float]? {
        guard case .llama3(let factor, let low, let high, let originalLength) = kind else {
            return nil
        }
        return RotaryTable.frequencies(headDimension: headDimension, base: Float(base)).map {
            let turns = originalLength * Double($0) / (2 * Double.pi)
            if turns > high { return 1 }
            if turns < low { return Float(factor) }
            let share = (turns - low) / (high - low)
            return Float(1 / ((1 - share) / factor + share))
        }
    }
}
