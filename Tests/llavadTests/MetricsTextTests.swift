import Testing

@testable import Workers
@testable import llavad

@Suite struct MetricsTextTests {
    @Test func everyMetricHasItsHelpAndType() {
        var counts = WorkCounters.Counts()
        counts.done = 3
        let state = ServiceState(
            epoch: 1, phase: "running", secondsSinceBeat: 1.5, counts: counts,
            picturesPerHour: 60, tokensPerSecond: 2, held: [7],
            workers: [
                WorkerActivity(
                    worker: 0,
                    pictures: [
                        PictureActivity(job: 7, path: "/a", answers: 0, elapsed: .zero)
                    ], progress: 1)
            ])
        let lines = MetricsText.text(of: state).split(separator: "\n").map(String.init)
        #expect(lines.contains("llavad_jobs_done_total 3.0"))
        #expect(lines.contains("llavad_workers_busy 1.0"))
        #expect(lines.contains("llavad_beat_age_seconds 1.5"))
        let values = lines.filter { !$0.hasPrefix("#") }
        for value in values {
            let name = value.split(separator: " ")[0]
            #expect(lines.contains { $0.hasPrefix("# HELP \(name) ") })
            #expect(lines.contains { $0.hasPrefix("# TYPE \(name) ") })
        }
        #expect(lines.count == values.count * 3)
    }
}
