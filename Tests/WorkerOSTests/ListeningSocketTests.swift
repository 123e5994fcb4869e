import Glibc
import TestSupport
import Testing
import WorkerCore

@testable import WorkerOS

@Suite(.blocking) struct ListeningSocketTests {
    /// The error number of a connect to a loopback port, 0 where it succeeds.
    private func connect(_ port: UInt16, ipv6: Bool = false) -> Int32 {
        let client = socket(ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        return unsafe withAddress(port, ipv6: ipv6) { unsafe Glibc.connect(client, $0, $1) } == 0
            ? 0 : errno
    }

    private func withAddress(
        _ port: UInt16, ipv6: Bool, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var storage = sockaddr_storage()
        return unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            guard let base = bytes.baseAddress else { return -1 }
            if ipv6 {
                var name = sockaddr_in6()
                name.sin6_family = sa_family_t(AF_INET6)
                name.sin6_port = port.bigEndian
                name.sin6_addr = in6addr_loopback
                unsafe base.storeBytes(of: name, as: sockaddr_in6.self)
            } else {
                var name = sockaddr_in()
                name.sin_family = sa_family_t(AF_INET)
                name.sin_port = port.bigEndian
                name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
                unsafe base.storeBytes(of: name, as: sockaddr_in.self)
            }
            return unsafe body(
                base.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_storage>.size))
        }
    }

    @Test(arguments: [IPAddress.standard, .ipv6Loopback])
    func `A port is reserved by bind, and open from listen on`(host: IPAddress) throws {
        let socket = try ListeningSocket.bind(host: host, port: 0)
        let port = try #require(socket.port)
        #expect(port > 0)
        #expect(socket.isLoopback && !socket.isUnix && !socket.isInherited)
        #expect(connect(port, ipv6: host == .ipv6Loopback) == ECONNREFUSED)
        try socket.listen()
        #expect(connect(port, ipv6: host == .ipv6Loopback) == 0)
        #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(socket.descriptor, F_GETFL) & O_NONBLOCK != 0)
        socket.close()
        socket.close()
        // A child that another test is just starting may hold a copy until its exec.
        #expect(eventually { connect(port, ipv6: host == .ipv6Loopback) == ECONNREFUSED })
    }

    @Test func `Another loopback address is another place`() throws {
        let host = IPAddress.ipv4(0x7f00_004d)
        let socket = try ListeningSocket.bind(host: host, port: 0)
        try socket.listen()
        #expect(connect(try #require(socket.port)) == ECONNREFUSED)
    }

    @Test func `A taken port is told with host, port and reason`() throws {
        let first = try ListeningSocket.bind(port: 0)
        try first.listen()
        let port = try #require(first.port)
        let error = #expect(throws: SocketError.self) { try ListeningSocket.bind(port: port) }
        #expect(
            error?.description
                == "cannot listen on host 127.0.0.1, port \(port): Address already in use (EADDRINUSE)"
        )
    }

    @Test(arguments: [true, false])
    func `No process can take the port between bind and listen`(reuses: Bool) throws {
        let first = try ListeningSocket.bind(port: 0)
        let port = try #require(first.port)
        #expect(throws: SocketError.self) { try ListeningSocket.bind(port: port) }
        let thief = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(thief) }
        var value: Int32 = reuses ? 1 : 0
        #expect(unsafe setsockopt(thief, SOL_SOCKET, SO_REUSEADDR, &value, 4) == 0)
        #expect(unsafe withAddress(port, ipv6: false) { unsafe bind(thief, $0, $1) } == -1)
        #expect(errno == EADDRINUSE)
        try first.listen()
        #expect(connect(port) == 0)
    }

    @Test func `A port with connections that linger can be bound again`() throws {
        let first = try ListeningSocket.bind(port: 0)
        try first.listen()
        let port = try #require(first.port)
        let client = socket(
            AF_INET, Int32(bitPattern: SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #expect(unsafe withAddress(port, ipv6: false) { unsafe Glibc.connect(client, $0, $1) } == 0)
        var accepted: Int32 = -1
        #expect(
            eventually {
                accepted = accept(first.descriptor, nil, nil)
                return accepted >= 0
            })
        // The side that closes first keeps the port in TIME_WAIT.
        close(accepted)
        close(client)
        first.close()
        // A child that another test is just starting may hold a copy of the first until its exec.
        var second: ListeningSocket?
        #expect(
            eventually {
                second = try? ListeningSocket.bind(port: port)
                return second != nil
            })
        try second?.listen()
        #expect(connect(port) == 0)
    }

    @Test func `An inherited socket that listens is taken over as it is`() throws {
        let first = try ListeningSocket.bind(port: 0)
        try first.listen()
        let descriptor = dup(first.descriptor)
        let inherited = try ListeningSocket.inherited(fd: descriptor)
        #expect(inherited.port == first.port)
        #expect(inherited.isInherited && inherited.isLoopback && !inherited.isUnix)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        try inherited.listen(backlog: 5)
        #expect(connect(try #require(first.port)) == 0)
    }

    @Test func `A Unix socket has no port`() throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        // The family alone: Linux picks an abstract name.
        let bound = unsafe withUnsafePointer(to: &name) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, 2)
            }
        }
        #expect(bound == 0 && listen(descriptor, 5) == 0)
        let inherited = try ListeningSocket.inherited(fd: descriptor)
        #expect(inherited.isUnix && !inherited.isLoopback && inherited.port == nil)
    }

    @Test func `Other descriptors are refused, each with its reason`() {
        func message(_ descriptor: Int32) -> String? {
            defer { close(descriptor) }
            let error = #expect(throws: SocketError.self) {
                try ListeningSocket.inherited(fd: descriptor)
            }
            return error?.description.replacing("inherited descriptor \(descriptor)", with: "D")
        }
        let pipe = TestPipe()
        #expect(message(-1) == "D is not open")
        #expect(message(dup(pipe.reading)) == "D is not a socket")
        #expect(
            message(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
                == "D is a socket that does not listen")
        #expect(
            message(socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0))
                == "D is a socket, but not a stream socket")
        #expect(
            message(socket(AF_NETLINK, Int32(SOCK_DGRAM.rawValue), 0))
                == "D is a socket of address family 16, neither IPv4, IPv6 nor Unix")
    }
}
