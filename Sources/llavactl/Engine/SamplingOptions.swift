import ArgumentParser
import LLaVA
import Pipeline

/// How `ask` draws its answers; the names and bounds of presets.
struct SamplingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The most tokens of an answer.", valueName: "n"))
    var maxTokens: Int = 512

    @Option(
        help: ArgumentHelp(
            "0 takes the most likely token each time, and the next three change nothing.",
            valueName: "n"))
    var temperature: Float = 0

    @Option(
        help: ArgumentHelp(
            "Draw among this many of the likeliest tokens; 0 for all.", valueName: "n"))
    var topK: Int = 0

    @Option(
        help: ArgumentHelp(
            "Draw among the likeliest tokens that together have this probability.", valueName: "n"))
    var topP: Float = 1

    @Option(
        help: ArgumentHelp(
            "Draw among tokens at least this many times as likely as the likeliest.", valueName: "n"
        ))
    var minP: Float = 0

    @Option(
        help: ArgumentHelp(
            "Make tokens of the prompt and the answer less likely to come again; try 1.1.",
            valueName: "n"))
    var repetitionPenalty: Float = 1

    @Option(help: ArgumentHelp("Draws the same answer again.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "A text that ends an answer and is not part of it; may be given again.",
            valueName: "text"))
    var stop: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: "End an answer that repeats itself without end; off with --ignore-eos.")
    var repetitionGuard = true

    @Flag(name: .customLong("ignore-eos"), help: "Write on where the model would stop.")
    var ignoresEnd = false

    func validate() throws {
        try Self.require(
            maxTokens >= 1 && maxTokens <= 1 << 20, "--max-tokens takes 1 or more, not \(maxTokens)"
        )
        try Self.require(
            temperature >= 0 && temperature <= 100,
            "--temperature takes 0 to 100, not \(temperature)")
        try Self.require(
            SamplingRules.topKs.contains(topK),
            "--top-k takes 0 to \(SamplingRules.topKs.upperBound), not \(topK)")
        try Self.require(topP > 0 && topP <= 1, "--top-p takes more than 0, at most 1, not \(topP)")
        try Self.require(minP >= 0 && minP < 1, "--min-p takes 0 or more, below 1, not \(minP)")
        let penalties = SamplingRules.repetitionPenalties
        try Self.require(
            penalties.contains(repetitionPenalty),
            "--repetition-penalty takes \(penalties.lowerBound) to \(penalties.upperBound), not "
                + "\(repetitionPenalty)")
        try Self.require(!stop.contains(""), "--stop takes a text, not an empty one")
    }

    /// What the engine is told.
    var options: GenerationOptions {
        var options = GenerationOptions()
        options.maxTokens = maxTokens
        options.temperature = temperature
        options.topK = topK
        options.topP = topP
        options.minP = minP
        options.repetitionPenalty = repetitionPenalty
        options.seed = seed
        options.stopStrings = stop
        options.ignoresEnd = ignoresEnd
        // Whoever wants no end wants none.
        options.endsRepetition = repetitionGuard && !ignoresEnd
        return options
    }

    private static func require(_ holds: Bool, _ rule: String) throws(ValidationError) {
        if !holds { throw ValidationError(rule + ".") }
    }
}
