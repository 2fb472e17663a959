import Glibc
import Synchronization

/// A fixed set of named threads that share one loop at a time with the thread that asks.
///
/// Only the owning engine's thread calls `forEachRange`. Between forward passes the helpers sleep;
/// inside one they spin briefly, because the next loop comes within microseconds. Each thread has a part
/// of a loop, whose ranges it claims in order, so that what it reads next is known; when its part is
/// done it claims from the others', so a core that is busy with something else does less. What a range
/// computes must not depend on who computes it, and then results do not depend on the thread count.
///
/// A helper announces itself (`active`) before it looks at the loop again, and the caller closes
/// the loop (`ticket` becomes even) before it waits for `active` to fall to zero: either the helper
/// sees the loop closed or the caller waits for it. So a helper that wakes late touches nothing and
/// holds nobody up.
///
/// `@unchecked Sendable`: `work` is written by the caller while the ticket is even and `active` is
/// zero, and read by helpers only between announcing themselves and withdrawing; sleeping and
/// waking hold `lock`.
public final class ComputePool: @unchecked Sendable {
    /// Threads that take part in a loop, the caller's included.
    public let threads: Int

    private let shared: Shared
    private let helpers: [NamedThread]

    /// Starts `threads - 1` helpers; with 1 every loop runs in the caller alone.
    ///
    /// - Parameters:
    ///   - threads: Threads that take part in a loop, the caller's included; at least 1.
    ///   - name: What the helpers are called, followed by their number.
    public init(threads: Int, name: String = "compute") {
        precondition(threads >= 1, "a compute pool has at least one thread, not \(threads)")
        let shared = Shared(threads: threads)
        self.threads = threads
        self.shared = shared
        helpers = (1..<threads).map { index in
            NamedThread("\(name)-\(index)") { shared.help(as: index) }
        }
    }

    /// Runs `body` over `0..<count` in ranges of at most `grain`, and returns when all are done.
    ///
    /// - Parameters:
    ///   - count: How many items there are.
    ///   - grain: Items in a range; a loop of one range runs in the caller.
    ///   - body: Called from several threads at once with the number of the thread
    ///     (`0..<threads`, for scratch space of its own) and a range; it may write only to what
    ///     belongs to that thread or to that range.
    public func forEachRange(
        count: Int, grain: Int = 1, _ body: (_ worker: Int, _ range: Range<Int>) -> Void
    ) {
        forEachRangeInOrder(count: count, grain: grain) { worker, range, _ in body(worker, range) }
    }

    /// Runs `body` over `0..<count` in ranges of at most `grain`, and returns when all are done.
    ///
    /// - Parameters:
    ///   - count: How many items there are.
    ///   - grain: Items in a range; a loop of one range runs in the caller.
    ///   - body: As in `forEachRange`, with the end of the items that the thread will probably be
    ///     given after this range, which begin where it ends: what may be fetched ahead.
    public func forEachRangeInOrder(
        count: Int, grain: Int,
        _ body: (_ worker: Int, _ range: Range<Int>, _ expectedEnd: Int) -> Void
    ) {
        guard isShared(count, grain) else {
            return inCaller(count, grain) { range in body(0, range, count) }
        }
        withoutActuallyEscaping(body) { body in
            shared.run(Shared.Work(count: count, grain: grain, body: .closure(body)))
        }
    }

    /// What a loop does that allocates nothing: `context` is what was given to the loop.
    public typealias RangeFunction =
        @convention(c) (
            _ context: UnsafeRawPointer, _ worker: Int, _ start: Int, _ end: Int, _ expectedEnd: Int
        ) -> Void

    /// The same for what is run for every token: the closure of the other two is an allocation each time.
    ///
    /// - Parameters:
    ///   - count: How many items there are.
    ///   - grain: Items in a range; a loop of one range runs in the caller.
    ///   - context: What `function` is given; it must stay where it is until this returns.
    ///   - function: As `body` of `forEachRangeInOrder`.
    public func forEachRangeInOrder(
        count: Int, grain: Int, context: UnsafeRawPointer, _ function: RangeFunction
    ) {
        let work = Shared.Work(count: count, grain: grain, body: .function(function, context))
        guard isShared(count, grain) else {
            return inCaller(count, grain) { range in work.run(as: 0, range, expectedEnd: count) }
        }
        shared.run(work)
    }

    private func isShared(_ count: Int, _ grain: Int) -> Bool {
        precondition(grain >= 1, "a range has at least one item")
        return threads > 1 && count > grain
    }

    /// The same ranges as with helpers, so that arithmetic cannot tell the difference.
    private func inCaller(_ count: Int, _ grain: Int, _ body: (Range<Int>) -> Void) {
        for start in stride(from: 0, to: count, by: grain) {
            body(start..<min(start + grain, count))
        }
    }

    deinit {
        shared.stop()
        for helper in helpers { helper.join() }
    }
}

