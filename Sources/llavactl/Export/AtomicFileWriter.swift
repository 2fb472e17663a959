import Glibc

/// A file being written beside its place, for content that comes over time.
final class AtomicFileWriter {
    /// Where the content goes.
    let sink: FileSink
    private let descriptor: CInt
    private let path: String
    private let temporary: String

    /// Makes the temporary file; the folder must exist.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        let name = path.split(separator: "/").last.map(String.init) ?? "file"
        var template = Array("\(GivenPath.parent(of: path))/.\(name).XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        temporary = template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
        guard descriptor >= 0 else {
            throw CommandFailure(
                .someFailed,
                "'\(path)' cannot be written (\(String(cString: strerror(errno)))): "
                    + "name a place in a folder that exists and may be written to")
        }
        sink = FileSink(descriptor: descriptor, name: "'\(path)'")
    }

    /// Puts the file into its place, its content safely on disk.
    func commit() throws {
        try sink.flush()
        // mkstemp makes it private; a file that is named on purpose gets the usual rights.
        let mask = umask(0)
        umask(mask)
        guard fchmod(descriptor, 0o666 & ~mask) == 0, fsync(descriptor) == 0,
            rename(temporary, path) == 0
        else {
            throw CommandFailure(
                .someFailed,
                "'\(path)' cannot be written (\(String(cString: strerror(errno)))): make room or "
                    + "name another place")
        }
        close(descriptor)
    }

    /// Leaves nothing behind.
    func abandon() {
        close(descriptor)
        unlink(temporary)
    }
}
