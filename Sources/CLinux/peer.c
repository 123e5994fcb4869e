// Who is at the other end of a connection.
#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int clinux_open_socket_diagnosis(void) {
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
}

/// Writes an end of a connection as the kernel's tables have it: an IPv4 address that is mapped into IPv6 is
/// one of IPv4, whatever family the socket is of. Returns the family, or -1 for others than TCP's.
static int end_of(
    const struct sockaddr_storage *name, __be32 address[4], __be16 *port) {
    if (name->ss_family == AF_INET) {
        const struct sockaddr_in *end = (const struct sockaddr_in *)name;
        address[0] = end->sin_addr.s_addr;
        *port = end->sin_port;
        return AF_INET;
    }
    if (name->ss_family != AF_INET6) return -1;
    const struct sockaddr_in6 *end = (const struct sockaddr_in6 *)name;
    *port = end->sin6_port;
    if (!IN6_IS_ADDR_V4MAPPED(&end->sin6_addr)) {
        memcpy(address, &end->sin6_addr, sizeof end->sin6_addr);
        return AF_INET6;
    }
    memcpy(address, &end->sin6_addr.s6_addr[12], sizeof address[0]);
    return AF_INET;
}

/// Asks for the socket at the other end; 0, or -1 where there is none that a process has open.
static int ask(int netlink, const struct inet_diag_sockid *id, int family, uid_t *user) {
    static __u32 last_number; // of one thread
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question = {
        .header = {
            .nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY,
            .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = ++last_number},
        .request = {
            .sdiag_family = (__u8)family, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0U,
            .id = *id}};
    if (send(netlink, &question, sizeof question, MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof question)
        return -1;
    // The kernel has answered before send returns. Answers to former questions may lie before it.
    for (int attempt = 0; attempt < 16; attempt++) {
        union {
            struct nlmsghdr header;
            char bytes[1024];
        } answer;
        struct sockaddr_nl sender;
        socklen_t size = sizeof sender;
        const ssize_t count = recvfrom(
            netlink, &answer, sizeof answer, MSG_DONTWAIT, (struct sockaddr *)&sender, &size);
        if (count < (ssize_t)sizeof answer.header) return -1;
        if (sender.nl_pid != 0 || answer.header.nlmsg_seq != last_number) continue;
        if (answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
            count < (ssize_t)NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
            return -1;
        const struct inet_diag_msg *socket = NLMSG_DATA(&answer.header);
        // Without an inode no process has it open any more, and its user may read as 0, which is root. Other
        // states are those of a listening socket, or of one that has the port after the client's.
        const int is_clients = socket->idiag_state == TCP_ESTABLISHED ||
            socket->idiag_state == TCP_FIN_WAIT1 || socket->idiag_state == TCP_FIN_WAIT2;
        if (socket->idiag_inode == 0 || !is_clients) return -1;
        *user = socket->idiag_uid;
        return 0;
    }
    return -1;
}

/// Whether this end has not been reset: until then, the other end's port is no other socket's.
static int is_connected(int socket) {
    unsigned char state = 0; // the first byte of struct tcp_info
    socklen_t size = sizeof state;
    return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &state, &size) == 0 &&
           (state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT);
}

int clinux_peer_user(int netlink, int socket, uid_t *user) {
    struct sockaddr_storage near, far;
    socklen_t size = sizeof near, far_size = sizeof far;
    if (getsockname(socket, (struct sockaddr *)&near, &size) != 0) return -1;
    if (near.ss_family == AF_UNIX) {
        struct ucred peer;
        size = sizeof peer;
        if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
        *user = peer.uid;
        return 0;
    }
    if (getpeername(socket, (struct sockaddr *)&far, &far_size) != 0) return -1;
    // As the other end has it: its own address is the source.
    struct inet_diag_sockid id = {.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}};
    const int family = end_of(&far, id.idiag_src, &id.idiag_sport);
    if (family < 0 || end_of(&near, id.idiag_dst, &id.idiag_dport) != family) return -1;
    if (ask(netlink, &id, family, user) != 0) return -1;
    return is_connected(socket) ? 0 : -1;
}
