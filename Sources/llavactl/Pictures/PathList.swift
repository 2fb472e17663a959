import Glibc

/// The paths of `--files-from`: one a line, or separated by NUL as `find -print0` writes them.
enum PathList {
    /// The longest path Linux takes (`PATH_MAX`), and more than the longest line worth keeping.
    private static let maxPathBytes = 4096

    /// Reads a list.
    ///
    /// - Parameter name: A file, or `-` for standard input.
    /// - Returns: The paths; empty lines are left out.
    /// - Throws: `CommandFailure` if it cannot be read, or holds what is no path.
    static func read(_ name: String) throws(CommandFailure) -> [String] {
        let descriptor = name == "-" ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(
                .usage,
                "the list '\(name)' cannot be opened (\(reason)): name a file, or - for "
                    + "standard input")
        }
        defer { if name != "-" { close(descriptor) } }
        let bytes = try contents(of: descriptor, name)
        let separator: UInt8 = bytes.contains(0) ? 0 : 0x0A
        var paths: [String] = []
        for (index, line) in bytes.split(separator: separator).enumerated() {
            let path = line.last == 0x0D && separator == 0x0A ? line.dropLast() : line
            if path.isEmpty { continue }
            guard path.count <= maxPathBytes, let text = String(validating: path, as: UTF8.self)
            else {
                throw CommandFailure(
                    .usage,
                    "entry \(index + 1) of '\(name)' is no path: give UTF-8 of at most "
                        + "\(maxPathBytes) bytes")
            }
            paths.append(text)
        }
        return paths
    }

    private static func contents(
        of descriptor: CInt, _ name: String
    ) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandFailure(
                    .usage,
                    "the list '\(name)' cannot be read (\(String(cString: strerror(errno))))"
                        + ": name a plain file")
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
