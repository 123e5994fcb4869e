internal import WorkerCore
internal import WorkerOS

extension CheckRun {
    /// Ends the worker, and finds what its log and its end tell of.
    func finish() {
        if isHung {
            // What cannot end was found; how the worker takes it is not the plugin's next fault.
            worker.kill()
        } else {
            judge(worker.end())
        }
        let state = worker.records.all
        for (mistake, text) in state.mistakes { find(mistake.rule, text) }
        for complaint in state.complaints where complaint.contains("clients get null instead") {
            find(.finiteNumbers, complaint)
        }
        if case .exited(0)? = worker.ending {
            let told = state.mistakes.map(\.text.afterColon)
            for line in state.errors where !told.contains(where: { line.contains($0) }) {
                find(line.hasPrefix("cleanup at the end failed") ? .cleansUp : .noErrors, line)
            }
            for line in state.warnings { find(.noWarnings, line) }
        }
    }

    /// Finds what the end of the worker tells of.
    private func judge(_ ending: GuardedProcess.Ending?) {
        guard let ending else {
            return find(.answers, "the worker did not end after SIGTERM, and was killed")
        }
        let (rule, cause): (Rule, String)
        switch ending {
        case .exited(0): return
        case .killed(by: 9): (rule, cause) = (.noCrash, ", by itself or with its parent")
        case .killed, .unknown: (rule, cause) = (.noCrash, "")
        case .exited(let code):
            switch ExitCode(rawValue: code) {
            case .pluginFatal: (rule, cause) = (.notBroken, ": the plugin is broken for good")
            case .forced: (rule, cause) = (.endsInTime, ": plugin code was left behind")
            case .noResources:
                (rule, cause) = (.leavesDescriptors, ": the plugin has closed its descriptors")
            default: (rule, cause) = (.leavesProcess, "")
            }
        }
        let state = worker.records.all
        let account = state.errors + state.crash.prefix(16)
        find(rule, (["the worker \(ending)\(cause)"] + account).joined(separator: "\n"))
    }
}

extension String {
    /// What follows the first colon and its space.
    fileprivate var afterColon: String {
        firstRange(of: ": ").map { String(self[$0.upperBound...]) } ?? self
    }
}

extension PluginMistake {
    /// The rule that it breaks.
    var rule: Rule {
        switch self {
        case .finishedTwice: .finishOnce
        case .staleCall: .staleCall
        case .staleReply: .staleReply
        case .wrongCall: .wrongCall
        case .invalidData: .validData
        case .notFinished: .finishesCall
        case .unknownStatus: .knownStatus
        case .exception: .noException
        case .threadEnded: .keepsThread
        }
    }
}
