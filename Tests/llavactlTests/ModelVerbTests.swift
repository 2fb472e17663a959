import Foundation
import Testing

/// The verbs that need a model and no database, held to transformers and sentencepiece.
@Suite struct ModelVerbTests {
    private static let fixtures =
        URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"

    private static func object(_ data: Data) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// A golden run of the engine's fixtures: what transformers answers.
    private static func goldenRun(
        of model: String, about picture: String
    ) throws -> (question: String, prompt: String, length: Int, ids: [Int]) {
        let data = try Data(contentsOf: URL(fileURLWithPath: fixtures + "/engine/goldens.json"))
        let models = try #require(try object(data)["models"] as? [[String: Any]])
        let entry = try #require(models.first { $0["name"] as? String == model })
        let runs = try #require(entry["runs"] as? [[String: Any]])
        let run = try #require(runs.first { $0["picture"] as? String == picture })
        return (
            try #require(run["question"] as? String), try #require(run["prompt"] as? String),
            try #require(run["mergedCount"] as? Int), try #require(run["greedyIDs"] as? [Int])
        )
    }

    /// A fixture's PPM as a PNG.
    private static func picture(_ name: String) throws -> [UInt8] {
        let file = URL(fileURLWithPath: fixtures + "/engine/pictures/\(name).ppm")
        let bytes = [UInt8](try Data(contentsOf: file))
        let fields = bytes.prefix(64).split(whereSeparator: { $0 == 0x20 || $0 == 0x0A })
        let numbers = fields.dropFirst().prefix(2).compactMap {
            Int(String(decoding: $0, as: UTF8.self))
        }
        try #require(numbers.count == 2)
        let size = numbers[0] * numbers[1] * 3
        return PNGWriter.png(
            width: numbers[0], height: numbers[1], rgb: Array(bytes.suffix(size)))
    }

