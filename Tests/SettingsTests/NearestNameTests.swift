import Testing

@testable import Settings

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("", "", 0), ("kitten", "sitting", 3), ("a", "", 1), ("", "abc", 3), ("Ab", "aB", 0),
    ])
    func countsEdits(a: String, b: String, edits: Int) {
        #expect(NearestName.distance(a, b) == edits)
    }

    @Test func picksTheNearest() {
        #expect(NearestName.of("cuont", among: ["threads", "count", "batch"]) == "count")
    }
}
