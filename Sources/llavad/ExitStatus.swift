/// What the daemon's end says to whoever started it.
enum ExitStatus: Int32 {
    /// It was asked to stop and has.
    case done = 0
    /// It had to stop without having given everything back.
    case failed = 1
    /// There is no database.
    case noDatabase = 3
    /// A setting, the model or a preset is wrong; a restart does not help (sysexits.h: EX_CONFIG).
    case configuration = 78
}
