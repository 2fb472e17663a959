import Testing

@testable import LLaVA

@Suite struct AnswerTextTests {
    @Test func joinsCharactersSpreadOverTokensAndDropsTheLeadingSpace() {
        var text = AnswerText(stopStrings: [], dropsLeadingSpace: true)
        var heard: [String] = []
        for piece in [Array(" na".utf8), [0xC3], [0xAF], Array("ve \n".utf8)] {
            let stopped = text.append(.init(id: 1, logprob: 0), addPiece: { $0 += piece }) {
                heard.append($0.text)
            }
            #expect(!stopped)
        }
        #expect(text.finish(isStopped: false) { heard.append($0.text) } == "naïve")
        #expect(heard == ["na", "", "ï", "ve \n"])
    }

    @Test func heldBackTokensAreHeardWhenTheAnswerEndsOtherwise() {
        var text = AnswerText(stopStrings: ["###"], dropsLeadingSpace: false)
        var heard: [TokenID] = []
        for (id, piece) in ["a", "#", "#"].enumerated() {
            _ = text.append(.init(id: TokenID(id), logprob: 0), addPiece: { $0 += piece.utf8 }) {
                heard.append($0.id)
            }
        }
        #expect(heard == [0])
        #expect(text.finish(isStopped: false) { heard.append($0.id) } == "a##")
        #expect(heard == [0, 1, 2])
    }

    @Test func stopStringsAndWhatFollowsAreCutOff() {
        var text = AnswerText(stopStrings: ["###"], dropsLeadingSpace: false)
        _ = text.append(.init(id: 0, logprob: 0), addPiece: { $0 += "yes ".utf8 }) { _ in }
        let stopped = text.append(.init(id: 1, logprob: 0), addPiece: { $0 += "### Human".utf8 }) {
            _ in
        }
        #expect(stopped)
        #expect(text.finish(isStopped: true) { _ in } == "yes")
    }
}
