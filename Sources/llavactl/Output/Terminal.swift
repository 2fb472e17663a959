import Glibc

/// What a file descriptor is connected to.
struct Terminal {
    /// Whether a person is looking.
    let isTerminal: Bool
    /// The number of columns; `Int.max` where there is no terminal to wrap at.
    let width: Int
    /// Whether the person's terminal shows more than ASCII.
    let showsUnicode: Bool

    init(isTerminal: Bool, width: Int, showsUnicode: Bool = true) {
        self.isTerminal = isTerminal
        self.width = width
        self.showsUnicode = showsUnicode
    }

    /// Looks at a descriptor.
    init(descriptor: CInt) {
        var size = winsize()
        let isTerminal = isatty(descriptor) == 1
        let columns =
            isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            ? Int(size.ws_col) : nil
        // The POSIX order of the variables that name the character encoding.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { (name: String) -> String? in
            getenv(name).map { String(cString: $0) }
        }
        .first { !$0.isEmpty }?.uppercased()
        self.init(
            isTerminal: isTerminal, width: isTerminal ? columns ?? 80 : .max,
            showsUnicode: locale.map { $0.contains("UTF-8") || $0.contains("UTF8") } ?? false)
    }

    /// Where results go.
    static var standardOutput: Terminal { Terminal(descriptor: STDOUT_FILENO) }
    /// Where progress and errors go.
    static var standardError: Terminal { Terminal(descriptor: STDERR_FILENO) }
}
