/// How one picture is cut into the views of LLaVA 1.6 and how their rows are put together again.
///
/// Letters used in shapes: `g` patches along a tile's side, `D` the language model's width.
struct AnyresLayout: Sendable, Equatable {
    /// Columns and rows.
    struct Size: Sendable, Equatable {
        let width: Int
        let height: Int
    }

    /// The canvas that is cut into tiles, in pixels.
    let canvas: Size
    /// The picture's size in the middle of the canvas, in pixels.
    let content: Size
    /// Tiles across.
    let columns: Int
    /// Tiles down.
    let rows: Int
    /// `g`.
    let grid: Int
    /// Columns of the map of `columns · g` patches that are kept.
    let keptColumns: Range<Int>
    /// Rows of the map of `rows · g` patches that are kept.
    let keptRows: Range<Int>
    /// How the rows are put together.
    let merge: AnyresGrid.Merge

    /// Views: the whole picture and each tile, row by row.
    var viewCount: Int { 1 + columns * rows }

    /// Where the picture begins on the canvas.
    var origin: (x: Int, y: Int) {
        ((canvas.width - content.width) / 2, (canvas.height - content.height) / 2)
    }

    /// Positions the picture takes in a prompt.
    var tokenCount: Int {
        let lines = keptRows.count * (keptColumns.count + (merge == .spatialUnpad ? 1 : 0))
        return grid * grid + lines
    }

    /// Puts the views' rows together: the whole picture's first, then the tiles'.
    ///
    /// - Parameters:
    ///   - views: A projected view each, `g · g` rows of `D`.
    ///   - newline: The learned row at the end of a line, `(D)`.
    /// - Returns: `tokenCount` rows of `D`.
    func merged(_ views: [ImageEmbedding], newline: [Float]) -> ImageEmbedding {
        precondition(views.count == viewCount, "\(views.count) views of \(viewCount)")
        let width = views[0].width
        var values: [Float] = []
        values.reserveCapacity(tokenCount * width)
        values += views[0].values
        if merge == .flat {
            for view in views.dropFirst() { values += view.values }
        } else {
            for row in keptRows {
                for column in keptColumns {
                    let view = views[1 + row / grid * columns + column / grid]
                    let start = (row % grid * grid + column % grid) * width
                    values += view.values[start..<start + width]
                }
                if merge == .spatialUnpad { values += newline }
            }
        }
        return ImageEmbedding(tokenCount: tokenCount, width: width, values: values)
    }
}
