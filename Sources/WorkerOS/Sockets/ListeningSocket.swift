import CLinux
import Glibc
import Synchronization
package import WorkerCore

/// The stream socket on which the worker takes connections.
///
/// Thread-safe. The descriptor stays open until `close` or the end of the object's life.
package final class ListeningSocket: Sendable {
    package let descriptor: Int32
    /// Whether the socket came from another process, which may share its open file description.
    package let isInherited: Bool
    private let address: SocketAddress
    /// The path of a Unix socket of this process, and its file.
    private let file: (path: String, file: SocketFile)?
    private let isOpen = Mutex(true)

    private init(
        descriptor: Int32, isInherited: Bool, address: SocketAddress,
        file: (path: String, file: SocketFile)? = nil
    ) {
        self.descriptor = descriptor
        self.isInherited = isInherited
        self.address = address
        self.file = file
    }

    deinit {
        close()
    }

    /// The port, also the one that the system chose for port 0; nil for a Unix socket.
    package var port: UInt16? { address.port }

    /// Whether the socket lies in the file system or the abstract namespace.
    package var isUnix: Bool { address == .unix }

    /// Whether the socket is bound to a network address that only this machine can reach; false for Unix sockets.
    package var isLoopback: Bool { address.isLoopback }

    /// Reserves an address and port without listening: clients get a refusal until `listen`.
    ///
    /// The descriptor is close-on-exec and non-blocking. No other process can take the port in between.
    /// The corresponding C function is `bind`.
    /// - Throws: `SocketError`, which quotes host and port where they cannot be had.
    package static func bind(
        host: IPAddress = .standard, port: UInt16
    ) throws(SocketError) -> ListeningSocket {
        let isIPv6 = if case .ipv6 = host { true } else { false }
        let descriptor = makeSocket(isIPv6 ? AF_INET6 : AF_INET, SOCK_STREAM)
        guard descriptor >= 0 else { throw .cannotCreate(.last) }
        // With SO_REUSEADDR a port in TIME_WAIT can be bound; without it, from here until `listen`,
        // no other process can bind this one and listen first.
        setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        // :: takes IPv4 as well, whatever the system's default is.
        if isIPv6 {
            let isOne = host != .ipv6(0)
            setOption(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, isOne ? 1 : 0)
        }
        guard bind(descriptor, host, port), setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 0),
            let address = SocketAddress(of: descriptor)
        else {
            let error = SystemError.last
            Glibc.close(descriptor)
            throw .cannotListen(host: host.description, port: port, error)
        }
        return ListeningSocket(descriptor: descriptor, isInherited: false, address: address)
    }

    /// Makes the file of a Unix socket, to which clients cannot connect until `listen`.
    ///
    /// The descriptor is close-on-exec and non-blocking. `removeFile` is called before the process ends.
    /// - Throws: `SocketError`, which quotes the path and says why it cannot be had.
    package static func unix(
        _ path: String, mode: FileMode, group: UInt32?
    ) throws(SocketError) -> ListeningSocket {
        do throws(SocketPathError) {
            let file = try SocketFile(path)
            let descriptor = makeSocket(AF_UNIX, SOCK_STREAM)
            guard descriptor >= 0 else {
                let error = SystemError.last
                file.remove()
                throw .system(error)
            }
            do throws(SocketPathError) {
                try file.bind(descriptor, mode: mode, group: group)
            } catch {
                Glibc.close(descriptor)
                throw error
            }
            return ListeningSocket(
                descriptor: descriptor, isInherited: false, address: .unix, file: (path, file))
        } catch {
            throw .cannotListenAt(path: path, error)
        }
    }

    /// Removes the file that `unix` has made, unless it is another one by now.
    package func removeFile() { file?.file.remove() }

    /// Takes over a listening socket under a descriptor that the parent process left open.
    ///
    /// Marks it close-on-exec, and changes nothing that the other process would notice. One that stands
    /// in the place of a standard stream, as inetd passes it, gets another number and leaves /dev/null
    /// behind: the plugin's children must not find a listening socket there.
    /// - Throws: `SocketError` where the descriptor is anything else than a stream socket that listens.
    package static func inherited(fd descriptor: Int32) throws(SocketError) -> ListeningSocket {
        guard clinux_close_on_exec(descriptor) == 0 else { throw .notOpen(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK,
            let address = SocketAddress(of: descriptor)
        else { throw .notSocket(descriptor) }
        if case .other(let family) = address {
            throw .wrongFamily(descriptor, family: family)
        }
        guard option(descriptor, SO_TYPE) == Int32(SOCK_STREAM.rawValue) else {
            throw .notStream(descriptor)
        }
        guard option(descriptor, SO_ACCEPTCONN) == 1 else { throw .notListening(descriptor) }
        return ListeningSocket(
            descriptor: try aboveStandard(descriptor), isInherited: true, address: address)
    }

    /// Moves a listening socket out of the place of a standard stream; returns its number.
    private static func aboveStandard(_ descriptor: Int32) throws(SocketError) -> Int32 {
        guard descriptor <= STDERR_FILENO else { return descriptor }
        let moved = clinux_duplicate(descriptor)
        let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        guard moved >= 0, null >= 0 else { throw .cannotMove(descriptor, .last) }
        // inetd passes the same socket as all three.
        for standard in STDIN_FILENO...STDERR_FILENO
        where standard == descriptor || option(standard, SO_ACCEPTCONN) == 1 {
            guard dup2(null, standard) == standard else { throw .cannotMove(standard, .last) }
        }
        Glibc.close(null)
        return moved
    }

    /// Lets connections come in; on an inherited socket it only sets the backlog.
    ///
    /// The corresponding C function is `listen`.
    /// - Throws: `SocketError`; a port may turn out to be taken as late as here.
    package func listen(backlog: Int32 = SOMAXCONN) throws(SocketError) {
        if !isInherited { Self.setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) }
        guard Glibc.listen(descriptor, backlog) == 0 else {
            let error = SystemError.last
            if let file { throw .cannotListenAt(path: file.path, .system(error)) }
            guard !isInherited, let port else {
                throw .cannotListenOnInherited(descriptor, error)
            }
            throw .cannotListen(host: hostName, port: port, error)
        }
    }

    /// Closes the descriptor, once; later calls do nothing.
    ///
    /// The corresponding C function is `close`.
    package func close() {
        let first = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if first { Glibc.close(descriptor) }
    }

    /// What the socket is called in logs: `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/w.sock`; `a Unix socket`
    /// if it is inherited.
    package var name: String {
        if let file { return "unix:\(file.path)" }
        guard let port else { return "a Unix socket" }
        if case .ip(.ipv6, port: _) = address { return "[\(hostName)]:\(port)" }
        return "\(hostName):\(port)"
    }

    private var hostName: String { address.ip?.description ?? "" }

    private static func bind(_ descriptor: Int32, _ host: IPAddress, _ port: UInt16) -> Bool {
        switch host {
        case .ipv4(let address):
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = address.bigEndian
            return unsafe bind(descriptor, &name, MemoryLayout<sockaddr_in>.size)
        case .ipv6(let address):
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &name.sin6_addr) { bytes in
                unsafe bytes.storeBytes(of: address.bigEndian, as: UInt128.self)
            }
            return unsafe bind(descriptor, &name, MemoryLayout<sockaddr_in6>.size)
        }
    }

    private static func bind(
        _ descriptor: Int32, _ name: UnsafeRawPointer, _ size: Int
    ) -> Bool {
        unsafe Glibc.bind(
            descriptor, name.assumingMemoryBound(to: sockaddr.self), socklen_t(size)) == 0
    }

    @discardableResult
    private static func setOption(
        _ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32
    ) -> Bool {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe setsockopt(descriptor, level, name, &value, size) == 0
    }

    private static func option(_ descriptor: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1
    }
}
