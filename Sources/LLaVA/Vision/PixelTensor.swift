/// A normalised picture as the vision tower takes it.
public struct PixelTensor: Sendable, Equatable {
    /// Rows and columns.
    public let side: Int
    /// Shape `(3, side, side)`: all red values, then green, then blue.
    public let values: [Float]

    /// Makes a tensor.
    ///
    /// - Parameters:
    ///   - side: Rows and columns.
    ///   - values: Shape `(3, side, side)`.
    public init(side: Int, values: [Float]) {
        precondition(
            values.count == 3 * side * side,
            "a picture of side \(side) has \(3 * side * side) values, not \(values.count)")
        self.side = side
        self.values = values
    }
}
