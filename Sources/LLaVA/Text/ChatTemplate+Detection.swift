/// Telling a model's template from its files.
extension ChatTemplate {
    /// A template and what tells it.
    private struct Sign: Sendable {
        /// Texts that all stand in the model's own template.
        var texts: [String]
        /// A piece the vocabulary must have as well.
        var piece: String?
        var template: ChatTemplate
    }

    /// The first row that fits decides.
    private static let signs: [Sign] = [
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
    ///   - tokenizer: The model's tokenizer.
    /// - Returns: Nil if the text fits none of the known templates.
    public static func detect(
        chatTemplate: String?, tokenizer: any Tokenizer
    ) -> ChatTemplate? {
        guard let chatTemplate else { return nil }
        return signs.first { sign in
            sign.texts.allSatisfy { chatTemplate.contains($0) }
                && sign.piece.map { tokenizer.id(of: $0) != nil } ?? true
        }?.template
    }

    /// Chooses the template of a model: the one asked for, else the one its file tells.
    ///
    /// - Parameters:
    ///   - name: What the user set, if anything.
    ///   - chatTemplate: The text of key `tokenizer.chat_template`, if the file has it.
    ///   - tokenizer: The model's tokenizer.
    ///   - path: The model's file, for messages.
    /// - Returns: The template.
    /// - Throws: `EngineError` of kind `template` that names the known ones and where to set one.
    public static func choose(
        named name: String?, chatTemplate: String?, tokenizer: any Tokenizer, path: String
    ) throws(EngineError) -> ChatTemplate {
        if let name { return try named(name) }
        if let template = detect(chatTemplate: chatTemplate, tokenizer: tokenizer) {
            return template
        }
        let found =
            chatTemplate == nil
            ? "has no key 'tokenizer.chat_template'"
            : "has a 'tokenizer.chat_template' of no known form"
        throw EngineError(
            .template,
            "\(path): the chat template cannot be told, the file \(found); set model.template or "
                + "--template to one of \(knownNames) (LLaVA 1.5 and 1.6 with Vicuna: vicuna_v1)")
    }
}
