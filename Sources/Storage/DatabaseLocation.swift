/// Where the database is: the setting `database`, resolved.
public enum DatabaseLocation: Sendable, Equatable {
    /// A private cluster below `stateDirectory`, on a Unix socket only.
    case embedded(stateDirectory: String)
    /// A server of the user's: any libpq connection string or `postgresql://` URI.
    case external(conninfo: String)

    /// Reads the setting.
    ///
    /// - Parameters:
    ///   - setting: `embedded`, or a libpq connection string.
    ///   - stateDirectory: Where the embedded cluster lives.
    public init(setting: String, stateDirectory: String) {
        self =
            setting == "embedded"
            ? .embedded(stateDirectory: stateDirectory) : .external(conninfo: setting)
    }
}
