import CKernels

/// How products with weights are computed; part of what makes an answer.
public enum Arithmetic: String, Sendable, CaseIterable {
    /// Activations rounded to 8 bits with a scale for 32 of them where they meet quantised weights,
    /// 16 bits elsewhere; sums in single precision.
    case fast
    /// Activations in 16 bits with sums in single precision; the steps of an answer, whose time goes
    /// into reading weights, in single precision where those are not quantised.
    case accurate
    /// Single precision throughout: what the others are measured by.
    case exact

    /// What this machine computes when asked for this: without instructions for sums of products
    /// of integers everything is exact.
    func onThisMachine(_ level: ck_level) -> Arithmetic {
        level.rawValue >= CK_LEVEL_VNNI.rawValue ? self : .exact
    }

    /// The name for a fingerprint: what is computed on this machine, which for the same setting may
    /// be something else on another one.
    var nameOnThisMachine: String {
        let level = ck_best_level()
        let arithmetic = onThisMachine(level)
        switch arithmetic {
        case .exact: return arithmetic.rawValue
        case .fast, .accurate: return "\(arithmetic.rawValue) of level \(level.rawValue)"
        }
    }
}
