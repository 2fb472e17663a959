/// The layouts LLaVA models were trained with.
///
/// Texts are those of `llava/conversation.py` in the repository haotian-liu/LLaVA at c121f04,
/// `qwen_1_5` and `llava_llama_3` those of the same file in LLaVA-VL/LLaVA-NeXT. A model answers
/// worse with any other text, so they stand here to the letter.
extension ChatTemplate {
    /// All templates, in the order messages list them.
    public static let all: [ChatTemplate] = [
        vicunaV1, llavaV1, llavaV0, v0, llavaLlama2, mistralInstruct, chatmlDirect, mpt, plain,
        v0Tagged, v1Tagged, multimodalV0, multimodalV1, qwen15, llavaLlama3,
        llama3Chat, joyCaption,
    ]

    private static let politeToHuman =
        "A chat between a curious human and an artificial intelligence assistant. The assistant "
        + "gives helpful, detailed, and polite answers to the human's questions."

    private static let politeToUser =
        "A chat between a curious user and an artificial intelligence assistant. The assistant "
        + "gives helpful, detailed, and polite answers to the user's questions."

    private static let visionAssistant =
        "You are a helpful language and vision assistant. You are able to understand the visual "
        + "content that the user provides, and assist the user with a variety of tasks using "
        + "natural language."

    /// No space stands before "The visual content": the models were trained without it.
    private static let taggedImages =
        "A chat between a curious user and an artificial intelligence assistant. The assistant is "
        + "able to understand the visual content that the user provides, and assist the user with "
        + "a variety of tasks using natural language.The visual content will be provided with "
        + "the following format: <Image>visual content</Image>."

    /// Nor stands one between the sentences of this one.
    private static let wisconsin =
        "You are LLaVA, a large language and vision assistant trained by UW Madison WAIV Lab.You are "
        + "able to understand the visual content that the user provides, and assist the user with "
        + "a variety of tasks using natural language.Follow the instructions carefully and explain "
        + "your answers in detail."

    // MARK: Vicuna

    /// LLaVA 1.5 and 1.6 with Vicuna 1.5, as their published figures were measured.
    static let vicunaV1 = usersAndAssistants("vicuna_v1", aliases: ["v1"], system: politeToUser)

    /// The same layout as the project's own chat program uses it.
    static let llavaV1 = usersAndAssistants("llava_v1", system: politeToHuman)

    /// LLaVA 1 with Vicuna 1.1 and pictures between tags.
    static let v1Tagged = usersAndAssistants(
        "v1_mmtag", system: taggedImages, imagePlace: .turnOfItsOwn)

    /// LLaVA 1 with Vicuna 0.
    static let llavaV0 = humansAndAssistants("llava_v0", system: politeToHuman)

    /// Vicuna 0 itself; the original adds a worked example to it, which this table leaves out.
    static let v0 = humansAndAssistants("v0", aliases: ["default"], system: politeToHuman)

    /// LLaVA 1 with Vicuna 0 and pictures between tags.
    static let v0Tagged = humansAndAssistants(
        "v0_mmtag", system: taggedImages, imagePlace: .turnOfItsOwn)

    /// LLaVA 1 with Vicuna 0 as it was shown in May 2023 ("multimodal" in `llava/conversation.py` at
    /// 3642dd0), after an exchange of greetings.
    static let multimodalV0 = humansAndAssistants(
        "multimodal_v0",
        system: wisconsin
            + "###Human: Hi!###Assistant: Hi there!  How can I help you today?\n",
        imagePlace: .afterQuestion)

    /// LLaVA 1 with Vicuna 1.1 as it was shown in May 2023 ("llava_v1" at 3642dd0).
    static let multimodalV1 = usersAndAssistants(
        "multimodal_v1", system: wisconsin, imagePlace: .afterQuestion)

    private static func usersAndAssistants(
        _ name: String, aliases: [String] = [], system: String,
        imagePlace: ImagePlace = .beforeQuestion
    ) -> ChatTemplate {
        ChatTemplate(
            name, aliases: aliases, stopStrings: ["</s>"],
            opening: system + " USER: ",
            afterQuestion: " ASSISTANT:",
            beforeAnswer: " ",
            betweenTurns: "</s>USER: ",
            imagePlace: imagePlace)
    }

