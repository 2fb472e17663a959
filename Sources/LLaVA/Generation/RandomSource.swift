/// The random numbers of one answer: SplitMix64 (Steele, Lea and Flood, 2014).
///
/// Every answer starts its own from the seed it was asked with, so draws do not depend on what was
/// answered before.
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    /// Starts from a seed; any will do.
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in 0 ..< 1 of 53 random bits.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
