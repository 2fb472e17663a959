import Images

/// A picture drawn by code that has a little of everything a vision tower looks for.
enum TestCard {
    /// Wider than high, so that making it square is part of the test: colour bars, a grey ramp, a
    /// checkerboard and a disc.
    static func drawn(width: Int = 480, height: Int = 320) -> RGBImage {
        let bars: [(UInt8, UInt8, UInt8)] = [
            (255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255),
            (255, 0, 0), (0, 0, 255), (0, 0, 0),
        ]
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        let (centreX, centreY, radius) = (width / 2, height / 2, height / 5)
        for y in 0..<height {
            for x in 0..<width {
                let (dx, dy) = (x - centreX, y - centreY)
                let colour: (UInt8, UInt8, UInt8)
                if dx * dx + dy * dy <= radius * radius {
                    colour = (230, 120, 20)
                } else if y < height / 2 {
                    colour = bars[x * bars.count / width]
                } else if y < height * 3 / 4 {
                    let grey = UInt8(x * 255 / max(width - 1, 1))
                    colour = (grey, grey, grey)
                } else {
                    colour = (x / 16 + y / 16) % 2 == 0 ? (32, 32, 32) : (220, 220, 220)
                }
                pixels += [colour.0, colour.1, colour.2]
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}