    private static func humansAndAssistants(
        _ name: String, aliases: [String] = [], system: String,
        imagePlace: ImagePlace = .beforeQuestion
    ) -> ChatTemplate {
        ChatTemplate(
            name, aliases: aliases, stopStrings: ["###"],
            opening: system + "###Human: ",
            afterQuestion: "###Assistant:",
            beforeAnswer: " ",
            betweenTurns: "###Human: ",
            imagePlace: imagePlace)
    }

    // MARK: Instructions in brackets

    /// LLaVA with LLaMA 2 Chat; the `<s>` at its beginning is left to the tokenizer.
    static let llavaLlama2 = ChatTemplate(
        "llava_llama_2", aliases: ["llama_2"], stopStrings: ["</s>"],
        opening: "[INST] <<SYS>>\n\(visionAssistant)\n<</SYS>>\n\n",
        afterQuestion: " [/INST]",
        beforeAnswer: " ",
        betweenTurns: " </s><s>[INST] ")

    /// LLaVA 1.6 with Mistral.
    static let mistralInstruct = ChatTemplate(
        "mistral_instruct", stopStrings: ["</s>"],
        opening: "[INST] ",
        afterQuestion: " [/INST]",
        beforeAnswer: " ",
        betweenTurns: " </s>[INST] ")

    // MARK: Turns between control tokens

    /// LLaVA 1.6 with Nous Hermes 2 Yi 34B.
    static let chatmlDirect = turnsWithoutNewlines(
        "chatml_direct", aliases: ["mistral_direct"], system: "Answer the questions.")

    /// LLaVA with MPT Chat.
    static let mpt = turnsWithoutNewlines(
        "mpt",
        system: "A conversation between a user and an LLM-based AI assistant. The assistant gives "
            + "helpful and honest answers.")

    private static func turnsWithoutNewlines(
        _ name: String, aliases: [String] = [], system: String
    ) -> ChatTemplate {
        ChatTemplate(
            name, aliases: aliases, stopStrings: ["<|im_end|>"],
            opening: "<|im_start|>system\n\(system)<|im_end|><|im_start|>user\n",
            afterQuestion: "<|im_end|><|im_start|>assistant\n",
            beforeAnswer: "",
            betweenTurns: "<|im_end|><|im_start|>user\n")
    }

    /// LLaVA-NeXT with Qwen 1.5.
    static let qwen15 = ChatTemplate(
        "qwen_1_5", stopStrings: ["<|im_end|>"],
        opening: "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n",
        afterQuestion: "<|im_end|>\n<|im_start|>assistant\n",
        beforeAnswer: "",
        betweenTurns: "<|im_end|>\n<|im_start|>user\n")

    // MARK: LLaMA 3

    /// LLaVA-NeXT with LLaMA 3.
    static let llavaLlama3 = headedTurns("llava_llama_3", system: visionAssistant)

    /// LLaVA with LLaMA 3 as xtuner trained it, without a system turn ("llama3_chat" in
    /// `xtuner/utils/templates.py` of the repository InternLM/xtuner).
    static let llama3Chat = headedTurns("llama3_chat", system: nil)

    /// JoyCaption: LLaMA 3.1's own layout with its fixed dates, and the system text of the programs
    /// in the repository fpgaminer/joycaption; the picture is put between two reserved tokens.
    static let joyCaption = headedTurns(
        "joycaption",
        system: "Cutting Knowledge Date: December 2023\nToday Date: 26 July 2024\n\n"
            + "You are a helpful image captioner.",
        imagePlace: .between("<|reserved_special_token_70|>", "<|reserved_special_token_71|>"))

    private static func headedTurns(
        _ name: String, system: String?, imagePlace: ImagePlace = .beforeQuestion
    ) -> ChatTemplate {
        func header(_ role: String) -> String {
            "<|start_header_id|>\(role)<|end_header_id|>\n\n"
        }
        let systemTurn = system.map { header("system") + $0 + "<|eot_id|>" } ?? ""
        return ChatTemplate(
            name, stopStrings: ["<|eot_id|>"],
            opening: "<|begin_of_text|>" + systemTurn + header("user"),
            afterQuestion: "<|eot_id|>" + header("assistant"), beforeAnswer: "",
            betweenTurns: "<|eot_id|>" + header("user"), imagePlace: imagePlace)
    }

    // MARK: Captions

    /// The first stage of training: picture, caption, newline; with a picture no question is put.
    static let plain = ChatTemplate(
        "plain", aliases: ["v0_plain"], stopStrings: ["\n"],
        opening: "", afterQuestion: "", beforeAnswer: "", betweenTurns: "\n",
        imagePlace: .alone)
}
