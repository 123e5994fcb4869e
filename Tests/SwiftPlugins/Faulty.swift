import WorkerSDK

/// Crashes in a function with a name.
struct Faulty: WorkerPlugin {
    static let version = "1"

    func execute(_ arguments: NoArguments, call: CallContext) -> Int { lean(at: arguments, 3) }

    @inline(never)
    private func lean(at arguments: NoArguments, _ angle: Int) -> Int {
        precondition(angle < 0, "the wall has fallen")
        return angle
    }
}
