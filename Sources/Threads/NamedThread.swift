import CSystem
import Glibc
import Synchronization

/// A POSIX thread with a name that `top -H` and profilers show.
///
/// Blocking and computing work of this product runs on such threads, never on
/// Swift's cooperative pool: that pool has one thread a core, and a blocked one
/// stops unrelated tasks.
public final class NamedThread: Sendable {
    private enum State: Sendable {
        case running(pthread_t)
        case joined
    }

    private let state: Mutex<State>

    /// The name given at start, cut to the 15 bytes Linux keeps.
    public let name: String

    /// Starts a thread that runs `body` once and ends.
    ///
    /// - Parameters:
    ///   - name: What the thread is called; only the first 15 bytes are kept.
    ///   - stackBytes: Size of the thread's stack in bytes.
    ///   - body: The thread's whole work.
    public init(_ name: String, stackBytes: Int = 1 << 20, body: @escaping @Sendable () -> Void) {
        let short = String(decoding: name.utf8.prefix(15), as: UTF8.self)
        self.name = short
        let start = Unmanaged.passRetained(ThreadStart(name: short, body: body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackBytes)
        defer { pthread_attr_destroy(&attributes) }
        var handle = pthread_t()
        let status = pthread_create(&handle, &attributes, namedThreadEntry, start.toOpaque())
        precondition(
            status == 0,
            "pthread_create failed with \(status) for '\(short)': raise TasksMax or ulimit -u")
        state = Mutex(.running(handle))
    }

    /// Waits until the thread's body has returned; a second call returns at once.
    public func join() {
        let handle = state.withLock { state -> pthread_t? in
            guard case .running(let handle) = state else { return nil }
            state = .joined
            return handle
        }
        if let handle { pthread_join(handle, nil) }
    }

    deinit {
        // Never joined: give the thread's stack back when it ends by itself.
        state.withLock { state in
            if case .running(let handle) = state { pthread_detach(handle) }
        }
    }
}

/// What a new thread needs to know, boxed for the trip through `void *`.
private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// The entry of every thread: a free function, because a closure literal written inside
/// `@main` would carry main-actor isolation and trap off the main thread.
private func namedThreadEntry(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let raw else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(raw).takeRetainedValue()
    csystem_name_thread(start.name)
    start.body()
    return nil
}