    @Test func asksAsTransformersDoes() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        try folder.write("a.png", try Self.picture("landscape"))
        let models = Self.fixtures + "/engine/models/linear-mha-f32"
        let run = try Self.goldenRun(of: "linear-mha-f32", about: "landscape")
        let options = [
            "--model", models + ".text.gguf", "--mmproj", models + ".mmproj.gguf", "--json",
            "--max-tokens", "\(run.ids.count)", "--ignore-eos", "--aspect", "pad",
        ]
        let asked = try program.run(
            ["ask", "a.png", run.question, "--template", "vicuna_v1"] + options)
        #expect(asked.code == 0, "\(asked.errors)")
        let answer = try Self.object(Data(asked.output.utf8))
        let tokens = try #require(answer["tokens"] as? [[String: Any]])
        #expect(tokens.map { $0["id"] as? Int } == run.ids)
        #expect(tokens.allSatisfy { ($0["logprob"] as? Double).map { $0 <= 0 } ?? false })
        #expect(answer["prompt_tokens"] as? Int == run.length)
        #expect(answer["image_tokens"] as? Int == 4)
        #expect(answer["finish_reason"] as? String == "length")
        let timings = try #require(answer["timings"] as? [String: Double])
        #expect(
            Set(timings.keys)
                == ["load_ms", "image_ms", "encode_ms", "prefill_ms", "generate_ms"])

        let raw = try program.run(["ask", "a.png", "--raw-prompt", run.prompt] + options)
        let rawTokens = try #require(
            try Self.object(Data(raw.output.utf8))["tokens"] as? [[String: Any]])
        #expect(rawTokens.map { $0["id"] as? Int } == run.ids)

        let plain = try program.run(
            ["ask", "a.png", run.question, "--template", "vicuna_v1"]
                + options.filter { $0 != "--json" })
        #expect(plain.output == "\(answer["text"] ?? "")\n")
        #expect(plain.errors == "Cut at \(run.ids.count) tokens: raise --max-tokens for more\n")
    }

    @Test func synthesizesAModelThatAnswers() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        try folder.write("a.png", try Self.picture("landscape"))
        let made = try program.run(
            ["model", "synth", "--shape", "tiny", "--type", "Q4_K_M", "--out", "random", "--json"])
        #expect(made.code == 0, "\(made.errors)")
        let files = try Self.object(Data(made.output.utf8))
        let text = try #require(files["text"] as? String)
        #expect(text.hasSuffix("/random/tiny-q4_k_m.gguf"))
        let projector = try #require(files["mmproj"] as? String)
        let asked = try program.run([
            "ask", "a.png", "What is it?", "--model", text, "--mmproj", projector,
            "--max-tokens", "5", "--ignore-eos", "--json",
        ])
        #expect(asked.code == 0, "\(asked.errors)")
        let answer = try Self.object(Data(asked.output.utf8))
        #expect((answer["tokens"] as? [Any])?.count == 5)

        let wrong = try program.run(["model", "synth", "--shape", "llava-9", "--out", "random"])
        #expect(wrong.code == 2)
        #expect(wrong.errors.contains("there is no shape 'llava-9'; name one of llava-1.5-7b"))
    }

    @Test func measuresAShapeWithoutAnyFile() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        let work = [
            "bench", "--shape", "tiny", "--type", "q8_0", "--images", "2", "--questions", "3",
            "--max-tokens", "4", "--threads", "2",
        ]
        let measured = try program.run(work + ["--json"])
        #expect(measured.code == 0, "\(measured.errors)")
        let report = try Self.object(Data(measured.output.utf8))
        for key in [
            "images_per_hour", "encode_ms", "prefill_tokens_per_s", "decode_tokens_per_s",
            "load_ms", "first_encode_ms", "preprocess_ms", "total_ms",
        ] {
            let value = try #require(report[key] as? Double, "\(key)")
            #expect(value > 0, "\(key)")
        }
        #expect(report["threads"] as? Int == 2)
        #expect(report["image_tokens"] as? Int == 16)
        #expect(report["model"] as? String == "tiny q8_0")
        // 2 pictures in total_ms milliseconds.
        let total = try #require(report["total_ms"] as? Double)
        let hourly = try #require(report["images_per_hour"] as? Double)
        #expect(abs(hourly * total / 7_200_000 - 1) < 0.01)
        let weights = try #require(report["weight_bytes"] as? Int)
        let peak = try #require(report["peak_rss_bytes"] as? Int)
        #expect(peak > weights && peak < weights + 1 << 30)

        let shown = try program.run(work)
        #expect(shown.output.contains("images per hour"))
        #expect(try program.run(["bench", "--shape", "tiny", "--model", "a.gguf"]).code == 2)
        #expect(try program.run(["bench", "--model", "a.gguf", "--type", "f16"]).code == 2)
        let missing = try program.run(work + ["--picture", "none.jpg"])
        #expect(missing.code == 1)
        #expect(missing.errors.contains("none.jpg"))
    }

    @Test func tokenizesAsSentencePieceDoes() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        let lines = try String(
            contentsOfFile: Self.fixtures + "/tokenizer/strings.jsonl", encoding: .utf8)
        for line in lines.split(separator: "\n").prefix(5) {
            let golden = try Self.object(Data(line.utf8))
            let file = try folder.write("text", try #require(golden["text"] as? String))
            let outcome = try program.run([
                "model", "tokenize", "--model", Self.fixtures + "/tokenizer/tokenizer.gguf",
                "--file", file,
            ])
            let ids = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
            #expect(ids as? [Int] == golden["ids"] as? [Int])
        }
    }

    @Test func tokenizesATextALine() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        let golden = try String(
            contentsOfFile: Self.fixtures + "/tokenizer/strings.jsonl", encoding: .utf8
        ).split(separator: "\n").prefix(300).map { try Self.object(Data($0.utf8)) }
        let texts = try golden.map { row in
            try JSONSerialization.data(
                withJSONObject: try #require(row["text"] as? String), options: .fragmentsAllowed)
        }
        let input = texts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        let tokenize = [
            "model", "tokenize", "--model", Self.fixtures + "/tokenizer/tokenizer.gguf", "--lines",
        ]
        let outcome = try program.run(tokenize, input: input)
        let ids = try outcome.output.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [Int]
        }
        #expect(ids == golden.map { $0["ids"] as? [Int] })
        let refused = try program.run(tokenize, input: "\"a\"\nb\n")
        #expect(refused.code == 2 && refused.output == "")
        #expect(refused.errors.hasPrefix("llavactl: standard input: line 2 is no JSON string"))
    }

    @Test func saysWhatIsInAModelFile() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        let model = Self.fixtures + "/engine/models/linear-mha-f32.text.gguf"
        let outcome = try program.run(["model", "info", model, "--json"])
        let files = try #require(
            try Self.object(Data(outcome.output.utf8))["files"] as? [[String: Any]])
        #expect(files.first?["architecture"] as? String == "llama")
        #expect(files.first?["vocabulary"] as? Int == 448)
        let damaged = try folder.write("m.gguf", "no model")
        let refused = try program.run(["model", "info", damaged])
        #expect(refused.code == 1)
        #expect(refused.errors.hasPrefix("llavactl: \(damaged): "))
    }

    /// The fixtures' CLIP is 28 x 28 in patches of 14, its decoder 2 layers wide 32.
    @Test func saysWhatAModelIs() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        let pair = Self.fixtures + "/engine/models/linear-mha-f32"
        let files = [pair + ".text.gguf", pair + ".mmproj.gguf"]
        let one = try Self.object(
            Data(try program.run(["model", "info", "--json"] + files).output.utf8))
        let model = try #require(one["model"] as? [String: Any])
        #expect(model["family"] as? String == "LLaVA v1")
        let tower = try #require(model["tower"] as? [String: Any])
        #expect(tower["image_side"] as? Int == 28)
        #expect(tower["image_tokens"] as? Int == 4)
        let sizes = try files.map {
            try Data(contentsOf: URL(fileURLWithPath: $0)).count
        }
        #expect(model["file_bytes"] as? Int == sizes.reduce(0, +))
        let four = try Self.object(
            Data(
                try program.run(["model", "info", "--json", "--workers", "4"] + files)
                    .output.utf8))
        let more = try #require(four["model"] as? [String: Any])
        let worker = try #require(model["worker_bytes"] as? Int)
        let alone = try #require(model["memory_bytes"] as? Int)
        #expect(more["memory_bytes"] as? Int == alone + 3 * worker)
        let plain = try program.run(["model", "info"] + files)
        #expect(plain.output.hasPrefix("family           LLaVA v1\n"))
        #expect(plain.output.contains("for 1 worker, "))
    }

    @Test func verifiesAPairAndRefusesABadOne() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        let models = Self.fixtures + "/engine/models/"
        let good = try program.run([
            "model", "verify", "--template", "vicuna_v1", "--json",
            "--model", models + "linear-mha-f32.text.gguf",
            "--mmproj", models + "linear-mha-f32.mmproj.gguf",
        ])
        #expect(good.code == 0, "\(good.errors)")
        let report = try Self.object(Data(good.output.utf8))
        #expect(report["ok"] as? Bool == true)
        for key in ["encode_ms", "prefill_tokens_per_s", "decode_tokens_per_s", "peak_rss_bytes"] {
            #expect((report[key] as? Double).map { $0 > 0 } == true, "\(key)")
        }
        let bad = try program.run([
            "model", "verify", "--template", "vicuna_v1",
            "--model", models + "linear-mha-f32.mmproj.gguf",
            "--mmproj", models + "linear-mha-f32.text.gguf",
        ])
        #expect(bad.code == 1)
        #expect(bad.output.isEmpty)
        #expect(bad.errors.split(separator: "\n").count == 1)
        #expect(bad.errors.contains("the other way round"))
    }

    @Test func aModelThatCannotBeOnAHubIsWrongUsage() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        for (model, said) in [
            ("llava", "OWNER/NAME"), ("../etc/passwd", "OWNER/NAME"), ("a/b:", "after the colon"),
        ] {
            let outcome = try program.run(["model", "pull", model])
            #expect(outcome.code == 2, "\(model)")
            #expect(outcome.errors.contains(said), "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
        let address = try program.run(["model", "pull", "a/b", "--endpoint", "ftp://host"])
        #expect(address.code == 2)
        #expect(address.errors.contains("model.endpoint or give --endpoint"))
    }

    @Test func listsTheModelsFolder() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder)
        let empty = try program.run(["model", "list", "--json"])
        #expect(empty.output == "[]\n")
        let models = Self.fixtures + "/engine/models/linear-mha-f32"
        for half in ["text", "mmproj"] {
            try folder.write(
                "state/models/linear/\(half).gguf",
                [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(models).\(half).gguf"))))
        }
        try folder.write("state/models/broken.gguf", "no model")
        let listed = try program.run(["model", "list", "--json"])
        let rows = try #require(
            try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [[String: Any]])
        #expect(rows.map { $0["name"] as? String } == ["broken.gguf", "linear/text.gguf"])
        #expect((rows[0]["problem"] as? String)?.contains("GGUF") == true)
        #expect(rows[1]["family"] as? String == "LLaVA v1")
        #expect(rows[1]["types"] as? String == "F32")
    }

    @Test func theDoctorSaysWhatToDo() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let program = try Program(folder, settings: "workers: {cuont: 1}\n")
        let outcome = try program.run(["doctor", "--json"])
        #expect(outcome.code == 1)
        let findings = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
                as? [[String: String]])
        #expect(findings.first?["check"] == "settings")
        #expect(findings.first?["status"] == "fail")
        #expect(findings.contains { $0["check"] == "processor" })
    }
}
