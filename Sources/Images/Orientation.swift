/// How stored pixels lie, as EXIF tag 0x0112 numbers it (CIPA DC-008, "Orientation").
///
/// A case says what a viewer does to the stored picture.
public enum Orientation: Int, Sendable, CaseIterable {
    /// Shown as stored.
    case upright = 1
    /// Left and right are exchanged.
    case mirrored = 2
    /// Turned by 180 degrees.
    case upsideDown = 3
    /// Top and bottom are exchanged.
    case upsideDownMirrored = 4
    /// Mirrored along the main diagonal.
    case transposed = 5
    /// Turned by 90 degrees clockwise.
    case turnedClockwise = 6
    /// Mirrored along the other diagonal.
    case transversed = 7
    /// Turned by 90 degrees anticlockwise.
    case turnedAnticlockwise = 8

    /// Whether the shown width is the stored height.
    public var swapsSides: Bool { rawValue >= 5 }
}
