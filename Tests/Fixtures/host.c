/*
 * host.c: a host of a worker that dies on demand, and a keeper that sees how the worker takes it.
 *
 *   host [OPTION...] -- WORKER ARGUMENT...     ("--ppid N" is added)
 *
 *   --spawner main|thread|child   who starts the worker: the host's first thread, another thread,
 *                                 or a process between the two
 *   --watch host|younger|none     whom --ppid names: the host, a process younger than the worker, 0
 *   --dies never|before|at-once   the host ends by itself before the worker's exec, or directly
 *                                 after the fork, at the same time as the worker starts
 *   --zombie                      the keeper does not wait for the host until the worker has ended
 *   --refuse ERRNO                pidfd_open fails in the worker, by seccomp
 *   --block                       the worker is started with every signal blocked
 *   --mute                        the worker's stdout and stderr are one full pipe
 *   --control FD                  where commands come from, instead of 3
 *
 * The keeper is the process that the test starts: the host's parent, and the subreaper of all. It
 * takes commands from a pipe, one letter each, and ends all when that is closed:
 *
 *   e  the thread or process that started the worker ends, and its process lives; answered "ended"
 *   k  SIGKILL for the host
 *   r  the same, and a new process gets the host's number at once
 *   t  SIGTERM for the worker
 *
 * On stdout it says "host PID", "worker PID", then "ended" or "refused ERRNO" (of a command), and
 * at last "end exited|killed N early|late MICROSECONDS left 0|1": how the worker ended, whether
 * before the host, how long after the last command, and whether any other process is left.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int control = 3;
enum spawner { MAIN, THREAD, CHILD };
enum dying { NEVER, BEFORE, AT_ONCE };
enum watched { HOST, YOUNGER, NOBODY };

static struct {
    enum spawner spawner;
    enum dying dies;
    enum watched watched;
    bool zombie, block, mute;
    int refuse;
    char **worker; /* with room for two more arguments */
    int count;
} plan;

/* What the host's side tells the keeper. */
typedef struct {
    enum { WORKER, HELPER, ENDED } what;
    pid_t pid;
} report;

static int reports[2]; /* host to keeper */
static int orders[2];  /* keeper to host: one byte, "end what started the worker" */
static int life[2];    /* its writing end is the host's alone: closed by the host's death */
static int younger[2]; /* the number of the younger process, for the worker */
static int output = 2; /* of the worker */
static char ppid[16];

static void fail(const char *what) {
    dprintf(2, "host: %s: %s\n", what, strerror(errno));
    _exit(99);
}

static void check(bool good, const char *what) {
    if (!good) fail(what);
}

static void tell(int what, pid_t pid) {
    report said = {what, pid};
    check(write(reports[1], &said, sizeof said) == sizeof said, "report");
}

static void await(int pipe) {
    char byte;
    while (read(pipe, &byte, 1) < 0 && errno == EINTR) {}
}

/* The host's side */

static void refuse_pidfd_open(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)plan.refuse),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    check(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    check(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "seccomp");
}

/* Becomes the worker; in a fork of a process that may have several threads. */
static void become_worker(void) {
    close(life[1]);
    setsid();
    tell(WORKER, getpid());
    if (plan.dies == BEFORE) await(life[0]);
    if (plan.watched == YOUNGER) {
        pid_t pid = 0;
        check(read(younger[0], &pid, sizeof pid) == sizeof pid, "younger");
        snprintf(ppid, sizeof ppid, "%d", pid);
    }
    dup2(output, 1);
    dup2(output, 2);
    sigset_t set;
    plan.block ? sigfillset(&set) : sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    if (plan.refuse) refuse_pidfd_open();
    execv(plan.worker[0], plan.worker);
    fail(plan.worker[0]);
}

static pid_t start_worker(void) {
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (pid == 0) become_worker();
    return pid;
}

static unsigned long long start_time(pid_t pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = file < 0 ? -1 : read(file, text, sizeof text - 1);
    check(count > 0, path);
    close(file);
    text[count] = 0;
    unsigned long long start = 0;
    sscanf(strrchr(text, ')') + 1, " %*c%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s %llu",
           &start);
    return start;
}

