import Testing
import WorkerCore

struct ExpositionTests {
    @Test func `Label values are escaped, and so are helps, each as the format says`() {
        var text = Exposition()
        text.begin("a", .gauge, help: "say \"\\\" and\nno more")
        text.sample(1, ("x", "say \"\\\" and\nno more"), ("y", "ü"))
        #expect(
            text.text == """
                # HELP a say "\\\\" and\\nno more
                # TYPE a gauge
                a{x="say \\"\\\\\\" and\\nno more",y="ü"} 1

                """)
    }

    @Test(arguments: [
        (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (0, "0"), (-2, "-2"),
        (0.25, "0.25"), (1e300, "1e+300"), (1e-300, "1e-300"),
    ])
    func `Numbers are written as Prometheus reads them`(number: Double, text: String) {
        #expect(number.exposed == text)
    }

    @Test(
        arguments: [
            (200, RequestOutcome.ok), (204, .ok), (400, .rejected), (404, .rejected),
            (409, .cancelled), (413, .rejected), (500, .error), (501, .rejected), (502, .error),
            (503, .rejected), (504, .deadline), (505, .rejected), (599, .error),
        ] as [(UInt32, RequestOutcome)])
    func `What became of a request is read off its status`(
        status: UInt32, outcome: RequestOutcome
    ) {
        #expect(RequestOutcome(status: status) == outcome)
    }
}
