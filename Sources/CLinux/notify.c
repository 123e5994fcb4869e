#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int clinux_connect_unix(int descriptor, const char *name, size_t length) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (length == 0 || length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, name, length);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    // An abstract name is as long as it says, a path ends with a NUL.
    if (name[0] == '@') address.sun_path[0] = '\0';
    else size += 1;
    return connect(descriptor, (const struct sockaddr *)&address, size);
}

/// Turns the address that a socket is bound to into one that reaches it; false where none does.
static _Bool make_reachable(struct sockaddr_storage *address, socklen_t size) {
    if (address->ss_family == AF_INET) {
        struct sockaddr_in *ipv4 = (struct sockaddr_in *)address;
        if (ipv4->sin_addr.s_addr == htonl(INADDR_ANY))
            ipv4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return 1;
    }
    if (address->ss_family == AF_INET6) {
        struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)address;
        if (IN6_IS_ADDR_UNSPECIFIED(&ipv6->sin6_addr)) ipv6->sin6_addr = in6addr_loopback;
        return 1;
    }
    return address->ss_family == AF_UNIX && size > offsetof(struct sockaddr_un, sun_path);
}

int clinux_connect_to_own(int listening, const struct timeval *limit) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(listening, (struct sockaddr *)&address, &size) != 0) return -1;
    if (!make_reachable(&address, size)) {
        errno = EDESTADDRREQ;
        return -1;
    }
    const int descriptor = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    // Of a blocking socket it bounds connect too, also that to a Unix socket with a full backlog.
    if (setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, limit, sizeof *limit) != 0 ||
        connect(descriptor, (const struct sockaddr *)&address, size) != 0) {
        const int error = errno;
        (void)close(descriptor);
        errno = error;
        return -1;
    }
    return descriptor;
}
