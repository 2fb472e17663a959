/// The contents of `goldens.json`; the README beside it says what each part means.
struct GoldenManifest: Decodable, Sendable {
    struct Picture: Decodable, Sendable {
        let name: String
        let width: Int
        let height: Int
    }

    struct Place: Decodable, Sendable {
        let shape: [Int]
        /// In floats.
        let offset: Int
    }

    /// One prompt through one checkpoint.
    struct Run: Decodable, Sendable {
        /// None for the prompt without a picture.
        let picture: String?
        let question: String
        /// The question in the template `vicuna_v1`.
        let prompt: String
        /// -200 stands for the picture.
        let promptIDs: [Int32]
        let mergedCount: Int
        let continuation: [Int32]
        /// Tensor (1 + continuation, V); the first row belongs to the last prompt position.
        let logits: String
        let greedyIDs: [Int32]
        let greedyLogprobs: [Float]
        let greedyText: String
    }

    /// One checkpoint.
    struct Model: Decodable, Sendable {
        let name: String
        let text: String
        /// None for a Hugging Face folder, whose path is then `text`.
        let mmproj: String?
        let imageSide: Int
        let imageTokens: Int
        let executedBlocks: Int
        let visionPicture: String
        /// Rows of (1 + patches, W) that `visionStates` hold.
        let stateRows: [Int]
        /// Tensors (rows, W): the encoder input, then every executed block.
        let visionStates: [String]
        /// Rows of (patches, D) that `features` hold.
        let featureRows: [Int]
        /// Picture to tensor (rows, D).
        let features: [String: String]
        let runs: [Run]
    }

    let system: String
    let pictures: [Picture]
    /// Side to tensor (3, side, side).
    let pixels: [String: String]
    /// `PICTURE/MODE/SIDE` to FNV-1a of the tensor's bytes.
    let pixelFingerprints: [String: String]
    let models: [Model]
    /// The checkpoint stored as a Hugging Face folder.
    let huggingFace: Model
    let tensors: [String: Place]
}
