import Testing

@testable import llavactl

@Suite struct TableOutputTests {
    private let columns = [
        Column("id", .number), Column("path", .path), Column("last_error", .prose),
        Column("secret", .hidden),
    ]

    private func lines(_ rows: [[JSONText]], width: Int?) -> [String] {
        let terminal = Terminal(isTerminal: width != nil, width: width ?? .max)
        var table = TableOutput(columns: columns, terminal: terminal)
        return table.lines(of: rows)
    }

    @Test func alignsColumnsAndHidesWhatTablesDoNotShow() {
        #expect(
            lines(
                [
                    [.integer(7), .string("/a.jpg"), .null, .string("x")],
                    [.integer(12), .string("/bb.jpg"), .string("no"), .string("x")],
                ], width: nil) == [
                    "ID  PATH     LAST ERROR",
                    " 7  /a.jpg",
                    "12  /bb.jpg  no",
                ])
    }

    @Test func countsColumnsOfWideAndCombiningCharacters() {
        let rows = lines(
            [
                [.integer(1), .string("/猫.jpg"), .string("a"), .null],
                [.integer(2), .string("/e\u{301}te.jpg"), .string("b"), .null],
            ], width: nil)
        #expect(rows[1] == " 1  /猫.jpg   a")
        #expect(rows[2] == " 2  /e\u{301}te.jpg  b")
    }

    @Test func wrapsProseAndShortensPathsOnATerminal() {
        let rows = lines(
            [
                [
                    .integer(1), .string("/pictures/of/the/summer/holidays/IMG_0001.jpg"),
                    .string("the file ends before its picture does: copy it again"), .null,
                ]
            ], width: 60)
        #expect(rows.count == 3)
        #expect(rows.allSatisfy { DisplayWidth.of($0) <= 60 })
        #expect(rows[1].contains("…"))
        #expect(rows[1].contains("0001.jpg"))
        #expect(rows[2].hasSuffix("copy it again"))
    }

    @Test func keepsLineEndsInsideARow() {
        let rows = lines(
            [[.integer(1), .string("/a"), .string("one\ntwo\tthree"), .null]], width: nil)
        #expect(rows[1] == " 1  /a    one two three")
    }

    @Test func laterRowsKeepTheWidthsOfTheFirst() {
        var table = TableOutput(
            columns: [Column("a"), Column("b")],
            terminal: Terminal(isTerminal: false, width: .max))
        #expect(table.lines(of: [[.string("xx"), .string("y")]]) == ["A   B", "xx  y"])
        #expect(table.lines(of: [[.string("xxxx"), .string("y")]]) == ["xxxx  y"])
    }
}
