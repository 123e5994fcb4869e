import Glibc
import PluginHost
import TestSupport
import Testing

extension PluginHostTests {
    @Suite struct RunnerTextTests {
        @Test func `The binary has the runner that is in the folder, as bundle.py writes it`()
            throws
        {
            let script = "\(Repository.root)/Python/bundle.py"
            let opened = unsafe popen("exec python3 '\(script)'", "re")
            guard let pipe = unsafe opened else { throw TestFailure("popen: errno \(errno)") }
            var bundle: [UInt8] = []
            while case let byte = unsafe fgetc(pipe), byte != EOF { bundle.append(UInt8(byte)) }
            let status = unsafe pclose(pipe)
            #expect(status == 0)
            #expect(bundle == RunnerText.bytes)
        }
    }
}
