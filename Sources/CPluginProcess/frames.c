#include "plugin_process.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { most_parts = 8 };

int uwp_send(int socket, const uwp_bytes *parts, size_t count) {
    struct iovec left[most_parts];
    if (count > most_parts) return EINVAL;
    for (size_t index = 0; index < count; index++)
        left[index] = (struct iovec){(void *)parts[index].data, parts[index].length};
    struct msghdr message = {.msg_iov = left, .msg_iovlen = count};
    while (message.msg_iovlen > 0) {
        ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno;
        while (message.msg_iovlen > 0 && (size_t)sent >= message.msg_iov->iov_len) {
            sent -= (ssize_t)message.msg_iov->iov_len;
            message.msg_iov++;
            message.msg_iovlen--;
        }
        if (message.msg_iovlen > 0) {
            message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
            message.msg_iov->iov_len -= (size_t)sent;
        }
    }
    return 0;
}

ssize_t uwp_receive(int socket, void *bytes, size_t room) {
    ssize_t count;
    do {
        count = recv(socket, bytes, room, 0);
    } while (count < 0 && errno == EINTR);
    return count;
}
