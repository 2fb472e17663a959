/// A picture as the vision tower takes it: one view, or several that belong together.
public struct ImageViews: Sendable, Equatable {
    /// The views in the order their rows are read.
    public let pixels: [PixelTensor]
    /// How several views make one picture; nil for one.
    let layout: AnyresLayout?

    /// A picture of one view.
    public init(_ pixels: PixelTensor) {
        self.pixels = [pixels]
        layout = nil
    }

    init(_ pixels: [PixelTensor], layout: AnyresLayout) {
        self.pixels = pixels
        self.layout = layout
    }
}
