/*
 * lines.c: reads one stream and counts its lines.
 *
 *   lines -p PORT -n LINES [-P SERVERPID]
 *
 * Prints one JSON object. Fails where the stream is not well-formed or has other than LINES lines.
 */
#include "client.h"

/* Where in a chunked body the next byte lies. */
typedef struct chunks {
    enum { SIZE, EXTENSION, DATA, DATA_END, TRAILER, DONE } place;
    size_t left;
    int trailer_line; /* bytes of the trailer's line so far */
    uint64_t lines;
} chunks;

static uint64_t count_lines(const char *bytes, size_t count) {
    uint64_t lines = 0;
    for (size_t i = 0; i < count; i++) lines += bytes[i] == '\n';
    return lines;
}

static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void take(chunks *c, const char *bytes, size_t count) {
    for (size_t i = 0; i < count && c->place != DONE;) {
        char byte = bytes[i];
        switch (c->place) {
        case SIZE:
            if (digit(byte) >= 0) {
                c->left = c->left << 4 | (size_t)digit(byte);
            } else {
                c->place = EXTENSION;
                continue;
            }
            i++;
            break;
        case EXTENSION:
            if (byte == '\n') c->place = c->left ? DATA : TRAILER;
            i++;
            break;
        case DATA: {
            size_t part = count - i < c->left ? count - i : c->left;
            c->lines += count_lines(bytes + i, part);
            i += part;
            c->left -= part;
            if (c->left == 0) c->place = DATA_END;
            break;
        }
        case DATA_END:
            if (byte == '\n') c->place = SIZE;
            i++;
            break;
        case TRAILER:
            if (byte == '\n') {
                if (c->trailer_line == 0) c->place = DONE;
                c->trailer_line = 0;
            } else if (byte != '\r') {
                c->trailer_line++;
            }
            i++;
            break;
        case DONE: break;
        }
    }
}

int main(int count, char **arguments) {
    static char bytes[1 << 18];
    int port = 0;
    pid_t server = 0;
    unsigned long wanted = 0;
    for (int option; (option = getopt(count, arguments, "p:n:P:")) != -1;) {
        switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'n': wanted = strtoul(optarg, NULL, 10); break;
        case 'P': server = atoi(optarg); break;
        default: return 2;
        }
    }
    alarm(4 * PATIENCE_SECONDS);
    char body[64];
    int length = snprintf(body, sizeof body, "{\"args\":[],\"kwargs\":{\"count\":%lu}}", wanted);
    size_t total;
    char *request = make_request("POST", "/execute_stream", port, NULL, body, (size_t)length, &total);
    int fd = connect_to(port);
    if (fd < 0) die("connect");

    chunks c = {0};
    size_t head = 0;
    uint64_t cpu = cpu_ns(server), began = now_ns(), first = 0;
    if (send_all(fd, request, total)) die("send");
    while (c.place != DONE) {
        ssize_t got = recv(fd, bytes + head, sizeof bytes - head, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) die("the stream broke off");
        if (first == 0) {
            head += (size_t)got;
            char *end = memmem(bytes, head, "\r\n\r\n", 4);
            if (!end) continue;
            if (strncmp(bytes, "HTTP/1.1 200", 12)) die("not 200");
            take(&c, end + 4, (size_t)(bytes + head - end - 4));
            head = 0;
            first = now_ns();
        } else {
            take(&c, bytes, (size_t)got);
        }
    }
    double took = (double)(now_ns() - began) / 1e9;
    cpu = cpu_ns(server) - cpu;
    if (c.lines != wanted) {
        fprintf(stderr, "%llu lines instead of %lu\n", (unsigned long long)c.lines, wanted);
        return 1;
    }
    printf(
        "{\"lines\":%lu,\"seconds\":%.6f,\"lines_per_s\":%.0f,\"head_us\":%.1f,\"cpu_ns\":%.1f}\n",
        wanted, took, (double)wanted / took, (double)(first - began) / 1e3,
        (double)cpu / (double)wanted);
    return 0;
}
