import Testing

@testable import LLaVA

@Suite struct WorkerPlanTests {
    /// LLaVA 1.5 7B in Q4_K_M with halves for keys and values: 512 KiB a position.
    private static let large = model(files: 4_500 << 20, position: 512 << 10)
    /// A model of a few megabytes.
    private static let small = model(files: 10 << 20, position: 6 << 10)

    private static func model(files: Int, position: Int) -> ModelSummary {
        ModelSummary(
            family: "LLaVA v1.5", name: nil,
            tower: ModelSummary.Tower(
                name: "CLIP ViT", imageSide: 336, patchSide: 14, width: 1024, heads: 16,
                blocks: 23, storedBlocks: 24, imageTokens: 576, aspect: .pad,
                projector: "mlp2x_gelu"),
            language: ModelSummary.Language(
                architecture: "llama", width: 4096, layers: 32, heads: 32, keyValueHeads: 32,
                feedForwardWidth: 11008, vocabulary: 32064, contextLength: 4096),
            template: nil, parameters: 0, fileBytes: files, elementTypes: [:],
            cacheBytesPerToken: position, activationBytes: 100 << 20, workerBytes: 0)
    }

    private func plan(
        _ model: ModelSummary, cores: Int, gigabytes: Int = 64, workers: Int? = nil,
        threads: Int? = nil, batch: Int? = nil, memory: Int? = nil
    ) -> WorkerPlan {
        WorkerPlan(
            WorkerPlan.Wishes(
                workers: workers, threads: threads, batch: batch, memoryBytes: memory),
            machine: Machine(
                cores: cores, cacheBytes: 32 << 20, memoryBytes: gigabytes << 30),
            model: model)
    }

    private func shape(_ plan: WorkerPlan) -> [Int] { [plan.workers, plan.threads] }

    @Test func aModelThatFitsTheCacheGetsAWorkerForEachCore() {
        #expect(shape(plan(Self.small, cores: 1)) == [1, 1])
        #expect(shape(plan(Self.small, cores: 6)) == [6, 1])
    }

    @Test func workersOfALargeModelShareOneReadingOfItsWeights() {
        #expect(shape(plan(Self.large, cores: 2)) == [1, 2])
        #expect(shape(plan(Self.large, cores: 8)) == [1, 8])
        #expect(shape(plan(Self.large, cores: 15)) == [2, 7])
        #expect(shape(plan(Self.large, cores: 32)) == [4, 8])
    }

    @Test func whatIsWishedHolds() {
        #expect(shape(plan(Self.small, cores: 2, workers: 3, threads: 5)) == [3, 5])
        #expect(shape(plan(Self.small, cores: 8, workers: 3)) == [3, 2])
        #expect(shape(plan(Self.large, cores: 8, threads: 3)) == [2, 3])
        #expect(shape(plan(Self.large, cores: 2, workers: 16)) == [16, 1])
        #expect(plan(Self.large, cores: 2, batch: 40).limits.batch == 40)
        #expect(plan(Self.large, cores: 2, memory: 5 << 30).memoryBytes == 5 << 30)
    }

    @Test func theBatchIsWhatTheMemoryHolds() {
        // (0.875 · 24 GiB - weights - activations) / 2 hold 17 pictures of 480 MiB.
        #expect(plan(Self.large, cores: 2, gigabytes: 24).limits.batch == 16)
        #expect(plan(Self.large, cores: 2, gigabytes: 8).limits.batch == 2)
        #expect(plan(Self.large, cores: 2, memory: 2 << 30).limits.batch == 4)
        #expect(plan(Self.large, cores: 32, memory: 16 << 30).limits.batch == 8)
        for gigabytes in [4, 8, 24, 64] {
            for cores in [2, 8, 64] {
                let plan = plan(Self.large, cores: cores, gigabytes: gigabytes)
                let each = plan.limits.cacheBytes ?? .max
                #expect(plan.workers * each <= plan.memoryBytes)
                #expect(plan.memoryBytes < gigabytes << 29)
            }
        }
    }

    @Test func noMoreWorkersThanHaveRoomForAPicture() {
        let plan = plan(Self.large, cores: 64, gigabytes: 8)
        #expect(shape(plan) == [2, 32])
        #expect(plan.limits.batch == 1 && !plan.isShort)
    }

    @Test func oneWorkerWorksWithWhateverMemoryThereIs() {
        let plan = plan(Self.large, cores: 4, gigabytes: 4)
        #expect(shape(plan) == [1, 4])
        #expect(plan.limits.batch == 1 && plan.isShort)
    }

    @Test func thePlanIsTold() {
        let machine = Machine(cores: 2, cacheBytes: 32 << 20, memoryBytes: 24 << 30)
        let plan = WorkerPlan(WorkerPlan.Wishes(), machine: machine, model: Self.large)
        #expect(
            plan.sentence
                == "1 worker of 2 threads, up to 16 answers side by side, 8.2 GiB for keys and "
                + "values")
        #expect(
            plan.reason(machine: machine, model: Self.large)
                == "2 cores, 32.0 MiB of cache and 24.0 GiB of memory, for 4.3 GiB of weights and "
                + "480 MiB a picture")
    }

    @Test func thisMachineHasSomething() {
        let machine = Machine.current
        #expect(machine.cores > 0)
        #expect(machine.memoryBytes > 64 << 20)
    }
}
