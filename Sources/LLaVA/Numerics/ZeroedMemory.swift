import Glibc

/// Large memory that reads as zero and costs nothing until it is written.
///
/// Fresh from the kernel, so that what is sized for the most that may come takes only the pages that are
/// used. Many matrices are read by columns of tiles, a page a row: where there is more than a few huge
/// pages of it, the kernel is asked for those (5 % of a product of the matrix unit).
/// Engine thread only; loops of that engine's `ComputePool` may write to what they claimed.
final class ZeroedMemory {
    /// The first byte.
    let base: UnsafeMutableRawPointer

    private let byteCount: Int

    /// What smaller memory would waste of huge pages, of 2 MiB on this machine and its like.
    private static let worthHugePages = 4 << 20

    /// Room for `byteCount` bytes.
    init(byteCount: Int) {
        let byteCount = max(byteCount, 1)
        let memory = mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            preconditionFailure("no memory for \(byteCount) bytes of engine scratch space")
        }
        // Advice: small pages do as well where there are no others.
        if byteCount >= Self.worthHugePages { madvise(memory, byteCount, MADV_HUGEPAGE) }
        base = memory
        self.byteCount = byteCount
    }

    /// Room for `floats` floats.
    convenience init(floats: Int) {
        self.init(byteCount: floats * MemoryLayout<Float>.stride)
    }

    /// It as floats.
    var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }

    deinit { munmap(base, byteCount) }
}
