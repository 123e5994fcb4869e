/*
 * What Swift cannot reach in libmicrohttpd by itself: its variadic functions, each with the types
 * of the one way in which it is used here.
 */
#ifndef CMICROHTTPD_SHIM_H
#define CMICROHTTPD_SHIM_H

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Who hears what libmicrohttpd has to complain of; lives as long as the daemon. */
typedef struct uw_mhd_log {
    void *_Nonnull context;
    void (*_Nonnull write)(void *_Nonnull context, const char *_Nonnull line);
} uw_mhd_log;

/* What a daemon is started with. */
typedef struct uw_mhd_options {
    unsigned int connection_limit;
    unsigned int connection_timeout; /* idle seconds; 0: none */
    size_t connection_memory;        /* bytes per connection, for headers and for chunks */
    void *_Nonnull context;          /* first argument of every callback */
    uw_mhd_log *_Nonnull log;
    /* A request line is complete. What it returns stands in *request at the first call of handle. */
    void *_Nullable (*_Nonnull begun)(
        void *_Nullable context, const char *_Nonnull target,
        struct MHD_Connection *_Nonnull connection);
    enum MHD_Result (*_Nonnull handle)(
        void *_Nullable context, struct MHD_Connection *_Nonnull connection,
        const char *_Nonnull url, const char *_Nonnull method, const char *_Nonnull version,
        const char *_Nullable upload, size_t *_Nonnull upload_size,
        void *_Nullable *_Nonnull request);
    void (*_Nonnull completed)(
        void *_Nullable context, struct MHD_Connection *_Nonnull connection,
        void *_Nullable *_Nonnull request, enum MHD_RequestTerminationCode code);
    /* A connection has begun, or is about to be closed. */
    void (*_Nonnull connection_changed)(
        void *_Nullable context, struct MHD_Connection *_Nonnull connection,
        void *_Nullable *_Nonnull socket_context, enum MHD_ConnectionNotificationCode code);
    /* Leaves the URL as it was sent: routing decodes it, and sees a %00. */
    size_t (*_Nonnull unescape)(
        void *_Nullable context, struct MHD_Connection *_Nonnull connection, char *_Nonnull text);
} uw_mhd_options;

/* Hands a complaint on as text, without its line end; but not that TCP's options cannot be set, and data
 * not be pushed by them, which 0.9.75 tries with each answer on a Unix socket whose connections it has
 * not accepted itself. */
static inline void uw_mhd_complain(void *_Nonnull log, const char *_Nonnull format, va_list values) {
    static const char of_options[] = "Setting %s option", of_pushing[] = "Failed to push the data";
    char line[512];
    if (strncmp(format, of_options, sizeof of_options - 1) == 0) return;
    if (strncmp(format, of_pushing, sizeof of_pushing - 1) == 0) return;
    if (vsnprintf(line, sizeof line, format, values) < 0) return;
    line[strcspn(line, "\n")] = 0;
    ((uw_mhd_log *)log)->write(((uw_mhd_log *)log)->context, line);
}

/* The value of MHD_OPTION_STRICT_FOR_CLIENT that refuses the most: until 0.9.77 -1 refuses white
 * space before a colon, which 1 does not; from 1.0 on, more is stricter. */
static inline int uw_mhd_strictest(const char *_Nonnull version) {
    return strncmp(version, "0.", 2) == 0 ? -1 : 1;
}

/* A daemon without a thread and a listening socket of its own: MHD_run is called by a thread, which
 * hands connections over as well (uw_mhd_accept). Its connections are resumed by
 * that thread too, so no inter-thread channel is needed (MHD_USE_ITC). MHD_USE_TURBO leaves the
 * sending direction of a connection open until NOTIFY_CONNECTION has told of its end.
 * The corresponding C function is MHD_start_daemon. */
static inline struct MHD_Daemon *_Nullable uw_mhd_start(const uw_mhd_options *_Nonnull options) {
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO |
            MHD_USE_ERROR_LOG, 0,
        NULL, NULL, (MHD_AccessHandlerCallback)options->handle, options->context,
        MHD_OPTION_EXTERNAL_LOGGER, uw_mhd_complain, options->log,
        MHD_OPTION_URI_LOG_CALLBACK, options->begun, options->context, MHD_OPTION_NOTIFY_COMPLETED,
        options->completed, options->context, MHD_OPTION_NOTIFY_CONNECTION,
        options->connection_changed, options->context, MHD_OPTION_UNESCAPE_CALLBACK,
        options->unescape, options->context, MHD_OPTION_CONNECTION_LIMIT, options->connection_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, options->connection_timeout,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory,
        MHD_OPTION_STRICT_FOR_CLIENT, uw_mhd_strictest(MHD_get_version()), MHD_OPTION_END);
}

