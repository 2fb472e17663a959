import Testing

@testable import Workers
@testable import llavad

@Suite struct ProgressMonitorTests {
    private func worker(_ progress: UInt64, job: Int64? = 1) -> [WorkerActivity] {
        [
            WorkerActivity(
                worker: 0,
                pictures: job.map {
                    [PictureActivity(job: $0, path: "/a", answers: 0, elapsed: .zero)]
                } ?? [], progress: progress)
        ]
    }

    @Test func aBusyWorkerWithoutProgressHangs() {
        var monitor = ProgressMonitor()
        #expect(monitor.hanging(worker(5), at: .zero).isEmpty)
        #expect(monitor.hanging(worker(5), at: .seconds(600)).isEmpty)
        #expect(monitor.hanging(worker(5), at: .seconds(601)).count == 1)
    }

    @Test func progressStartsTheTimeAgain() {
        var monitor = ProgressMonitor()
        _ = monitor.hanging(worker(5), at: .zero)
        _ = monitor.hanging(worker(6), at: .seconds(599))
        #expect(monitor.hanging(worker(6), at: .seconds(1199)).isEmpty)
    }

    @Test func aWorkerWithNothingToDoDoesNotHang() {
        var monitor = ProgressMonitor()
        _ = monitor.hanging(worker(5, job: nil), at: .zero)
        #expect(monitor.hanging(worker(5, job: nil), at: .seconds(9000)).isEmpty)
        // A job that begins after a long rest has its whole budget.
        #expect(monitor.hanging(worker(5), at: .seconds(9001)).isEmpty)
    }
}
