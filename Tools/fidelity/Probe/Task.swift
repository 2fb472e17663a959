/// One comparison: a model, a picture, a prompt.
struct Task: Decodable {
    /// A GGUF file or a folder.
    let model: String
    /// The projector's file of a GGUF pair.
    let mmproj: String?
    /// `original` or `huggingface`.
    let reading: String
    /// A PNG or JPEG file; none for a prompt without a picture.
    let picture: String?
    /// The prompt, -200 in the picture's place.
    let ids: [Int32]
    /// Read token by token after the prompt.
    let continuation: [Int32]
    /// Tokens to write.
    let greedy: Int
    /// `exact`, `accurate` or `fast`.
    let arithmetic: String
    /// Where tensors go: `OUT.pixels`, `OUT.features` and `OUT.logits`, little-endian float32.
    let out: String
}
