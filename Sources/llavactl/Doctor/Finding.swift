/// What `doctor` found out about one thing.
struct Finding {
    /// How bad it is.
    enum Level: String {
        case ok, warn, fail
    }

    /// What was looked at.
    let subject: String
    /// How bad it is.
    let level: Level
    /// What was found and, unless all is well, what to do.
    let message: String

    init(_ subject: String, _ level: Level, _ message: String) {
        self.subject = subject
        self.level = level
        self.message = message
    }
}
