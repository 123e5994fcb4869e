internal import WorkerCore
internal import WorkerJSON

/// What has come of all checks.
struct CheckReport {
    /// One check.
    struct Row {
        let name: String
        let summary: String
        /// Why it was not done; nil if it was.
        var skipped: String?
        var findings: [Finding] = []
        var notes: [String] = []

        var result: String {
            skipped != nil ? "skipped" : findings.isEmpty ? "passed" : "failed"
        }
    }

    let module: String
    let facts: PluginFacts
    let rows: [Row]

    /// Each rule that is broken, where it was first seen.
    var findings: [Finding] {
        var seen: Set<Rule> = []
        return rows.flatMap(\.findings).filter { seen.insert($0.rule).inserted }
    }

    private func guide(_ rule: Rule) -> String {
        let text = rule.text
        return "docs/" + (facts.isPython ? text.pythonGuide : text.guide)
    }

    /// For people.
    var text: String {
        var lines = ["\(module): \(facts.name) \(facts.version)"]
        let kind = facts.abi.map { "ABI \($0), \(facts.threading ?? "")" }
        let many = facts.concurrency == 1 ? "1 call" : "\(facts.concurrency) calls"
        let stops = facts.isCancellable ? "calls can be stopped" : "calls cannot be stopped"
        let about = [
            ("class", facts.className),
            (
                "kind",
                [kind ?? "a Python class", "\(many) at once", stops].joined(
                    separator: ", ")
            ),
            ("functions", facts.functions.joined(separator: ", ")),
            (
                "endpoints",
                facts.endpoints.map { $0.joined(separator: " ") }.joined(separator: ", ")
            ),
            ("hooks", facts.hooks.joined(separator: ", ")),
            ("schema", facts.schema.excerpt),
        ]
        lines += about.filter { !$0.1.isEmpty }.map { "  \($0.0.padded(to: 11))\($0.1)" }
        lines.append("")
        for row in rows {
            lines.append(
                "\(row.result.padded(to: 9))\(row.name.padded(to: 19))\(row.skipped ?? row.summary)"
            )
            lines += row.notes.map { "         note: \($0)" }
            for finding in row.findings { lines += text(finding) }
        }
        let found = findings
        let errors = found.count { $0.rule.severity == .error }
        let passed = rows.count { $0.result == "passed" }
        let failed = rows.count { $0.result == "failed" }
        lines += [
            "",
            "\(passed) passed, \(failed) failed, \(rows.count - passed - failed) skipped; "
                + "\(errors) errors, \(found.count - errors) warnings",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private func text(_ finding: Finding) -> [String] {
        let message = finding.message.split(separator: "\n").map {
            OneLine.text(String($0), limit: 1_024)
        }
        return [
            "         \(finding.rule.severity) \(finding.rule.rawValue): \(message.first ?? "")"
        ]
            + message.dropFirst().map { "             \($0)" }
            + ["             \(finding.rule.text.sentence) See \(guide(finding.rule))"]
    }

    /// One JSON object, as docs/check.md describes it.
    var json: String {
        let rows = rows.map { row in
            let notes = (row.skipped.map { [$0] } ?? []) + row.notes
            return object([
                ("name", JSON.quoted(row.name)), ("result", JSON.quoted(row.result)),
                ("notes", list(notes.map { JSON.quoted($0) })),
                ("findings", list(row.findings.map { JSON.quoted($0.rule.rawValue) })),
            ])
        }
        let findings = findings.map { finding in
            object([
                ("rule", JSON.quoted(finding.rule.rawValue)),
                ("severity", JSON.quoted(finding.rule.severity.rawValue)),
                ("check", JSON.quoted(finding.check)), ("message", JSON.quoted(finding.message)),
                ("text", JSON.quoted(finding.rule.text.sentence)),
                ("guide", JSON.quoted(guide(finding.rule))),
            ])
        }
        return object([
            ("module", JSON.quoted(module)), ("plugin", facts.json), ("checks", list(rows)),
            ("findings", list(findings)),
        ]) + "\n"
    }
}

private func list(_ items: [String]) -> String { "[\(items.joined(separator: ","))]" }

private func object(_ members: [(String, String)]) -> String {
    "{\(members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))}"
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
