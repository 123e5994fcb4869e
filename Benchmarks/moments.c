/*
 * moments.c: the times of single events, in microseconds, one JSON array.
 *
 *   moments start PORT RUNS COMMAND…    from exec to the first answer of GET /health
 *   moments orphan PORT RUNS COMMAND…   from the end of the parent to the end of the worker,
 *                                       which is told of its parent by --ppid
 *   moments cancel PORT RUNS            from POST /cancel to the 409 of the call that runs
 *   moments leave PORT RUNS             from the end of a client to that of its call in /health
 *   moments line PORT RUNS              from a lone line of a stream to its arrival at the client
 */
#include "client.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sys/pidfd.h>

enum { MOST_RUNS = 1000, ARGUMENTS = 32 };

static const char health[] = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
static reply answer;

static void sleep_us(long us) {
    struct timespec time = {.tv_nsec = us * 1000};
    nanosleep(&time, NULL);
}

/* Waits for the first answer of a server that is starting, for 30 s at most. */
static int await_health(int port) {
    for (uint64_t end = now_ns() + PATIENCE_SECONDS * 1000000000ull; now_ns() < end;) {
        int fd = connect_to(port);
        if (fd >= 0) {
            bool is_answered = !send_all(fd, health, strlen(health)) && read_reply(fd, &answer) == 200;
            close(fd);
            return is_answered ? 0 : -1;
        }
        sleep_us(50);
    }
    return -1;
}

static void end_child(pid_t child) {
    kill(child, SIGTERM);
    for (int i = 0; i < 3000; i++) {
        if (waitpid(child, NULL, WNOHANG) == child) return;
        sleep_us(1000);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static double start(int port, char **command) {
    uint64_t began = now_ns();
    pid_t child = vfork();
    if (child == 0) {
        execvp(command[0], command);
        _exit(127);
    }
    if (child < 0) die("vfork");
    int failed = await_health(port);
    double took = (double)(now_ns() - began) / 1e3;
    end_child(child);
    if (failed) die("the server does not start");
    return took;
}

/* The parent to be: it starts the worker, says which process that is, and waits for its end. */
_Noreturn static void live_as_parent(int told, char **command) {
    char *arguments[ARGUMENTS + 3], number[16];
    int count = 0;
    while (command[count] && count < ARGUMENTS) {
        arguments[count] = command[count];
        count++;
    }
    snprintf(number, sizeof number, "%d", getpid());
    arguments[count++] = "--ppid";
    arguments[count++] = number;
    arguments[count] = NULL;
    pid_t child = fork();
    if (child == 0) {
        execvp(arguments[0], arguments);
        _exit(127);
    }
    if (write(told, &child, sizeof child) != sizeof child) _exit(1);
    alarm(2 * PATIENCE_SECONDS);
    for (;;) pause();
}

static double orphan(int port, char **command) {
    int told[2];
    pid_t worker = 0;
    if (pipe(told)) die("pipe");
    pid_t parent = fork();
    if (parent == 0) live_as_parent(told[1], command);
    if (parent < 0 || read(told[0], &worker, sizeof worker) != sizeof worker) die("fork");
    int ends = pidfd_open(worker, 0);
    bool is_served = ends >= 0 && !await_health(port);

    struct pollfd end = {.fd = ends, .events = POLLIN};
    uint64_t began = now_ns();
    kill(parent, SIGKILL);
    bool has_ended = poll(&end, 1, PATIENCE_SECONDS * 1000) == 1;
    double took = (double)(now_ns() - began) / 1e3;
    waitpid(parent, NULL, 0);
    if (!has_ended) kill(worker, SIGKILL);
    waitpid(worker, NULL, 0);
    close(ends);
    close(told[0]);
    close(told[1]);
    if (!is_served || !has_ended) die("the worker does not start, or does not end");
    return took;
}

static const char long_call[] = "{\"args\":[],\"kwargs\":{\"ms\":20000}}";

/* Asks for /health until so many calls run. */
static void await_calls(int fd, int running) {
    static char text[4096], wanted[32];
    snprintf(wanted, sizeof wanted, "\"calls_running\":%d", running);
    for (int tries = 0; tries < 10000; tries++) {
        if (send_all(fd, health, strlen(health))) die("send");
        ssize_t count = recv(fd, text, sizeof text - 1, 0);
        if (count <= 0) die("recv");
        text[count] = '\0';
        if (strstr(text, wanted)) return;
    }
    die("the call does not begin, or does not end");
}

static double leave(int port) {
    size_t length;
    char *call = make_request("POST", "/execute", port, NULL, long_call, strlen(long_call), &length);
    static int other = -1;
    int caller = connect_to(port);
    if (other < 0) other = connect_to(port);
    if (caller < 0 || other < 0 || send_all(caller, call, length)) die("connect");
    await_calls(other, 1);
    sleep_us(2000); /* so that the call has come to rest inside the plugin */
    uint64_t began = now_ns();
    close(caller);
    await_calls(other, 0);
    free(call);
    return (double)(now_ns() - began) / 1e3;
}

/* The next line of one stream that goes on for as long as runs are wanted. */
static double line(int port) {
    static int stream = -1;
    static char text[4096];
    if (stream < 0) {
        size_t length;
        char *call = make_request(
            "POST", "/execute_stream", port, NULL, long_call, strlen(long_call), &length);
        stream = connect_to(port);
        if (stream < 0 || send_all(stream, call, length)) die("connect");
        free(call);
    }
    for (;;) {
        ssize_t count = recv(stream, text, sizeof text - 1, 0);
        uint64_t now = now_ns();
        if (count <= 0) die("recv");
        text[count] = '\0';
        /* A chunk is its size, and a line. What is no such chunk is the header block. */
        char *end, *start = strstr(text, "\r\n");
        uint64_t moment = start ? strtoull(start + 2, &end, 10) : 0;
        if (moment && *end == '\n') return (double)(now - moment) / 1e3;
    }
}

static double cancel(int port) {
    size_t call_length, stop_length;
    char *call =
        make_request("POST", "/execute", port, NULL, long_call, strlen(long_call), &call_length);
    char *stop = make_request("POST", "/cancel", port, NULL, "{}", 2, &stop_length);
    static int caller = -1, other = -1;
    if (caller < 0) caller = connect_to(port);
    if (other < 0) other = connect_to(port);
    if (caller < 0 || other < 0 || send_all(caller, call, call_length)) die("connect");
    await_calls(other, 1);
    sleep_us(2000); /* so that the call has come to rest inside the plugin */
    uint64_t began = now_ns();
    if (send_all(other, stop, stop_length)) die("send");
    int status = read_reply(caller, &answer);
    double took = (double)(now_ns() - began) / 1e3;
    if (status != 409 || read_reply(other, &answer) != 200) die("not cancelled");
    free(call);
    free(stop);
    return took;
}

int main(int count, char **arguments) {
    if (count < 4) return 2;
    const char *what = arguments[1];
    int port = atoi(arguments[2]), runs = atoi(arguments[3]);
    if (runs < 1 || runs > MOST_RUNS) return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < runs; i++) {
        double took;
        if (!strcmp(what, "cancel")) {
            took = cancel(port);
        } else if (!strcmp(what, "leave")) {
            took = leave(port);
        } else if (!strcmp(what, "line")) {
            took = line(port);
        } else if (count < 5) {
            return 2;
        } else {
            took = !strcmp(what, "start") ? start(port, arguments + 4) : orphan(port, arguments + 4);
        }
        fprintf(stdout, "%s%.1f", i ? "," : "[", took);
    }
    puts("]");
    return 0;
}
