/// Telling a model's template from its files.
extension ChatTemplate {
    /// A template and what tells it.
    private struct Sign: Sendable {
        /// Texts that all stand in the model's own template.
        var texts: [String]
        /// A piece the vocabulary must have as well.
        var piece: String?
        /// Whether the model cuts pictures into tiles, where that tells.
        var hasTiles: Bool?
        var template: ChatTemplate
    }

    /// The first row that fits decides.
    private static let signs: [Sign] = [
        Sign(
            texts: ["<|start_header_id|>", "<|reserved_special_token_70|>"],
            piece: "<|reserved_special_token_70|>", template: joyCaption),
        // LLaVA-NeXT's; a LLaMA 3 that sees one view is xtuner's.
        Sign(
            texts: ["<|start_header_id|>"], piece: "<|start_header_id|>", hasTiles: false,
            template: llama3Chat),
        Sign(
            texts: ["<|start_header_id|>"], piece: "<|start_header_id|>", template: llavaLlama3),
        // Both are ChatML. Qwen's vocabulary is a byte-level one, in which "Ġ" is a space; that of
        // the other, Yi's, is of SentencePiece.
        Sign(texts: ["<|im_start|>"], piece: "\u{120}", template: qwen15),
        Sign(texts: ["<|im_start|>"], piece: "<|im_start|>", template: chatmlDirect),
        Sign(texts: ["[INST]", "<<SYS>>"], template: llavaLlama2),
        Sign(texts: ["[INST]"], template: mistralInstruct),
        Sign(texts: ["USER:", "ASSISTANT:"], template: vicunaV1),
        Sign(texts: ["###", "Human:", "Assistant:"], template: llavaV0),
    ]

    /// Tells a template from the one a model's file carries.
    ///
    /// - Parameters:
    ///   - chatTemplate: The text of key `tokenizer.chat_template`, if the file has it.
    ///   - hasTiles: Whether the model cuts pictures into tiles, if it sees any.
    ///   - tokenizer: The model's tokenizer.
    /// - Returns: Nil if the text fits none of the known templates.
    public static func detect(
        chatTemplate: String?, hasTiles: Bool? = nil, tokenizer: any Tokenizer
    ) -> ChatTemplate? {
        guard let chatTemplate else { return nil }
        return signs.first { sign in
            sign.texts.allSatisfy { chatTemplate.contains($0) }
                && sign.piece.map { tokenizer.id(of: $0) != nil } ?? true
                && sign.hasTiles.map { $0 == hasTiles } ?? true
        }?.template
    }

    /// Chooses the template of a model: the one asked for, else the one its file tells.
    ///
    /// - Parameters:
    ///   - name: What the user set, if anything.
    ///   - chatTemplate: The text of key `tokenizer.chat_template`, if the file has it.
    ///   - marksPictures: Whether pictures stand between `<im_start>` and `<im_end>`, if the model's
    ///     configuration says it; else they do if the vocabulary has both, which were added for it.
    ///   - hasTiles: Whether the model cuts pictures into tiles, if it sees any.
    ///   - tokenizer: The model's tokenizer.
    ///   - path: The model's file, for messages.
    /// - Returns: The template.
    /// - Throws: `EngineError` of kind `template` that names the known ones and where to set one, or
    ///   of kind `inconsistentModel` if there are marks to be set and none in the vocabulary.
    public static func choose(
        named name: String?, chatTemplate: String?, marksPictures: Bool? = nil,
        hasTiles: Bool? = nil, tokenizer: any Tokenizer, path: String
    ) throws(EngineError) -> ChatTemplate {
        let wish = try name.map { name throws(EngineError) in try Wish(name) }
        guard
            let template = wish?.template
                ?? detect(chatTemplate: chatTemplate, hasTiles: hasTiles, tokenizer: tokenizer)
        else { throw untold(chatTemplate, path: path) }
        let marks = [pictureMarks.begin, pictureMarks.end]
        let hasMarks = marks.allSatisfy { tokenizer.id(of: $0) != nil }
        guard wish?.marksPictures ?? marksPictures ?? hasMarks else { return template }
        guard hasMarks else {
            throw EngineError(
                .inconsistentModel,
                "\(path): pictures are to stand between \(marks.joined(separator: " and ")), which "
                    + "the vocabulary lacks; use the tokenizer of this model, or set model.template "
                    + "or --template to '\(template.name):unmarked'")
        }
        return template.markingPictures
    }

    private static func untold(_ chatTemplate: String?, path: String) -> EngineError {
        let found =
            chatTemplate == nil
            ? "has no key 'tokenizer.chat_template'"
            : "has a 'tokenizer.chat_template' of no known form"
        return EngineError(
            .template,
            "\(path): the chat template cannot be told, the file \(found); set model.template or "
                + "--template to one of \(knownNames) (LLaVA 1.5 and 1.6 with Vicuna: vicuna_v1)")
    }
}
