import Glibc

/// Files that are there whole or not at all.
enum AtomicFile {
    /// Writes a file beside its place and renames it there.
    ///
    /// - Throws: `CommandFailure` naming the file; nothing is left behind.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        try write(to: path) { sink in try sink.write(bytes: bytes) }
    }

    /// Writes a file piece by piece beside its place and renames it there at the end.
    ///
    /// - Parameters:
    ///   - path: The file's place; what is there is replaced.
    ///   - body: Writes the content.
    /// - Throws: `CommandFailure` naming the file, also for an error of `body`.
    static func write(
        to path: String, _ body: (FileSink) throws -> Void
    ) throws(CommandFailure) {
        let file = try AtomicFileWriter(path)
        do {
            try body(file.sink)
            try file.commit()
        } catch {
            file.abandon()
            throw (error as? CommandFailure)
                ?? CommandFailure(.someFailed, "'\(path)' was not written: \(error)")
        }
    }
}
