import Foundation
import LLaVA
import Pipeline
import Synchronization

/// A model for tests: what it says, and whether it fails, stands in the "pictures" themselves.
///
/// A picture is a text file. `slow` waits until the gate opens or the work is stopped;
/// `corrupt` fails for good; `flaky` fails once per process and then answers.
final class FakeModel: Sendable {
    private struct State {
        /// What the prepared pictures say, by their hashes.
        var texts: [[UInt8]: String] = [:]
        var looks: [String: Int] = [:]
        var isOpen = false
        var most = Int.max
        var waiting = 0
        var atWork = 0
        var mostAtOnce = 0
    }

    private let state = Mutex(State())

    /// How often each picture was looked at, by its text.
    var looks: [String: Int] { state.withLock { $0.looks } }

    /// How many workers wait at the gate.
    var waiting: Int { state.withLock { $0.waiting } }

    /// The most pictures that were described at the same time.
    var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }

    /// Lets slow pictures be answered.
    func open() {
        state.withLock { $0.isOpen = true }
    }

    /// Reads a "picture"; a corrupt one fails.
    func prepare(_ image: SourceImage) throws(PipelineError) -> PreparedPicture {
        let text = String(decoding: image.bytes, as: UTF8.self)
        if text.hasPrefix("corrupt") {
            throw PipelineError(.decode, .corrupt, "'\(image.path)' is corrupt.")
        }
        state.withLock { $0.texts[image.sha256] = text }
        return PreparedPicture(
            image, views: ImageViews(PixelTensor(side: 0, values: [])), preparationMS: 1)
    }

    /// A describer that works on so many pictures at once, an answer of each in turn.
    func describer(_ pictures: Int) -> any ImageDescribing {
        FakeDescriber(model: self, pictures: pictures)
    }

    fileprivate func look(at picture: PreparedPicture) -> (text: String, looks: Int) {
        state.withLock { state in
            let text = state.texts[picture.sha256] ?? ""
            state.looks[text, default: 0] += 1
            state.atWork += 1
            state.mostAtOnce = max(state.mostAtOnce, state.atWork)
            return (text, state.looks[text, default: 0])
        }
    }

    fileprivate func lookAway() {
        state.withLock { $0.atWork -= 1 }
    }

    fileprivate func arriveAtGate() {
        state.withLock { $0.waiting += 1 }
    }

    fileprivate func leaveGate() {
        state.withLock { $0.waiting -= 1 }
    }

    /// Lets describers have so many pictures at once, even if they could have more.
    func takeAtMost(_ pictures: Int) {
        state.withLock { $0.most = pictures }
    }

    fileprivate var most: Int { state.withLock { $0.most } }

    fileprivate var isOpen: Bool { state.withLock { $0.isOpen } }
}

private final class FakeDescriber: ImageDescribing {
    private let model: FakeModel
    private let pictures: Int

    init(model: FakeModel, pictures: Int) {
        self.model = model
        self.pictures = pictures
    }

    func describe(taking next: (_ waits: Bool) -> DescribingTask?) {
        var working: [FakePicture] = []
        while true {
            while working.count < min(pictures, model.most), let task = next(working.isEmpty) {
                working.append(FakePicture(task, model))
            }
            guard !working.isEmpty else { return }
            working.removeAll { !$0.goesOn() }
            // Somebody else opens the gate.
            sched_yield()
        }
    }
}

/// A picture that a fake describer works on.
private final class FakePicture {
    private let task: DescribingTask
    private let model: FakeModel
    private let text: String
    private let failsOnce: Bool
    private var waits: Bool
    private var asked: ArraySlice<(Preset, Question)>

    init(_ task: DescribingTask, _ model: FakeModel) {
        self.task = task
        self.model = model
        let (text, looks) = model.look(at: task.picture)
        self.text = text
        failsOnce = text.hasPrefix("flaky") && looks == 1
        waits = text.hasPrefix("slow")
        asked = task.presets.flatMap { preset in preset.questions.map { (preset, $0) } }[...]
        if waits { model.arriveAtGate() }
    }

    /// Does the next piece of work; whether there is more.
    func goesOn() -> Bool {
        if task.isCancelled() { return end(.cancelled(task.picture.path)) }
        if failsOnce {
            return end(PipelineError(.look, .engine, "not this time", disposition: .retry))
        }
        if waits {
            guard model.isOpen else { return true }
            waits = false
            model.leaveGate()
        }
        guard let (preset, question) = asked.popFirst() else { return end(nil) }
        task.onAnswer(
            DescribedAnswer(
                preset: preset.name, presetVersion: preset.version, question: question.name,
                text: "\(question.name) of \(text)", confidence: 0.5, finishReason: "stop",
                tokens: 3, durationMS: 1))
        return true
    }

    private func end(_ error: PipelineError?) -> Bool {
        if waits { model.leaveGate() }
        model.lookAway()
        task.onEnd(error)
        return false
    }
}