/* Starts processes until one is younger than the worker by a tick of the clock. */
static void start_younger(pid_t worker) {
    for (;;) {
        pid_t pid = fork();
        check(pid >= 0, "fork");
        if (pid == 0) {
            close(life[1]);
            for (;;) pause();
        }
        if (start_time(pid) > start_time(worker)) {
            tell(HELPER, pid);
            check(write(younger[1], &pid, sizeof pid) == sizeof pid, "younger");
            return;
        }
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

static void *spawn_and_end(void *unused) {
    (void)unused;
    start_worker();
    await(orders[0]);
    return NULL;
}

static void *outlive_main(void *main_thread) {
    pthread_join(*(pthread_t *)main_thread, NULL);
    /* It is joined a moment before it shows as a zombie. */
    for (char state = 0; state != 'Z';) {
        FILE *file = fopen("/proc/self/stat", "re");
        check(file && fscanf(file, "%*d %*s %c", &state) == 1, "stat");
        fclose(file);
    }
    tell(ENDED, 0);
    for (;;) pause();
}

static void run_host(void) {
    snprintf(ppid, sizeof ppid, "%d", plan.watched == NOBODY ? 0 : getpid());
    if (plan.spawner == THREAD) {
        pthread_t thread;
        check(!pthread_create(&thread, NULL, spawn_and_end, NULL), "pthread_create");
        pthread_join(thread, NULL);
        tell(ENDED, 0);
        for (;;) pause();
    }
    if (plan.spawner == CHILD) {
        pid_t child = fork();
        check(child >= 0, "fork");
        if (child == 0) {
            close(life[1]);
            start_worker();
            await(orders[0]);
            _exit(0);
        }
        tell(HELPER, child);
        waitpid(child, NULL, 0);
        tell(ENDED, 0);
        for (;;) pause();
    }
    pid_t worker = start_worker();
    if (plan.dies != NEVER) _exit(0);
    if (plan.watched == YOUNGER) start_younger(worker);
    await(orders[0]);
    static pthread_t self;
    self = pthread_self();
    pthread_t other;
    check(!pthread_create(&other, NULL, outlive_main, &self), "pthread_create");
    pthread_exit(NULL);
}

/* The keeper's side */

static int64_t microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool has_ended(int pidfd) {
    struct pollfd entry = {pidfd, POLLIN, 0};
    return pidfd >= 0 && poll(&entry, 1, 0) == 1;
}

/* Starts a process with a number that has just become free. */
static void reuse(pid_t pid, int64_t born) {
    /* Start times are told in ticks: two in one cannot be told apart, nor does it happen. */
    int64_t tick = 1000000 / sysconf(_SC_CLK_TCK);
    while (microseconds() < born + 2 * tick) usleep((useconds_t)tick);
    pid_t wanted[] = {pid};
    struct clone_args arguments = {
        .exit_signal = SIGCHLD, .set_tid = (uintptr_t)wanted, .set_tid_size = 1};
    long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child < 0) printf("refused %d\n", errno);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) pause();
    }
}

static void kill_children(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *file = fopen(path, "re");
    for (int pid; file && fscanf(file, "%d", &pid) == 1;) kill(pid, SIGKILL);
    if (file) fclose(file);
}

/* Whether a child still runs; those that have ended are waited for. */
static bool has_children(void) {
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG | __WALL)) > 0) {}
    return pid == 0;
}

static void end_all(int code) {
    while (has_children()) {
        kill_children();
        waitpid(-1, NULL, __WALL);
    }
    exit(code);
}

static void say_end(pid_t worker, const char *when, int64_t took, pid_t helper) {
    if (helper) { /* it may be the worker's parent */
        kill(helper, SIGKILL);
        waitpid(helper, NULL, 0);
    }
    siginfo_t end = {0};
    waitid(P_PID, (id_t)worker, &end, WEXITED);
    printf("end %s %d %s %lld left %d\n", end.si_code == CLD_EXITED ? "exited" : "killed",
           end.si_status, when, (long long)took, has_children());
}

