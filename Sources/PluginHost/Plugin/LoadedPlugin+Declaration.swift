internal import WorkerCore
private import WorkerJSON

extension LoadedPlugin {
    /// What the plugin has declared of itself, as a JSON object.
    ///
    /// Beside what is of its kind: `concurrency`, `cancellable`, `functions`, `endpoints`, each as method, path and
    /// how it runs, and `hooks`, whether the plugin has them or not.
    package var declaration: String {
        var rows: [[String]] = []
        var hooks: [String] = []
        for endpoint in endpoints {
            switch endpoint.target {
            case .row:
                rows.append([endpoint.methods.allow, endpoint.path, endpoint.run.rawValue])
            case .hook(let hook): hooks.append(hook.rawValue)
            }
        }
        let traits = instance.traits.map { "\(quoted($0.name)):\(quoted($0.value))" }
        let members =
            traits + [
                "\"concurrency\":\(slots.count)", "\"cancellable\":\(instance.isCancellable)",
                "\"functions\":\(list(instance.functions.map(quoted)))",
                "\"endpoints\":\(list(rows.map { list($0.map(quoted)) }))",
                "\"hooks\":\(list(hooks.map(quoted)))",
            ]
        return "{\(members.joined(separator: ","))}"
    }
}

private func list(_ texts: [String]) -> String { "[\(texts.joined(separator: ","))]" }

private func quoted(_ text: String) -> String { JSON.quoted(text) }