/// What the caller and the helpers of one pool share.
///
/// `@unchecked Sendable`: see `ComputePool`.
private final class Shared: @unchecked Sendable {
    struct Work {
        enum Body {
            case closure((Int, Range<Int>, Int) -> Void)
            case function(ComputePool.RangeFunction, UnsafeRawPointer)
        }

        let count: Int
        let grain: Int
        let body: Body

        func run(as worker: Int, _ range: Range<Int>, expectedEnd: Int) {
            switch body {
            case .closure(let body): body(worker, range, expectedEnd)
            case .function(let function, let context):
                function(context, worker, range.lowerBound, range.upperBound, expectedEnd)
            }
        }
    }

    /// Looks at the ticket before a helper sleeps: some 20 to 50 microseconds.
    private static let spins = 2_000

    /// Odd while a loop is open.
    private let ticket = Atomic<Int>(0)
    /// The next range of each thread's part, a line of the cache apart.
    private let next: UnsafeMutablePointer<Atomic<Int>>
    private static let apart = 64 / MemoryLayout<Atomic<Int>>.stride
    private let threads: Int
    private let active = Atomic<Int>(0)
    private let sleeping = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)
    private var work: Work?
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let opened: UnsafeMutablePointer<pthread_cond_t>

    init(threads: Int) {
        self.threads = threads
        next = .allocate(capacity: threads * Self.apart)
        for place in 0..<threads * Self.apart { (next + place).initialize(to: Atomic(0)) }
        lock = .allocate(capacity: 1)
        opened = .allocate(capacity: 1)
        lock.initialize(to: pthread_mutex_t())
        opened.initialize(to: pthread_cond_t())
        pthread_mutex_init(lock, nil)
        pthread_cond_init(opened, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(opened)
        lock.deallocate()
        opened.deallocate()
        next.deinitialize(count: threads * Self.apart)
        next.deallocate()
    }

    func run(_ work: Work) {
        self.work = work
        for part in 0..<threads {
            next[part * Self.apart].store(start(of: part, in: work), ordering: .relaxed)
        }
        ticket.add(1, ordering: .sequentiallyConsistent)
        if sleeping.load(ordering: .sequentiallyConsistent) > 0 { wake() }
        claim(work, as: 0)
        ticket.add(1, ordering: .sequentiallyConsistent)
        var looks = 0
        while active.load(ordering: .sequentiallyConsistent) != 0 {
            looks += 1
            if looks > Self.spins { sched_yield() } else { _spinPause() }
        }
        self.work = nil
    }

    func help(as worker: Int) {
        var seen = 0
        while let current = waitForLoop(after: seen) {
            seen = current
            active.add(1, ordering: .sequentiallyConsistent)
            if ticket.load(ordering: .sequentiallyConsistent) == current, let work {
                claim(work, as: worker)
            }
            active.subtract(1, ordering: .sequentiallyConsistent)
        }
    }

    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        wake()
    }

    /// Ranges of a loop before a thread's part of them.
    private func start(of part: Int, in work: Work) -> Int {
        (work.count + work.grain - 1) / work.grain * part / threads
    }

    private func claim(_ work: Work, as worker: Int) {
        for other in 0..<threads {
            let part = (worker + other) % threads
            let end = start(of: part + 1, in: work)
            while true {
                let index = next[part * Self.apart].add(1, ordering: .relaxed).oldValue
                guard index < end else { break }
                let start = index * work.grain
                let stop = min(start + work.grain, work.count)
                // Of another thread's part the next range is that thread's.
                let expected = other == 0 ? min(end * work.grain, work.count) : stop
                work.run(as: worker, start..<stop, expectedEnd: expected)
            }
        }
    }

    /// The ticket of an open loop newer than `seen`, or `nil` once the pool stops.
    private func waitForLoop(after seen: Int) -> Int? {
        for _ in 0..<Self.spins {
            if let found = openLoop(after: seen) { return found }
            if isStopped.load(ordering: .relaxed) { return nil }
            _spinPause()
        }
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        sleeping.add(1, ordering: .sequentiallyConsistent)
        defer { sleeping.subtract(1, ordering: .sequentiallyConsistent) }
        while true {
            if let found = openLoop(after: seen) { return found }
            if isStopped.load(ordering: .sequentiallyConsistent) { return nil }
            pthread_cond_wait(opened, lock)
        }
    }

    private func openLoop(after seen: Int) -> Int? {
        let current = ticket.load(ordering: .sequentiallyConsistent)
        return current != seen && current & 1 == 1 ? current : nil
    }

    private func wake() {
        pthread_mutex_lock(lock)
        pthread_cond_broadcast(opened)
        pthread_mutex_unlock(lock)
    }
}

/// Tells the core that this is a spin loop.
@inline(__always)
private func _spinPause() {
    // An atomic fence costs tens of cycles and keeps the loop from being optimised away.
    atomicMemoryFence(ordering: .acquiring)
}
