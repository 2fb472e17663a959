/// Lets one job at a time work on the same content, so that copies of a picture are described
/// once: the second job finds the first one's answers.
///
/// The database keeps answers from being stored twice; this keeps them from being computed
/// twice in one daemon.
actor ContentGate {
    private var waiting: [[UInt8]: [CheckedContinuation<Void, Never>]] = [:]

    /// Waits until no other job works on the content.
    func enter(_ sha256: [UInt8]) async {
        guard waiting[sha256] != nil else {
            waiting[sha256] = []
            return
        }
        await withCheckedContinuation { waiting[sha256, default: []].append($0) }
    }

    /// Lets the next job in.
    func leave(_ sha256: [UInt8]) {
        guard var queue = waiting[sha256] else { return }
        guard !queue.isEmpty else {
            waiting[sha256] = nil
            return
        }
        let next = queue.removeFirst()
        waiting[sha256] = queue
        next.resume()
    }
}