/* The daemon's epoll instance: readable when MHD_run has something to do. See MHD_get_daemon_info. */
static inline int uw_mhd_epoll(struct MHD_Daemon *_Nonnull daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

/* A connection's socket, or -1. The corresponding C function is MHD_get_connection_info. */
static inline int uw_mhd_socket(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* Whether a connection came by a Unix socket. The corresponding C function is MHD_get_connection_info. */
static inline int uw_mhd_is_unix(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info && info->client_addr && info->client_addr->sa_family == AF_UNIX;
}

/* Leaves the address that a socket is bound to, 4 or 16 bytes, and returns how many; 0 if it has none. */
static inline int uw_local_address(int descriptor, uint8_t *_Nonnull address) {
    struct sockaddr_storage name;
    socklen_t size = sizeof name;
    if (getsockname(descriptor, (struct sockaddr *)&name, &size) != 0) return 0;
    if (name.ss_family == AF_INET)
        return memcpy(address, &((struct sockaddr_in *)&name)->sin_addr, 4), 4;
    if (name.ss_family == AF_INET6)
        return memcpy(address, &((struct sockaddr_in6 *)&name)->sin6_addr, 16), 16;
    return 0;
}

enum { UW_PEER_SIZE = INET6_ADDRSTRLEN + 32 };

/* Writes who is at the other end of a connection into UW_PEER_SIZE bytes: ADDRESS:PORT, or
 * uid=U,pid=P; empty where that is not known. */
static inline void uw_mhd_peer(struct MHD_Connection *_Nonnull connection, char *_Nonnull text) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    char host[INET6_ADDRSTRLEN] = "";
    struct { pid_t pid; uid_t uid; gid_t gid; } user; /* struct ucred, which <sys/socket.h> may hide */
    socklen_t size = sizeof user;
    text[0] = 0;
    if (!address) return;
    if (address->sa_family == AF_UNIX) {
        if (getsockopt(uw_mhd_socket(connection), SOL_SOCKET, SO_PEERCRED, &user, &size) == 0)
            snprintf(text, UW_PEER_SIZE, "uid=%u,pid=%d", user.uid, user.pid);
    } else if (address->sa_family == AF_INET) {
        const struct sockaddr_in *name = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &name->sin_addr, host, sizeof host);
        snprintf(text, UW_PEER_SIZE, "%s:%u", host, ntohs(name->sin_port));
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *name = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &name->sin6_addr, host, sizeof host);
        snprintf(text, UW_PEER_SIZE, "[%s]:%u", host, ntohs(name->sin6_port));
    }
}

/* Sets the idle time-out of one connection, which may be suspended; at least 1, as 0 is none.
 * The corresponding C function is MHD_set_connection_option. */
static inline void uw_mhd_limit_idle_time(
    struct MHD_Connection *_Nonnull connection, unsigned int seconds) {
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
}

/* Whether an epoll instance watches a descriptor. With a NULL as its data, an event would be
 * passed over by libmicrohttpd; there is none, as the descriptor leaves again at once. */
static inline int uw_is_watched(int epoll, int descriptor) {
    struct epoll_event event = {.events = 0, .data = {.ptr = NULL}};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) return errno == EEXIST;
    epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
    return 0;
}

/* Takes a connection from a listening socket, and hands it to the daemon, which closes it where it
 * cannot have it. Returns 0, or the error number of accept4, which <sys/socket.h> may hide.
 * The corresponding C functions are accept4 and MHD_add_connection. */
int accept4(int, struct sockaddr *_Nullable, socklen_t *_Nullable, int);
static inline int uw_mhd_accept(struct MHD_Daemon *_Nonnull daemon, int listener) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    const int descriptor = accept4(
        listener, (struct sockaddr *)&address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0) return errno;
    MHD_add_connection(daemon, descriptor, (const struct sockaddr *)&address, size);
    return 0;
}

/* A count that the kernel keeps of a TCP connection (Linux 4.1); -1 where it does not say.
 * Read at its offset: <netinet/tcp.h> knows less of the struct. */
static inline int uw_tcp_count(int descriptor, size_t offset, uint64_t *_Nonnull count) {
    enum { TCP_INFO_OPTION = 11 };
    unsigned char info[256];
    socklen_t length = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO_OPTION, info, &length) != 0) return -1;
    if (length < offset + sizeof *count) return -1;
    memcpy(count, info + offset, sizeof *count);
    return 0;
}

/* How many bytes the other side of a TCP connection has acknowledged; -1 as above. */
static inline int uw_bytes_taken(int descriptor, uint64_t *_Nonnull count) {
    enum { BYTES_ACKED = 120 };
    return uw_tcp_count(descriptor, BYTES_ACKED, count);
}

/* Whether a socket has something to be read, or to be accepted; the end of a client counts too. */
static inline int uw_is_readable(int descriptor) {
    struct pollfd one = {.fd = descriptor, .events = POLLIN, .revents = 0};
    const int ready = poll(&one, 1, 0);
    // A limit of open files that is 0 refuses to look.
    return ready < 0 || (ready == 1 && (one.revents & (POLLIN | POLLERR | POLLHUP)));
}

/* What NOTIFY_CONNECTION stored for a connection. See MHD_get_connection_info. */
static inline void *_Nullable uw_mhd_socket_context(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* The length of a request's header block with its last empty line, from the first byte of the
 * method on; 0 before it is complete. See MHD_get_connection_info. */
static inline size_t uw_mhd_header_size(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

/* Has a request begin with a Cookie field of ours, which is the one that libmicrohttpd then copies
 * and splits; 0 where no memory is left. The corresponding C function is
 * MHD_set_connection_value_n. */
static inline int uw_mhd_hide_cookies(struct MHD_Connection *_Nonnull connection) {
    return MHD_set_connection_value_n(
               connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_COOKIE, 6, "-", 1) == MHD_YES;
}

/* Whether more than so many bytes, and the end of the client, have ever arrived on a socket; on a Unix
 * socket, whether the client has not ended. */
static inline int uw_has_received(int descriptor, uint64_t known) {
    enum { BYTES_RECEIVED = 128 };
    uint64_t count = 0;
    char byte;
    /* The end counts as a byte. */
    if (uw_tcp_count(descriptor, BYTES_RECEIVED, &count) == 0) return count > known + 1;
    return recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

#endif
