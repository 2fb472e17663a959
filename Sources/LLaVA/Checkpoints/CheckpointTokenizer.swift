import Glibc
import ModelFiles

/// Reads the tokenizer files of a checkpoint into the keys a GGUF file has for them.
struct CheckpointTokenizer {
    private let folder: String
    private let configuration: JSONFile?
    private let json: JSONFile?
    private let generation: JSONFile?
    private let added: JSONFile?
    private let pairs: BytePairFiles?
    private let special: JSONFile?
    /// The files that were read.
    private(set) var files: [String] = []

    /// Opens the files that are there.
    ///
    /// - Parameter folder: A model's folder.
    /// - Throws: `EngineError` of kind `file`.
    init(folder: String) throws(EngineError) {
        self.folder = folder
        var files: [String] = []
        func open(_ name: String) throws(EngineError) -> JSONFile? {
            let path = "\(folder)/\(name)"
            guard access(path, F_OK) == 0 else { return nil }
            files.append(path)
            return try EngineError.passingOn { () throws(ModelFileError) in
                try JSONFile(path: path)
            }
        }
        configuration = try open("tokenizer_config.json")
        json = try open("tokenizer.json")
        generation = try open("generation_config.json")
        added = try open("added_tokens.json")
        let model = "\(folder)/tokenizer.model"
        let hasModel = access(model, F_OK) == 0
        if hasModel { files.append(model) }
        pairs =
            hasModel || json != nil
            ? nil : try BytePairFiles(folder: folder, configuration: configuration)
        // As transformers: the map counts where the configuration is of an age without numbers.
        let isOld = configuration?.object["added_tokens_decoder"] == nil
        special = pairs != nil && isOld ? try open("special_tokens_map.json") : nil
        files += pairs?.files ?? []
        self.files = files
    }

    /// The keys of the tokenizer.
    ///
    /// - Parameters:
    ///   - rows: How many rows the token embedding has.
    ///   - endIDs: What the model's configuration says ends an answer, which `generation_config.json`
    ///     may say otherwise.
    /// - Returns: Keys `tokenizer.ggml.*`.
    /// - Throws: `EngineError` naming the file and what cannot be used.
    func metadata(rows: Int, endIDs: [Int] = []) throws(EngineError) -> [String: GGUFValue] {
        var pieces = CheckpointPieces(rows: rows)
        var keys: [String: GGUFValue]
        if files.contains("\(folder)/tokenizer.model") {
            keys = try SentencePieceTranslation(path: "\(folder)/tokenizer.model")
                .metadata(&pieces)
        } else if let json {
            keys = try TokenizerJSON(json).metadata(&pieces)
        } else if let pairs {
            keys = try pairs.metadata(&pieces)
        } else {
            throw EngineError(
                .missingPart,
                "\(folder): there is neither 'tokenizer.model' nor 'tokenizer.json', nor "
                    + "'vocab.json' with 'merges.txt'; fetch one of them from where the model came "
                    + "from")
        }
        try addTokens(&pieces)
        if let pairs {
            try pairs.checkNumbers(pieces)
            try markSpecial(&pieces)
        }
        try setEnds(&keys, pieces, configured: endIDs)
        keys.merge(pieces.metadata()) { $1 }
        return keys
    }

    // MARK: Added tokens

    private func addTokens(_ pieces: inout CheckpointPieces) throws(EngineError) {
        if let json, let value = ConfigurationSection(json).value("added_tokens") {
            guard case .array(let tokens) = value else { throw malformed(json, "added_tokens") }
            for token in tokens {
                guard case .object(let object) = token, case .integer(let id)? = object["id"],
                    case .string(let text)? = object["content"]
                else { throw malformed(json, "added_tokens") }
                try pieces.addSpecial(
                    text, id: Int(id), isSpecial: object["special"] == .bool(true),
                    path: json.path)
            }
        }
        if let configuration,
            let value = ConfigurationSection(configuration).value("added_tokens_decoder")
        {
            guard case .object(let tokens) = value else {
                throw malformed(configuration, "added_tokens_decoder")
            }
            for token in tokens.members {
                guard let id = Int(token.name), case .object(let object) = token.value,
                    case .string(let text)? = object["content"]
                else { throw malformed(configuration, "added_tokens_decoder") }
                try pieces.addSpecial(
                    text, id: id, isSpecial: object["special"] == .bool(true),
                    path: configuration.path)
            }
        }
        if let added {
            for token in added.object.members {
                guard case .integer(let id) = token.value else {
                    throw malformed(added, token.name)
                }
                try pieces.addSpecial(
                    token.name, id: Int(id), isSpecial: false, path: added.path)
            }
        }
    }

