#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

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
