import Crypto
import ModelFiles
import Synchronization

/// What makes a model's answers, as one number: weights, tokenizer, template, preprocessing and the
/// version of the arithmetic.
///
/// Computing it reads every byte of the files, a few seconds for gigabytes, so it is computed when
/// first asked for, and once.
final class ModelFingerprint: Sendable {
    /// Raised whenever the engine's arithmetic, tokens, sampling or preprocessing change an answer.
    static let numericsVersion = 7

    private let files: [MappedFile]
    private let choices: String
    private let computed = Mutex<String?>(nil)

    /// Opens the files, so that what is hashed later is what was loaded, whatever happens to the
    /// paths in between.
    ///
    /// - Parameters:
    ///   - paths: The model's files.
    ///   - choices: Everything beside the files that makes an answer.
    /// - Throws: `EngineError` of kind `file`.
    init(paths: [String], choices: String) throws(EngineError) {
        var files: [MappedFile] = []
        for path in paths {
            files.append(
                try EngineError.passingOn { () throws(ModelFileError) in
                    try MappedFile(path: path)
                })
        }
        self.files = files
        self.choices = choices
    }

    /// SHA-256 over the choices and over each file's own SHA-256, as 64 hexadecimal digits.
    var digits: String {
        computed.withLock { computed in
            if let computed { return computed }
            var whole = SHA256()
            whole.update(data: Array("llavad model, numerics \(Self.numericsVersion)\n".utf8))
            whole.update(data: Array("\(choices)\n".utf8))
            for file in files {
                var hash = SHA256()
                hash.update(bufferPointer: file.bytes)
                whole.update(data: Array(Self.hexadecimal(hash.finalize()).utf8))
                whole.update(data: Array("\n".utf8))
            }
            let digits = Self.hexadecimal(whole.finalize())
            computed = digits
            return digits
        }
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
