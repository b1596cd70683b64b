/* The floor: what the kernel alone asks for. An epoll loop that answers the websocket handshake without looking at
   it and writes each frame that comes in on standard input (4 bytes of length, big endian, then the frame) to every
   connection, dropping what does not fit. Nothing a real server needs is here. */
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
static char frame[LARGEST], in[LARGEST + 4];
static size_t filled;

static void settle(int fd) {
    ssize_t sent = send(fd, owed[fd].rest, owed[fd].left, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0) return;
    owed[fd].left -= sent;
    memmove(owed[fd].rest, owed[fd].rest + sent, owed[fd].left);
    if (!owed[fd].left) { free(owed[fd].rest); owed[fd].rest = NULL; }
}

static void tell(size_t size) {
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

static int hear(void) {
    ssize_t got = read(0, in + filled, sizeof in - filled);
    if (got <= 0) return 0;
    filled += got;
    while (filled >= 4) {
        uint32_t size;
        memcpy(&size, in, 4);
        size = ntohl(size);
        if (filled < 4 + (size_t)size) break;
        memcpy(frame, in + 4, size);
        tell(size);
        filled -= 4 + size;
        memmove(in, in + 4 + size, filled);
    }
    return 1;
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
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(door, (struct sockaddr *)&at, sizeof at) || listen(door, 4096)) { perror("floor"); return 1; }
    int watch = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = door}, events[256];
    epoll_ctl(watch, EPOLL_CTL_ADD, door, &event);
    event.data.fd = 0;
    epoll_ctl(watch, EPOLL_CTL_ADD, 0, &event);
    for (;;) {
        int ready = epoll_wait(watch, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == 0) {
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
