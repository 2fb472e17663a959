import ArgumentParser
import Images
import LLaVA
import Pipeline
import Settings

/// `image PATH`: what the system makes of a picture.
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Show what a picture is, or why it cannot be described.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var model: ModelOptions

    @Argument(help: "The picture.")
    var path: String

    @Option(
        help: ArgumentHelp(
            "Write the upright RGB pixels to a PPM file; with --model, as the model gets them.",
            valueName: "file.ppm"))
    var out: String?

    private var namesModel: Bool { model.model != nil || model.mmproj != nil }

    func validate() throws {
        guard out != nil || !namesModel else {
            throw ValidationError("--model says how --out is written: give --out too.")
        }
    }

    func run() async throws {
        let settings = try shared.settings()
        let path = GivenPath.absolute(path)
        let location = namesModel ? try model.location(settings) : nil
        let reader = PictureReader(settings.images, reading: location?.reading ?? .original)
        let out = out
        let outcome = try await EngineThread.run {
            let outcome = reader.read(path)
            if let out, case .success(let picture) = outcome {
                let pixels =
                    try location.map { try LlavaModel.load($0).modelInput(for: picture.pixels) }
                    ?? picture.pixels
                try AtomicFile.write(pixels.ppm(), to: GivenPath.absolute(out))
            }
            return outcome.map(\.header)
        }
        switch outcome {
        case .success(let header): try report(header, path)
        case .failure(let failure): try report(failure, path)
        }
    }

    private func report(_ header: ImageHeader, _ path: String) throws {
        let sink = FileSink.standardOutput()
        if shared.json {
            try sink.line(
                JSONText.object([
                    "path": .string(path), "format": .string(header.format.rawValue),
                    "width": .number(header.uprightWidth),
                    "height": .number(header.uprightHeight),
                    "stored_width": .number(header.width),
                    "stored_height": .number(header.height),
                    "orientation": .number(header.orientation.rawValue),
                    "mode": .string(header.mode), "bit_depth": .number(header.bitDepth),
                    "progressive": .bool(header.isProgressive),
                ]).text)
        } else {
            let rows = [
                ("format", header.format.rawValue),
                ("size", "\(header.uprightWidth) x \(header.uprightHeight)"),
                ("orientation", "\(header.orientation.rawValue)"),
                ("mode", "\(header.mode), \(header.bitDepth) bits"),
                ("progressive", header.isProgressive ? "yes" : "no"),
            ]
            for (name, value) in rows {
                try sink.line(DisplayWidth.padded(name, to: 13) + value)
            }
        }
        try sink.flush()
    }

    private func report(_ failure: PictureFailure, _ path: String) throws {
        guard shared.json else {
            throw CommandFailure(
                .someFailed, "\(failure.failureClass): \(failure.message)")
        }
        let sink = FileSink.standardOutput()
        try sink.line(
            JSONText.object([
                "path": .string(path), "failure_class": .string(failure.failureClass),
                "message": .string(failure.message),
            ]).text)
        try sink.flush()
        throw CommandFailure(.someFailed, nil)
    }
}
