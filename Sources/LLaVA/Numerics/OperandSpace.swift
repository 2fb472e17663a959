/// Memory for the rows of the current operand in one of their prepared forms, filled when a product
/// first asks for it.
///
/// Engine thread only. It grows to the largest operand and keeps that size.
final class OperandSpace {
    private var memory = ZeroedMemory(byteCount: 0)
    private var capacity = 0
    private var isFilled = false

    /// What is there belongs to an earlier operand.
    func forget() { isFilled = false }

    /// The prepared rows.
    ///
    /// - Parameters:
    ///   - bytes: How many they take; the same for one operand.
    ///   - fill: Writes them, if that was not done for this operand.
    /// - Returns: Where they are, valid until a larger operand is prepared.
    func filled(
        bytes: Int, _ fill: (UnsafeMutableRawPointer) -> Void
    ) -> UnsafeMutableRawPointer {
        let room = room(bytes: bytes)
        if !isFilled { fill(room) }
        isFilled = true
        return room
    }

    private func room(bytes: Int) -> UnsafeMutableRawPointer {
        if bytes > capacity {
            memory = ZeroedMemory(byteCount: bytes)
            capacity = bytes
        }
        return memory.base
    }
}
