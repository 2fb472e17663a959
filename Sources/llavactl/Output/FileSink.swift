import Glibc

/// A buffered way to an open file; the only way verbs write.
final class FileSink {
    private let descriptor: CInt
    private let name: String
    private var buffer: [UInt8] = []

    init(descriptor: CInt, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// Standard output.
    static func standardOutput() -> FileSink {
        FileSink(descriptor: STDOUT_FILENO, name: "standard output")
    }

    /// Adds a text; written once 64 KiB have gathered.
    func write(_ text: String) throws {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= 1 << 16 { try flush() }
    }

    /// Adds a text and a line end.
    func line(_ text: String = "") throws {
        try write(text + "\n")
    }

    /// Adds bytes.
    func write(bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= 1 << 16 { try flush() }
    }

    /// Writes everything out.
    func flush() throws {
        var start = 0
        while start < buffer.count {
            let count = buffer[start...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                buffer = []
                throw CommandFailure(
                    .someFailed,
                    "cannot write to \(name) (\(String(cString: strerror(errno)))): make room "
                        + "or name another place")
            }
            start += count
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Writes a line to standard error at once; there is nobody to tell if that fails.
func complain(_ text: String) {
    let bytes = Array((Printable.text(text) + "\n").utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
}
