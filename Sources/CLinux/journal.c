// An entry to the journal of systemd, whatever its size.
#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/// Passes a descriptor along with nothing else.
static ssize_t send_descriptor(int socket, int passed) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof passed)];
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = {.msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof passed);
    memcpy(CMSG_DATA(header), &passed, sizeof passed);
    return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t clinux_journal_send(int socket, const void *bytes, size_t count) {
    const ssize_t sent = send(socket, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0 || (errno != EMSGSIZE && errno != ENOBUFS)) return sent;
    // The journal maps it, and takes only what can change no more.
    const int file = memfd_create("journal-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -1;
    ssize_t result = -1;
    const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (write(file, bytes, count) == (ssize_t)count && fcntl(file, F_ADD_SEALS, seals) == 0)
        result = send_descriptor(socket, file);
    const int error = errno;
    (void)close(file);
    errno = error;
    return result < 0 ? -1 : (ssize_t)count;
}
