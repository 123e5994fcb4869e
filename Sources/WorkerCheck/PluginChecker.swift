package import WorkerCore
internal import WorkerJSON
internal import WorkerOS
internal import WorkerThreads

/// The checker of plugins: starts workers of this binary, and uses them as a hostile host would.
///
/// What it learns of a plugin comes over HTTP, from the worker's log and from /proc: it has no host of
/// the ABI or of Python of its own (docs/decisions/check.md). On the main thread, alone in its process.
package struct PluginChecker {
    /// What has come of it: exit code, standard output, standard error.
    package enum Outcome {
        case report(String, hasFindings: Bool)
        /// The plugin cannot be loaded, or a worker cannot be started.
        case notLoaded(String)
    }

    private let options: PluginCheck
    private var plan: WorkerPlan
    private let reaper = DescendantReaper()

    /// A class that no plugin has.
    private static let noClass = "?"

    /// Makes a checker.
    ///
    /// - Parameters:
    ///   - options: what to look at.
    ///   - binary: the path of the worker, with a slash.
    ///   - environment: the variables of workers, each as NAME=value.
    package init(_ options: PluginCheck, binary: String, environment: [String]) {
        self.options = options
        plan = WorkerPlan(
            binary: binary, environment: environment, module: options.module,
            className: options.className ?? Self.noClass, python: options.python)
    }

    /// Checks the plugin; leaves no process behind.
    ///
    /// - Throws: what is wrong with the command line.
    package mutating func run() throws(UsageError) -> Outcome {
        try checkTexts()
        ChildSubreaper.enable()
        ProcessLimits.forbidCoreFiles()
        defer { reaper.killRest() }
        do {
            if options.className == nil { try findClass() }
            let facts = try look()
            let report = CheckReport(module: options.module, facts: facts, rows: try rows(facts))
            return .report(
                options.isJSON ? report.json : report.text, hasFindings: !report.findings.isEmpty)
        } catch let reason as NotLoaded {
            return .notLoaded(reason.text)
        } catch let error as UsageError {
            throw error
        } catch {
            return .notLoaded("a worker cannot be started: \(error)")
        }
    }

    private func checkTexts() throws(UsageError) {
        if let call = options.call, JSONMembers(call) == nil {
            throw .invalidValue(call, option: "--call", expected: "a JSON object")
        }
        if let text = options.configuration, JSONMembers("{\"config\":\(text)}") == nil {
            throw .invalidValue(text, option: "--config", expected: "a JSON value")
        }
        let names = Check.all.map(\.name)
        if let only = options.only, !names.contains(only) {
            throw .invalidValue(
                only, option: "--only", expected: "one of " + names.joined(separator: ", "))
        }
    }

    /// Why the plugin cannot be loaded.
    private struct NotLoaded: Error { let text: String }

    /// Asks the plugin which classes it has, by asking for one that it has not.
    private mutating func findClass() throws {
        let worker = try CheckedWorker(plan, reaper: reaper)
        defer { worker.kill() }
        switch worker.awaitStart(until: .now() + options.timeout) {
        case .ready: return  // any name will do
        case .late: throw NotLoaded(text: late)
        case .failed(let reason):
            let state = worker.records.all
            let names =
                state.complaints.lazy.compactMap { $0.rest(behind: "classes with execute: ") }.first
                ?? reason.firstRange(of: "has no class '\(Self.noClass)'").map {
                    reason[$0.upperBound...].drop { $0 != ":" }.dropFirst()
                }.map(String.init)
            guard let names else { throw NotLoaded(text: reason) }
            let classes = names.split(separator: ",").map { $0.drop { $0 == " " } }
                .filter { !$0.isEmpty && $0 != "none" }.map(String.init)
            guard classes.count == 1 else { throw UsageError.severalClasses(classes) }
            plan.className = classes[0]
        }
    }

    private var late: String {
        "the plugin has not been made within \(options.timeout.milliseconds) ms (--timeout)"
    }

    /// Loads the plugin, and asks it what it is.
    private func look() throws -> PluginFacts {
        let worker = try CheckedWorker(plan, reaper: reaper)
        defer { worker.kill() }
        switch worker.awaitStart(until: .now() + options.timeout) {
        case .failed(let reason): throw NotLoaded(text: reason)
        case .late: throw NotLoaded(text: late)
        case .ready: break
        }
        let facts = PluginFacts(
            of: worker, className: plan.className, until: .now() + options.timeout)
        guard let facts else { throw NotLoaded(text: "its worker does not say what it is") }
        return facts
    }

    private func rows(_ facts: PluginFacts) throws -> [CheckReport.Row] {
        var rows: [CheckReport.Row] = []
        var patience = Patience(timeout: options.timeout)
        for check in Check.all where options.only.map({ $0 == check.name }) ?? true {
            if let reason = check.unfit(facts) {
                rows.append(
                    CheckReport.Row(name: check.name, summary: check.summary, skipped: reason))
                continue
            }
            let worker = try CheckedWorker(plan, reaper: reaper)
            let run = CheckRun(check.name, facts, worker, options, patience)
            switch worker.awaitStart(until: .now() + options.timeout) {
            case .ready: check.steps(run)
            case .late: run.note(late)
            case .failed(let reason): run.note("it cannot be loaded again: \(reason.excerpt)")
            }
            run.finish()
            patience = run.patience
            rows.append(
                CheckReport.Row(
                    name: check.name, summary: check.summary, findings: run.findings,
                    notes: run.notes))
        }
        return rows
    }
}
