/// A job that this daemon has just claimed, with the fence every write about it must name.
public struct ClaimedJob: Sendable, Equatable {
    /// The job.
    public let id: Int64
    /// The number of this claim; it only grows, and writes under an older one are refused.
    public let fence: Int64
    /// The picture's path.
    public let path: String
    /// The presets wanted, each at its latest version.
    public let presets: [PresetRow]
    /// Names wanted that no preset has: give the job back dead with the class `preset`.
    public let unknownPresets: [String]
    /// How often a worker died while it had this job open; from 1 on, run it alone.
    public let crashes: Int
    /// How often the job was claimed since it was last opened, this claim included.
    public let attempts: Int

    /// Makes a claim, as tests of workers do.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - fence: The number of this claim.
    ///   - path: The picture's path.
    ///   - presets: The presets wanted, at their latest versions.
    ///   - unknownPresets: Names wanted that no preset has.
    ///   - crashes: How often a worker died over this job.
    ///   - attempts: How often it was claimed since it was last opened.
    public init(
        id: Int64, fence: Int64, path: String, presets: [PresetRow],
        unknownPresets: [String] = [], crashes: Int = 0, attempts: Int = 1
    ) {
        self.id = id
        self.fence = fence
        self.path = path
        self.presets = presets
        self.unknownPresets = unknownPresets
        self.crashes = crashes
        self.attempts = attempts
    }
}
