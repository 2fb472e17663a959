import Glibc
import ModelFiles

/// Turns a `vocab.json` and a `merges.txt` into the keys of a GGUF file.
///
/// The files of GPT-2's and Qwen's tokenizers, byte-level ones both, in folders without
/// `tokenizer.json`. How words are cut only the class of the tokenizer tells.
struct BytePairFiles {
    /// The class that reads the files.
    let kind: TokenizerClass
    /// The two files.
    let files: [String]

    private let vocabulary: JSONFile

    /// Opens the files of a folder; nil if there is no `vocab.json`.
    ///
    /// - Parameters:
    ///   - folder: A model's folder.
    ///   - configuration: Its `tokenizer_config.json`.
    /// - Throws: `EngineError` of kind `file`, `missingPart` or `unsupportedModel`.
    init?(folder: String, configuration: JSONFile?) throws(EngineError) {
        let names = ["\(folder)/vocab.json", "\(folder)/merges.txt"]
        guard access(names[0], F_OK) == 0 else { return nil }
        guard access(names[1], F_OK) == 0 else {
            throw EngineError(
                .missingPart,
                "\(folder): 'vocab.json' goes with a 'merges.txt' and there is none; fetch it from "
                    + "where the model came from")
        }
        guard let configuration else {
            throw TokenizerClass.unsupported(folder, "'tokenizer_config.json' is missing")
        }
        kind = try TokenizerClass.named(in: ConfigurationSection(configuration))
        files = names
        vocabulary = try EngineError.passingOn { () throws(ModelFileError) in
            try JSONFile(path: names[0])
        }
    }

    /// Adds the pieces and gives the other keys.
    ///
    /// - Throws: `EngineError` of kind `file` or `inconsistentModel`.
    func metadata(_ pieces: inout CheckpointPieces) throws(EngineError) -> [String: GGUFValue] {
        var numbered: [(bytes: [UInt8], id: Int32)] = []
        for member in vocabulary.object.members {
            guard case .integer(let id) = member.value else {
                throw EngineError(
                    .inconsistentModel,
                    "\(vocabulary.path): the number of piece \(member.name.debugDescription) must "
                        + "be an integer and is \(member.value.kindName); fetch the file again")
            }
            try pieces.add(
                member.name, id: Int(id), score: 0, type: .normal, path: vocabulary.path)
            numbered.append((Array(member.name.utf8), Int32(clamping: id)))
        }
        let merges = try MergesFile(path: files[1], pieces: PieceTable(numbered)).merges
        return [
            "tokenizer.ggml.model": .string("gpt2"),
            "tokenizer.ggml.pre": .string(kind.family),
            "tokenizer.ggml.merges": .strings(merges),
            ByteLevelTokenizer.compositionKey: .bool(kind.composesText),
        ]
    }

    /// Checks that every number up to the vocabulary's last is a piece's, added tokens included.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel`.
    func checkNumbers(_ pieces: CheckpointPieces) throws(EngineError) {
        var last = -1
        for member in vocabulary.object.members {
            if case .integer(let id) = member.value { last = max(last, Int(id)) }
        }
        guard let gap = pieces.firstGap(upTo: last) else { return }
        throw EngineError(
            .inconsistentModel,
            "\(vocabulary.path): pieces have the numbers 0 to \(last), and \(gap) is no piece's; "
                + "fetch the file again")
    }
}
