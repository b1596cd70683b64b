/* The floor: what the kernel alone asks for. An epoll loop that answers the websocket handshake without looking at
   it and writes each message of one Redis topic to every connection as one frame, dropping what does not fit.
   Nothing a real server needs is here. Arguments: port, port of Redis, password, topic. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

static const char ANSWER[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"; /* for the bench's one fixed key */

enum { MOST = 1 << 16, LARGEST = 1 << 20 };
static int watching[MOST], count;
static struct { char *rest; size_t left; } owed[MOST]; /* by descriptor: the end of a frame that did not fit */
static char in[LARGEST];
static size_t filled;
static int redis;

static void settle(int fd) {
    ssize_t sent = send(fd, owed[fd].rest, owed[fd].left, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0) return;
    owed[fd].left -= sent;
    memmove(owed[fd].rest, owed[fd].rest + sent, owed[fd].left);
    if (!owed[fd].left) { free(owed[fd].rest); owed[fd].rest = NULL; }
}

static void tell(const char *frame, size_t size) {
    for (int i = 0; i < count; i++) {
        int fd = watching[i];
        if (owed[fd].left) settle(fd);
        if (owed[fd].left) continue;
        ssize_t sent = send(fd, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0 && (size_t)sent < size) {
            owed[fd].left = size - sent;
            owed[fd].rest = malloc(owed[fd].left);
            memcpy(owed[fd].rest, frame + sent, owed[fd].left);
        }
    }
}

/* *3 $7 message $n topic $m data, each line ended by CRLF: returns how long it is, 0 while it is not whole. */
static size_t message(char **data, size_t *size) {
    char *at = in;
    for (int part = 0; part < 4; part++) {
        char *end = memmem(at, filled - (at - in), "\r\n", 2);
        if (!end) return 0;
        size_t length = part ? strtoul(at + 1, NULL, 10) : 0;
        at = end + 2;
        if (!part) continue;
        if ((size_t)(at - in) + length + 2 > filled) return 0;
        *data = at;
        *size = length;
        at += length + 2;
    }
    return at - in;
}

static int hear(void) {
    ssize_t got = read(redis, in + filled, sizeof in - filled);
    if (got <= 0) return 0;
    filled += got;
    char *data;
    size_t size, whole;
    while (filled && (whole = message(&data, &size))) {
        char frame[10 + 65536];
        size_t head = size < 126 ? 2 : 4; /* the bench sends nothing that needs the longest form */
        if (size < 65536) {
            frame[0] = (char)0x82;
            frame[1] = head == 2 ? (char)size : 126;
            frame[2] = (char)(size >> 8);
            frame[3] = (char)size;
            memcpy(frame + head, data, size);
            tell(frame, head + size);
        }
        filled -= whole;
        memmove(in, in + whole, filled);
    }
    return 1;
}

static void subscribe(int port, const char *password, const char *topic) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    redis = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(redis, (struct sockaddr *)&at, sizeof at)) { perror("floor: Redis"); exit(1); }
    dprintf(redis, "AUTH %s\r\nSUBSCRIBE %s\r\n", password, topic);
    while (filled < 5 || memcmp(in + filled - 5, "\n:1\r\n", 5)) {
        ssize_t got = read(redis, in + filled, sizeof in - filled);
        if (got <= 0) { perror("floor: Redis"); exit(1); }
        filled += got;
    }
    filled = 0;
}

static void forget(int fd) {
    for (int i = 0; i < count; i++)
        if (watching[i] == fd) { watching[i] = watching[--count]; break; }
    free(owed[fd].rest);
    owed[fd].rest = NULL;
    owed[fd].left = 0;
    close(fd);
}

int main(int argc, char **argv) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    if (argc < 5) return 2;
    subscribe(atoi(argv[2]), argv[3], argv[4]);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(door, (struct sockaddr *)&at, sizeof at) || listen(door, 4096)) { perror("floor"); return 1; }
    int watch = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = door}, events[256];
    epoll_ctl(watch, EPOLL_CTL_ADD, door, &event);
    event.data.fd = redis;
    epoll_ctl(watch, EPOLL_CTL_ADD, redis, &event);
    for (;;) {
        int ready = epoll_wait(watch, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == redis) {
                if (!hear()) return 0;
            } else if (fd == door) {
                while ((fd = accept4(door, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    if (fd >= MOST) { close(fd); continue; }
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    event.events = EPOLLIN;
                    event.data.fd = fd;
                    epoll_ctl(watch, EPOLL_CTL_ADD, fd, &event);
                }
            } else {
                char asked[2048];
                ssize_t got = read(fd, asked, sizeof asked);
                if (got <= 0) {
                    if (got == 0 || errno != EAGAIN) forget(fd);
                } else if (!memcmp(asked, "GET ", got < 4 ? got : 4)) {
                    if (write(fd, ANSWER, sizeof ANSWER - 1) > 0) watching[count++] = fd;
                }
            }
        }
    }
}