    /// Marks the tokens with a role that a `vocab.json` lists among its other pieces.
    private func markSpecial(_ pieces: inout CheckpointPieces) throws(EngineError) {
        var texts: [String] = []
        for role in ["bos_token", "eos_token", "unk_token", "pad_token"] {
            if let text = try tokenText(role) { texts.append(text) }
        }
        for file in [configuration, special] {
            for list in ["additional_special_tokens", "extra_special_tokens"] {
                guard let file, case .array(let tokens)? = file.object[list] else { continue }
                for token in tokens {
                    var content: JSONValue? = token
                    if case .object(let object) = token { content = object["content"] }
                    guard case .string(let text)? = content else {
                        throw ConfigurationSection(file).bad(
                            list, "must be texts, or objects with a text 'content'")
                    }
                    texts.append(text)
                }
            }
        }
        for text in texts {
            guard let id = pieces.id(of: text) else { continue }
            try pieces.addSpecial(text, id: id, isSpecial: true, path: folder)
        }
    }

    private func malformed(_ file: JSONFile, _ member: String) -> EngineError {
        EngineError(
            .inconsistentModel,
            "\(file.path): '\(member)' does not give a number and a text for every token; fetch "
                + "the file again")
    }

    // MARK: Roles

    /// Where texts begin and answers end: what the configuration names before what the tokenizer's
    /// own file says, and whatever the generation ends at besides.
    private func setEnds(
        _ keys: inout [String: GGUFValue], _ pieces: CheckpointPieces, configured: [Int]
    ) throws(EngineError) {
        for (member, key) in [
            ("bos_token", "bos_token_id"), ("eos_token", "eos_token_id"),
            ("unk_token", "unknown_token_id"), ("pad_token", "padding_token_id"),
        ] {
            guard let text = try tokenText(member), let id = pieces.id(of: text) else { continue }
            keys["tokenizer.ggml.\(key)"] = .unsigned(UInt64(id))
        }
        if let configuration,
            let adds = try ConfigurationSection(configuration).truth("add_bos_token")
        {
            keys["tokenizer.ggml.add_bos_token"] = .bool(adds)
        }
        let generation = generation.map { ConfigurationSection($0) }
        let stated = try generation?.integers("eos_token_id")
        var ends: [Int] = []
        // Files of transformers may state a default of LLaMA's class, 2, that is an ordinary piece
        // of another vocabulary.
        for id in stated ?? configured where !ends.contains(id) && !pieces.isOrdinary(id) {
            ends.append(id)
        }
        var free = ["eos_token_id", "eot_token_id", "eom_token_id"]
        if case .unsigned(let known)? = keys["tokenizer.ggml.eos_token_id"] {
            ends.removeAll { $0 == Int(clamping: known) }
            free.removeFirst()
        }
        // A file has room for three; whichever is left out should be told by its text.
        ends.sort { !pieces.endsAnswers($0) && pieces.endsAnswers($1) }
        for (id, key) in zip(ends, free) {
            guard let number = UInt64(exactly: id) else {
                throw EngineError(
                    .inconsistentModel,
                    "\(folder): 'eos_token_id' is \(id) and tokens are numbered from 0; fetch "
                        + "config.json and generation_config.json again")
            }
            keys["tokenizer.ggml.\(key)"] = .unsigned(number)
        }
    }

    /// The text of a token with a role: a text, or an object that holds it.
    private func tokenText(_ member: String) throws(EngineError) -> String? {
        let sections = [special, configuration].compactMap { $0.map { ConfigurationSection($0) } }
        guard let section = sections.first(where: { $0.states(member) }) else {
            return pairs?.kind.roles.contains(member) == true ? TokenizerClass.defaultToken : nil
        }
        guard let value = section.value(member) else { return nil }
        if case .string(let text) = value { return text }
        if case .object = value { return try section.section(member)?.text("content") }
        throw section.bad(member, "must be a text or an object and is \(value.kindName)")
    }

    // MARK: Template

    /// The model's own chat template: a member of the configuration, or a file beside it.
    ///
    /// - Throws: `EngineError` of kind `file`.
    func chatTemplate() throws(EngineError) -> (text: String, file: String)? {
        if let configuration, let text = Self.template(configuration) {
            return (text, configuration.path)
        }
        let path = "\(folder)/chat_template.json"
        if access(path, F_OK) == 0 {
            let file = try EngineError.passingOn { () throws(ModelFileError) in
                try JSONFile(path: path)
            }
            if let text = Self.template(file) { return (text, path) }
        }
        let plain = "\(folder)/chat_template.jinja"
        guard access(plain, F_OK) == 0 else { return nil }
        let file = try EngineError.passingOn { () throws(ModelFileError) in
            try MappedFile(path: plain)
        }
        return (String(decoding: file.bytes.prefix(1 << 20), as: UTF8.self), plain)
    }

    /// A text, or the first of a list of named ones.
    private static func template(_ file: JSONFile) -> String? {
        switch file.object["chat_template"] {
        case .string(let text)?: return text
        case .array(let named)?:
            guard case .object(let first)? = named.first,
                case .string(let text)? = first["template"]
            else { return nil }
            return text
        default: return nil
        }
    }
}
