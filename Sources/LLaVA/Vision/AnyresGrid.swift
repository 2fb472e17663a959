import ModelFiles

/// The canvases of LLaVA 1.6: sizes, in whole tiles, of which the one that fits a picture is cut up.
struct AnyresGrid: Sendable, Equatable {
    /// How the rows of the tiles are put together.
    enum Merge: String, Sendable {
        /// View after view, each in its own order.
        case flat
        /// The tiles as one map.
        case spatial
        /// The tiles as one map without its margins, a learned row at the end of each line.
        case spatialUnpad = "spatial_unpad"
    }

    /// A pair of sides as the configuration has it; which is the width depends on the reading.
    struct Pinpoint: Sendable, Equatable {
        let first: Int
        let second: Int
    }

    /// The most pinpoints and tiles of one that are believed; released models have 5 and 4.
    private static let limit = 64

    /// The candidates, in the order of the configuration: of equal ones the first is taken.
    let pinpoints: [Pinpoint]
    /// How the rows are put together.
    let merge: Merge

    /// Reads the grid of a projector file; nil if it has none.
    ///
    /// - Parameters:
    ///   - keys: Metadata of architecture "clip".
    ///   - side: Rows and columns of a tile.
    /// - Throws: `EngineError` naming the key that cannot be used.
    init?(_ keys: ModelKeys, side: Int) throws(EngineError) {
        let key = "clip.vision.image_grid_pinpoints"
        guard let sides = try keys.integersIfPresent(key) else { return nil }
        guard sides.count >= 2, sides.count % 2 == 0, sides.count / 2 <= Self.limit else {
            throw keys.bad(key, "has \(sides.count) values, not 1 to \(Self.limit) pairs of sides")
        }
        for value in sides where value <= 0 || value % Int64(side) != 0 || value > 16 * side {
            throw keys.bad(key, "has a side of \(value), not 1 to 16 tiles of \(side)")
        }
        pinpoints = stride(from: 0, to: sides.count, by: 2).map {
            Pinpoint(first: Int(sides[$0]), second: Int(sides[$0 + 1]))
        }
        let mergeKey = "clip.vision.mm_patch_merge_type"
        let name = try keys.textIfPresent(mergeKey) ?? Merge.spatialUnpad.rawValue
        guard let merge = Merge(rawValue: name) else {
            throw EngineError(
                .unsupportedModel,
                "\(keys.file.path): '\(mergeKey)' is '\(name)', but this engine knows 'flat', "
                    + "'spatial' and 'spatial_unpad'; use a LLaVA 1.6 model")
        }
        self.merge = merge
    }

    /// Chooses the canvas for a picture and says how it is filled and read.
    ///
    /// - Parameters:
    ///   - width: Columns of the picture.
    ///   - height: Rows of the picture.
    ///   - side: Rows and columns of a tile.
    ///   - grid: Patches along a tile's side.
    ///   - reading: Whose reading of the pinpoints and of the margins.
    /// - Returns: The layout.
    func layout(
        width: Int, height: Int, side: Int, grid: Int, reading: ImageReading
    ) -> AnyresLayout {
        let canvas = canvas(width: width, height: height, reading: reading)
        let content = Self.content(width: width, height: height, canvas: canvas)
        let columns = canvas.width / side
        let rows = canvas.height / side
        let kept =
            merge == .spatialUnpad
            ? Self.kept(
                width: width, height: height, columns: columns * grid, rows: rows * grid,
                reading: reading)
            : (columns: 0..<columns * grid, rows: 0..<rows * grid)
        return AnyresLayout(
            canvas: canvas, content: content, columns: columns, rows: rows, grid: grid,
            keptColumns: kept.columns, keptRows: kept.rows, merge: merge)
    }

    /// Rows of the largest canvas, with the row that ends each line.
    func mostRows(side: Int, grid: Int) -> Int {
        pinpoints.map { pinpoint in
            let first = pinpoint.first / side * grid
            let second = pinpoint.second / side * grid
            return first * second + (merge == .spatialUnpad ? max(first, second) : 0)
        }.max() ?? 0
    }

    /// `select_best_resolution`: the most of the picture, then the least waste, then the first.
    private func canvas(
        width: Int, height: Int, reading: ImageReading
    ) -> AnyresLayout.Size {
        var best = AnyresLayout.Size(width: 0, height: 0)
        var mostUsed = 0
        var leastWaste = Int.max
        for pinpoint in pinpoints {
            let candidate =
                switch reading {
                case .original:
                    AnyresLayout.Size(width: pinpoint.first, height: pinpoint.second)
                case .huggingFace:
                    AnyresLayout.Size(width: pinpoint.second, height: pinpoint.first)
                }
            let scale = min(
                Double(candidate.width) / Double(width), Double(candidate.height) / Double(height))
            let used = min(
                Int(Double(width) * scale) * Int(Double(height) * scale), width * height)
            let waste = candidate.width * candidate.height - used
            if used > mostUsed || (used == mostUsed && waste < leastWaste) {
                (best, mostUsed, leastWaste) = (candidate, used, waste)
            }
        }
        return best
    }

    /// `resize_and_pad_image`: the picture's size on the canvas, in whose middle it lies.
    private static func content(
        width: Int, height: Int, canvas: AnyresLayout.Size
    ) -> AnyresLayout.Size {
        let across = Double(canvas.width) / Double(width)
        let down = Double(canvas.height) / Double(height)
        if across < down {
            let rows = (Double(height) * across).rounded(.up)
            return AnyresLayout.Size(width: canvas.width, height: min(Int(rows), canvas.height))
        }
        let columns = (Double(width) * down).rounded(.up)
        return AnyresLayout.Size(width: min(Int(columns), canvas.width), height: canvas.height)
    }

    /// `unpad_image`: the part of the map of patches that shows the picture.
    private static func kept(
        width: Int, height: Int, columns: Int, rows: Int, reading: ImageReading
    ) -> (columns: Range<Int>, rows: Range<Int>) {
        /// Transformers rounds to seven decimals before it cuts off the rest.
        func whole(_ length: Double) -> Int {
            switch reading {
            case .original: Int(length)
            case .huggingFace: Int((length * 1e7).rounded(.toNearestOrEven) / 1e7)
            }
        }
        if Double(width) / Double(height) > Double(columns) / Double(rows) {
            let shown = whole(Double(height) * (Double(columns) / Double(width)))
            let margin = (rows - shown) / 2
            return (0..<columns, margin..<rows - margin)
        }
        let shown = whole(Double(width) * (Double(rows) / Double(height)))
        let margin = (columns - shown) / 2
        return (margin..<columns - margin, 0..<rows)
    }
}
