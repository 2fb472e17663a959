import ModelFiles

/// The vision towers LLaVA models are built on, and what tells one's arithmetic from the other's.
///
/// `modeling_clip.py` and `modeling_siglip.py` of huggingface/transformers.
public enum TowerKind: String, Sendable, CaseIterable {
    /// OpenAI's CLIP: a class token in front of the patches, a LayerNorm before the first block.
    case clip
    /// Google's SigLIP: patches alone, their convolution with a bias, no LayerNorm before the blocks.
    case siglip

    /// Tells the tower of some tensors, under the names of GGUF files: no key says that a file is of
    /// SigLIP, but it has no class token.
    init(of tensors: some TensorDirectory) {
        self = tensors.entry("v.class_embd") == nil ? .siglip : .clip
    }

    /// What people call it.
    public var name: String {
        switch self {
        case .clip: "CLIP ViT"
        case .siglip: "SigLIP ViT"
        }
    }

    /// Whether a learned row stands in front of the patches and the blocks' input is normalised.
    var hasClassToken: Bool { self == .clip }

    /// The activation a projector file means by `clip.use_gelu`: CLIP variants use the exact form,
    /// SigLIP `gelu_pytorch_tanh`.
    var geluOfFiles: Activation { self == .clip ? .gelu : .tanhGELU }

    /// What the tower's own processor makes of a picture that is not square.
    var ownAspect: Aspect { self == .clip ? .crop : .stretch }
}
