import Crypto

/// Checks bytes as they come against what a hub says of a file.
struct ContentHash {
    private enum State {
        case large(SHA256)
        // Git's own name of small files is SHA-1; it guards against accidents here, not attackers,
        // who would have to own the hub.
        case small(Insecure.SHA1)
    }

    private var state: State
    private let expected: String

    /// Begins a check.
    ///
    /// - Parameters:
    ///   - checksum: What the content must have.
    ///   - size: The size of the content.
    init(_ checksum: HubFile.Checksum, size: Int) {
        switch checksum {
        case .sha256(let digits):
            state = .large(SHA256())
            expected = digits
        case .gitBlob(let digits):
            var hash = Insecure.SHA1()
            hash.update(data: Array("blob \(size)\0".utf8))
            state = .small(hash)
            expected = digits
        }
    }

    /// Takes the next bytes.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch state {
        case .large(var hash):
            hash.update(bufferPointer: bytes)
            state = .large(hash)
        case .small(var hash):
            hash.update(bufferPointer: bytes)
            state = .small(hash)
        }
    }

    /// Whether the bytes taken are the content.
    var isRight: Bool {
        switch state {
        case .large(let hash): Self.digits(hash.finalize()) == expected
        case .small(let hash): Self.digits(hash.finalize()) == expected
        }
    }

    private static func digits(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