static void keep(pid_t host) {
    int host_fd = pidfd_open(host, 0), worker_fd = -1;
    pid_t worker = 0, helper = 0;
    int64_t born = microseconds(), commanded = born;
    bool is_reaped = false;
    printf("host %d\n", host);
    for (;;) {
        struct pollfd entries[] = {
            {control, POLLIN, 0}, {reports[0], POLLIN, 0},
            {is_reaped || plan.zombie ? -1 : host_fd, POLLIN, 0}, {worker_fd, POLLIN, 0}};
        if (poll(entries, 4, -1) < 0) continue;
        if (entries[1].revents) {
            report said;
            if (read(reports[0], &said, sizeof said) != sizeof said) continue;
            if (said.what == ENDED) printf("ended\n");
            if (said.what == HELPER) helper = said.pid;
            if (said.what == WORKER) {
                worker = said.pid;
                worker_fd = pidfd_open(worker, 0);
                check(worker_fd >= 0, "pidfd_open");
                printf("worker %d\n", worker);
            }
            continue;
        }
        if (entries[0].revents) {
            char command;
            if (read(control, &command, 1) != 1) end_all(0);
            commanded = microseconds();
            if (command == 'e') check(write(orders[1], "", 1) == 1, "order");
            if (command == 't' && worker) kill(worker, SIGTERM);
            if (command == 'k' || command == 'r') kill(host, SIGKILL);
            if (command == 'r') {
                waitpid(host, NULL, 0);
                is_reaped = true;
                reuse(host, born);
            }
        }
        if (has_ended(worker_fd)) {
            int64_t took = microseconds() - commanded;
            bool early = !is_reaped && !has_ended(host_fd);
            kill(host, SIGKILL); /* the worker becomes the keeper's child, if it is not yet */
            if (!is_reaped || has_ended(host_fd)) waitpid(host, NULL, 0);
            say_end(worker, early ? "early" : "late", took, helper);
            end_all(0);
        }
        if (!is_reaped && !plan.zombie && has_ended(host_fd) && worker) {
            waitpid(host, NULL, 0);
            is_reaped = true;
        }
    }
}

/* A pipe into which nothing fits any more, and that could still be read. */
static int full_pipe(void) {
    int ends[2];
    check(!pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
    static const char page[4096];
    while (write(ends[1], page, sizeof page) > 0) {}
    fcntl(ends[1], F_SETFL, 0);
    return ends[1];
}

static int choice(const char *text, const char *const names[]) {
    for (int i = 0; names[i]; i++)
        if (!strcmp(text, names[i])) return i;
    errno = EINVAL;
    fail(text);
    return 0;
}

static void read_plan(int argc, char **argv) {
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--"); i++) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(name, "--zombie")) plan.zombie = true;
        else if (!strcmp(name, "--block")) plan.block = true;
        else if (!strcmp(name, "--mute")) plan.mute = true;
        else {
            i++;
            if (!strcmp(name, "--spawner"))
                plan.spawner = choice(value, (const char *const[]){"main", "thread", "child", NULL});
            else if (!strcmp(name, "--dies"))
                plan.dies = choice(value, (const char *const[]){"never", "before", "at-once", NULL});
            else if (!strcmp(name, "--watch"))
                plan.watched =
                    choice(value, (const char *const[]){"host", "younger", "none", NULL});
            else if (!strcmp(name, "--refuse")) plan.refuse = atoi(value);
            else if (!strcmp(name, "--control")) control = atoi(value);
            else fail(name);
        }
    }
    plan.count = argc - i - 1;
    check(plan.count > 0, "a worker to start");
    plan.worker = calloc((size_t)plan.count + 3, sizeof *plan.worker);
    memcpy(plan.worker, argv + i + 1, (size_t)plan.count * sizeof *plan.worker);
    plan.worker[plan.count] = "--ppid";
    plan.worker[plan.count + 1] = ppid;
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    read_plan(argc, argv);
    fcntl(control, F_SETFD, FD_CLOEXEC);
    int *pipes[] = {reports, orders, life, younger};
    for (int i = 0; i < 4; i++) check(!pipe2(pipes[i], O_CLOEXEC), "pipe2");
    if (plan.mute) output = full_pipe();
    check(!prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "subreaper");
    pid_t host = fork();
    check(host >= 0, "fork");
    if (host == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(control);
        run_host();
    }
    close(life[1]);
    keep(host);
}
