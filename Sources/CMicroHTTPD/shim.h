/*
 * What Swift cannot reach in libmicrohttpd by itself: its variadic functions, each with the types
 * of the one way in which it is used here.
 */
#ifndef CMICROHTTPD_SHIM_H
#define CMICROHTTPD_SHIM_H

#include <microhttpd.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* What a daemon is started with. */
typedef struct uw_mhd_options {
    int listen_fd;                   /* bound and listening; the daemon's until it is quiesced */
    unsigned int connection_limit;   /* beyond it, connections wait in the backlog */
    unsigned int connection_timeout; /* idle seconds; 0: none */
    size_t connection_memory;        /* bytes per connection, for headers and for chunks */
    void *_Nonnull context;          /* first argument of every callback */
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

/* A daemon without a thread of its own: MHD_run is called by one. Its connections are resumed by
 * that thread too, so no inter-thread channel is needed (MHD_USE_ITC).
 * The corresponding C function is MHD_start_daemon. */
static inline struct MHD_Daemon *_Nullable uw_mhd_start(const uw_mhd_options *_Nonnull options) {
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0,
        NULL, NULL, (MHD_AccessHandlerCallback)options->handle, options->context,
        MHD_OPTION_LISTEN_SOCKET, options->listen_fd, MHD_OPTION_NOTIFY_COMPLETED,
        options->completed, options->context, MHD_OPTION_NOTIFY_CONNECTION,
        options->connection_changed, options->context, MHD_OPTION_UNESCAPE_CALLBACK,
        options->unescape, options->context, MHD_OPTION_CONNECTION_LIMIT, options->connection_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, options->connection_timeout,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory,
        MHD_OPTION_STRICT_FOR_CLIENT, -1, MHD_OPTION_END);
}

/* The daemon's epoll instance: readable when MHD_run is due. See MHD_get_daemon_info. */
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

/* What NOTIFY_CONNECTION stored for a connection. See MHD_get_connection_info. */
static inline void *_Nullable uw_mhd_socket_context(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

#endif
