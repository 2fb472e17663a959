import CKernels

/// How products with weights are computed; part of what makes an answer.
public enum Arithmetic: String, Sendable, CaseIterable {
    /// Activations rounded to 8 bits with a scale for 32 of them where they meet quantised weights,
    /// to 16 bits elsewhere, if the machine is fast at that; prompts and pictures in bfloat16 where there
    /// is a matrix unit; sums in single precision.
    case fast
    /// Activations in 16 bits with sums in single precision; the steps of an answer, whose time goes
    /// into reading weights, in single precision where those are not quantised.
    case accurate
    /// Single precision throughout: what the others are measured by.
    case exact

    /// What this machine computes when asked for this: where it has no instructions for the sums of
    /// products of integers that an arithmetic is about, everything is exact.
    ///
    /// Those of `fast` are two: what is not quantised is exact where there are only the first, for bytes
    /// (ARM).
    func onThisMachine(_ level: ck_level) -> Arithmetic {
        switch self {
        case .fast: ck_has_int8(level, CK_Q8_0) != 0 ? self : .exact
        case .accurate: ck_has_tiles(level) != 0 ? self : .exact
        case .exact: self
        }
    }

    /// The name for a fingerprint: what is computed on this machine, which for the same setting may
    /// be something else on another one.
    var nameOnThisMachine: String {
        let level = ck_best_level()
        let arithmetic = onThisMachine(level)
        switch arithmetic {
        case .exact: return arithmetic.rawValue
        case .fast, .accurate:
            let prompts = ck_has_bfloat16(level) != 0 ? ", prompts in bfloat16" : ""
            // Sums of pairs are other instructions for the same bits.
            let named = level == CK_LEVEL_PAIRS ? CK_LEVEL_VNNI : level
            return "\(arithmetic.rawValue) of level \(named.rawValue)\(prompts)"
        }
    }
}
