/// A picture's file as it was read: its bytes, and the hash of those very bytes.
public struct SourceImage: Sendable {
    /// The path it was read from.
    public let path: String
    /// The whole file.
    public let bytes: [UInt8]
    /// SHA-256 of `bytes`, 32 bytes: the picture's identity everywhere in this system.
    public let sha256: [UInt8]
    /// The state of the file before and after reading.
    public let identity: FileIdentity

    /// Makes a picture; `ImageLoader` is how one is read from disk.
    ///
    /// - Parameters:
    ///   - path: The path it was read from.
    ///   - bytes: The whole file.
    ///   - sha256: SHA-256 of `bytes`.
    ///   - identity: The state of the file.
    init(path: String, bytes: [UInt8], sha256: [UInt8], identity: FileIdentity) {
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
        self.identity = identity
    }
}
