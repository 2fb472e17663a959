import Foundation
import Testing

/// `ask` with several questions and without a picture, held to transformers.
@Suite struct AskTests {
    private struct Golden: Decodable {
        struct Turn: Decodable {
            var question: String
            var mergedCount: Int
            var greedyIDs: [Int]
            var text: String
        }

        var picture: Bool
        var turns: [Turn]
    }

    private static let fixtures =
        URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().path
        + "/Fixtures/conversation/"

    private static let model = [
        "--model", fixtures + "text.gguf", "--mmproj", fixtures + "mmproj.gguf",
        "--template", "vicuna_v1", "--aspect", "pad", "--max-tokens", "12",
    ]

    private func turns(aboutPicture: Bool) throws -> [Golden.Turn] {
        let lines = try String(contentsOfFile: Self.fixtures + "goldens.jsonl", encoding: .utf8)
        for line in lines.split(separator: "\n") {
            let golden = try JSONDecoder().decode(Golden.self, from: Data(line.utf8))
            // A question is one line here.
            if golden.picture == aboutPicture { return Array(golden.turns.prefix(2)) }
        }
        throw Program.Failure(description: "goldens.jsonl has no such conversation")
    }

    private func documents(_ output: String) throws -> [[String: Any]] {
        try output.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    private func ids(_ document: [String: Any]) -> [Int] {
        (document["tokens"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int }
    }

    /// The colours of the golden's picture, as `picture()` of the fixture's script makes them.
    private func drawPicture(in folder: TemporaryFolder) throws {
        let rgb = (0..<(40 * 30 * 3)).map { UInt8(truncatingIfNeeded: ($0 * 37 + 101) ^ ($0 >> 4)) }
        try folder.write("a.png", PNGWriter.png(width: 40, height: 30, rgb: rgb))
    }

    @Test(arguments: [true, false])
    func furtherQuestionsComeFromStandardInput(isFirstGiven: Bool) throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        try drawPicture(in: folder)
        let turns = try turns(aboutPicture: true)
        let (first, second) = (turns[0].question, turns[1].question)
        let (arguments, input) =
            isFirstGiven
            ? (["a.png", first, "--chat"], "\n\(second)")
            : (["a.png", "-"], "\(first)\n  \n \(second) \n")
        let outcome = try program.run(["ask"] + arguments + Self.model + ["--json"], input: input)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let found = try documents(outcome.output)
        #expect(found.map { $0["question"] as? String } == [first, second])
        #expect(found.map(ids) == turns.map(\.greedyIDs))
        #expect(found.map { $0["text"] as? String } == turns.map(\.text))
        #expect(found.map { $0["prompt_tokens"] as? Int } == turns.map(\.mergedCount))
        let timings = found.map { $0["timings"] as? [String: Double] ?? [:] }
        #expect(timings[0]["encode_ms"] ?? 0 > 0)
        // What the first question has paid for.
        #expect(timings[1]["load_ms"] == 0 && timings[1]["encode_ms"] == 0)

        let plain = try program.run(["ask"] + arguments + Self.model, input: input)
        #expect(plain.output == turns.map { $0.text + "\n" }.joined())
    }

    @Test func withoutAPictureTheLanguageModelAnswersAlone() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        let turns = try turns(aboutPicture: false)
        let one = try program.run(
            ["ask", "--no-image", turns[0].question, "--json"]
                + Self.model.filter { !$0.contains("mmproj") })
        #expect(one.code == 0, "\(one.errors)")
        let document = try #require(try documents(one.output).first)
        #expect(ids(document) == turns[0].greedyIDs)
        #expect(document["image_tokens"] as? Int == 0)
        #expect(document["question"] == nil)

        let several = try program.run(
            ["ask", "--no-image", "-", "--json"] + Self.model,
            input: turns.map { $0.question + "\n" }.joined())
        #expect(try documents(several.output).map(ids) == turns.map(\.greedyIDs))
    }

    @Test func stopStringsEndTheAnswer() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        let turn = try turns(aboutPicture: false)[0]
        let letters = Array(turn.text)
        let stop = String(letters[4...5])
        let expected = try #require(turn.text.range(of: stop)).lowerBound
        let outcome = try program.run(
            ["ask", "--no-image", turn.question, "--stop", stop] + Self.model)
        let text = turn.text[..<expected].trimmingCharacters(in: .whitespaces)
        #expect(outcome.output == text + "\n")
        #expect(outcome.errors == "")
    }
}
