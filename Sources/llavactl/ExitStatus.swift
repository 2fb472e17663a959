/// How llavactl ends, for scripts.
enum ExitStatus: Int32 {
    /// Everything was done.
    case done = 0
    /// Some items failed; they were listed.
    case someFailed = 1
    /// The command line is wrong.
    case usage = 2
    /// There is no daemon or no database.
    case unavailable = 3
    /// The settings are wrong (`EX_CONFIG` of sysexits.h).
    case configuration = 78
    /// Stopped by Ctrl-C, as shells count it: 128 + SIGINT.
    case interrupted = 130
}
