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

    func describer() -> any ImageDescribing { FakeDescriber(model: self) }

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

    /// Holds a worker until the gate opens; `false` if the work was stopped first.
    fileprivate func waitAtGate(_ isCancelled: () -> Bool) -> Bool {
        state.withLock { $0.waiting += 1 }
        defer { state.withLock { $0.waiting -= 1 } }
        while !isCancelled() {
            if state.withLock({ $0.isOpen }) { return true }
            sched_yield()
        }
        return false
    }
}

private final class FakeDescriber: ImageDescribing {
    private let model: FakeModel

    init(model: FakeModel) {
        self.model = model
    }

    func describe(taking next: (_ waits: Bool) -> DescribingTask?) {
        while let task = next(true) {
            do throws(PipelineError) {
                try describe(task)
                task.onEnd(nil)
            } catch {
                task.onEnd(error)
            }
        }
    }

    private func describe(_ task: DescribingTask) throws(PipelineError) {
        let (text, looks) = model.look(at: task.picture)
        defer { model.lookAway() }
        if text.hasPrefix("flaky"), looks == 1 {
            throw PipelineError(.look, .engine, "not this time", disposition: .retry)
        }
        if text.hasPrefix("slow"), !model.waitAtGate(task.isCancelled) {
            throw .cancelled(task.picture.path)
        }
        for preset in task.presets {
            for question in preset.questions {
                if task.isCancelled() { throw .cancelled(task.picture.path) }
                task.onAnswer(
                    DescribedAnswer(
                        preset: preset.name, presetVersion: preset.version,
                        question: question.name, text: "\(question.name) of \(text)",
                        confidence: 0.5, finishReason: "stop", tokens: 3, durationMS: 1))
            }
        }
    }
}
