import Glibc
import Synchronization

/// A blocking first-in first-out queue between any threads and the ones that call `next()`.
///
/// `@unchecked Sendable`: every access to the stored properties holds `lock`, but for `count`.
public final class Inbox<Element: Sendable>: @unchecked Sendable {
    private var waiting: [Element] = []
    private var head = 0
    private var isClosed = false
    /// Elements in `waiting` from `head` on, so that looking at an empty queue takes no lock.
    private let count = Atomic<Int>(0)
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    /// Makes an empty, open queue.
    public init() {
        lock = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        lock.initialize(to: pthread_mutex_t())
        changed.initialize(to: pthread_cond_t())
        pthread_mutex_init(lock, nil)
        pthread_cond_init(changed, nil)
    }

    /// Adds an element and wakes one waiting thread; ignored after `close()`.
    ///
    /// - Parameter element: What to hand over.
    public func put(_ element: Element) {
        pthread_mutex_lock(lock)
        if !isClosed {
            waiting.append(element)
            count.add(1, ordering: .releasing)
        }
        pthread_mutex_unlock(lock)
        pthread_cond_signal(changed)
    }

    /// Takes the oldest element, waiting for one if there is none.
    ///
    /// - Returns: The element, or `nil` once the queue is closed and empty.
    public func next() -> Element? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while head == waiting.count && !isClosed { pthread_cond_wait(changed, lock) }
        return removeFirst()
    }

    /// Takes the oldest element if there is one.
    ///
    /// - Returns: The element, or `nil` if the queue is empty at this moment.
    public func take() -> Element? {
        guard count.load(ordering: .acquiring) > 0 else { return nil }
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return removeFirst()
    }

    /// The caller holds the lock.
    private func removeFirst() -> Element? {
        guard head < waiting.count else { return nil }
        count.subtract(1, ordering: .releasing)
        let element = waiting[head]
        head += 1
        if head == waiting.count || head >= 1024 {
            waiting.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Refuses further elements; `next()` still hands out what is there.
    public func close() {
        pthread_mutex_lock(lock)
        isClosed = true
        pthread_mutex_unlock(lock)
        pthread_cond_broadcast(changed)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(changed)
        lock.deallocate()
        changed.deallocate()
    }
}
