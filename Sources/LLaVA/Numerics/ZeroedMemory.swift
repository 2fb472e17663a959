import Glibc

/// Large memory that reads as zero and costs nothing until it is written.
extension UnsafeMutablePointer where Pointee == Float {
    /// Room for `count` floats, all zero.
    ///
    /// `calloc` maps large blocks fresh from the kernel instead of clearing them, so a key-value
    /// cache sized for the whole context takes only the pages that are used.
    static func zeroed(count: Int) -> UnsafeMutablePointer<Float> {
        UnsafeMutableRawPointer.zeroed(byteCount: count * MemoryLayout<Float>.stride)
            .bindMemory(to: Float.self, capacity: count)
    }

    /// Gives back what `zeroed(count:)` made.
    func deallocateZeroed() { free(self) }
}

extension UnsafeMutableRawPointer {
    /// `byteCount` bytes, all zero, to be given back with `free`.
    static func zeroed(byteCount: Int) -> UnsafeMutableRawPointer {
        guard let memory = calloc(max(byteCount, 1), 1) else {
            preconditionFailure("no memory for \(byteCount) bytes of engine scratch space")
        }
        return memory
    }
}
