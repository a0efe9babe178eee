// Drives a server with one PUT after another on each of many connections that stay open, and says how it answered.
//
//   load PORT PATH BODIES CONNECTIONS SECONDS [HEADER ...]
//
// PATH is that of a session, with {id} where its id stands, which is new for each request. BODIES is a file of JSON,
// one body a line, sent in turn. Each HEADER is a whole line ("Authorization: Bearer ..."). A connection sends its next
// request when it has the answer to the one before (a closed loop), so the number of connections is that of requests on
// their way. Any answer but 201 ends the program with status 1: a server that refuses is not a fast one.
//
// Prints, as `figure NAME VALUE UNIT`: how many were answered, in how long, the rate, and percentiles of the time from
// sending to having the whole answer. It is one thread on epoll, so that it takes little from what it measures.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
  HEAD_BYTES = 2048,   // the request's line and headers
  ANSWER_BYTES = 8192, // a whole answer
  EVENTS = 256,
  STEP_US = 10,      // width of a bucket of the histogram
  BUCKETS = 1000000, // ten seconds
  DRAIN_MS = 10000,  // how long the last answers may take
};

struct connection {
  int fd;
  uint64_t sent_at_us;
  size_t n; // bytes of the answer that are there
  char answer[ANSWER_BYTES + 1];
};

struct load {
  const char *before_id, *after_id; // the path, cut at {id}
  char headers[HEAD_BYTES];
  char **bodies;
  size_t n_bodies;
  uint32_t run; // random: ids differ between runs
  uint64_t sent, answered, until_us;
  uint32_t *histogram;
  int epoll;
};

static void die(const char *what) {
  fprintf(stderr, "load: %s\n", what);
  exit(1);
}

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

// --- what to send

static void read_bodies(struct load *l, const char *path) {
  FILE *file = fopen(path, "r");
  char *line = NULL;
  size_t room = 0;
  if (!file) die("the file of bodies cannot be read");
  for (ssize_t n; (n = getline(&line, &room, file)) > 0;) {
    if (line[n - 1] == '\n') line[n - 1] = 0;
    l->bodies = realloc(l->bodies, (l->n_bodies + 1) * sizeof *l->bodies);
    if (!l->bodies || !(l->bodies[l->n_bodies++] = strdup(line))) die("out of memory");
  }
  free(line);
  fclose(file);
  if (!l->n_bodies) die("the file of bodies is empty");
}

static void cut_path(struct load *l, char *path) {
  char *id = strstr(path, "{id}");
  if (!id) die("PATH needs {id}");
  *id = 0;
  l->before_id = path;
  l->after_id = id + strlen("{id}");
}

static void join_headers(struct load *l, char **headers, int n) {
  size_t used = 0;
  for (int i = 0; i < n; i++) {
    used += (size_t)snprintf(l->headers + used, sizeof l->headers - used, "%s\r\n", headers[i]);
    if (used >= sizeof l->headers) die("the headers are too long");
  }
}

// A request under an id that no other has: the run's random number and a count.
static void send_next(struct load *l, struct connection *c) {
  char request[HEAD_BYTES + ANSWER_BYTES];
  uint64_t i = l->sent++;
  const char *body = l->bodies[i % l->n_bodies];
  int n = snprintf(request, sizeof request,
                   "PUT %s%08x-0000-4000-8000-%012llx%s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   l->before_id, l->run, (unsigned long long)i, l->after_id, l->headers, strlen(body), body);
  if (n >= (int)sizeof request) die("a request is too long");
  c->n = 0;
  c->sent_at_us = now_us();
  if (send(c->fd, request, (size_t)n, MSG_NOSIGNAL) != n) die("a request could not be sent");
}

// --- what comes back

// The whole answer's size once its head is there, 0 before that.
static size_t answer_bytes(struct connection *c) {
  c->answer[c->n] = 0;
  const char *end = strstr(c->answer, "\r\n\r\n");
  if (!end) return 0;
  const char *length = strcasestr(c->answer, "\r\ncontent-length:");
  if (!length || length > end) die("an answer has no Content-Length");
  return (size_t)(end - c->answer) + 4 + strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
}

static void note(struct load *l, const struct connection *c) {
  if (strncmp(c->answer, "HTTP/1.1 201", strlen("HTTP/1.1 201")) != 0) {
    fprintf(stderr, "%s\n", c->answer);
    die("that was not a 201");
  }
  uint64_t bucket = (now_us() - c->sent_at_us) / STEP_US;
  l->histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
  l->answered++;
}

static void hear(struct load *l, struct connection *c) {
  ssize_t n = recv(c->fd, c->answer + c->n, ANSWER_BYTES - c->n, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) die("the server closed a connection, or an answer is too long");
  c->n += (size_t)n;
  size_t whole = answer_bytes(c);
  if (!whole || c->n < whole) return;
  note(l, c);
  if (now_us() < l->until_us) send_next(l, c);
}

// --- the run

static void open_connection(struct load *l, struct connection *c, uint16_t port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int on = 1;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0) die(strerror(errno));
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0) die(strerror(errno));
}

static void drive(struct load *l) {
  struct epoll_event events[EVENTS];
  while (l->answered < l->sent) {
    int n = epoll_wait(l->epoll, events, EVENTS, 1000);
    for (int i = 0; i < n; i++) hear(l, events[i].data.ptr);
    if (now_us() > l->until_us + DRAIN_MS * 1000) die("not every request was answered");
  }
}

static double percentile_ms(const struct load *l, double share) {
  uint64_t seen = 0, wanted = (uint64_t)((double)l->answered * share);
  size_t bucket = 0;
  while (bucket < BUCKETS && (seen += l->histogram[bucket]) <= wanted) bucket++;
  return (double)bucket * STEP_US / 1000;
}

static void print(const struct load *l, double took_s) {
  printf("figure answered %llu requests\n", (unsigned long long)l->answered);
  printf("figure took %.3f s\n", took_s);
  printf("figure rate %.0f requests/s\n", (double)l->answered / took_s);
  printf("figure p50_ms %.2f ms\n", percentile_ms(l, 0.50));
  printf("figure p99_ms %.2f ms\n", percentile_ms(l, 0.99));
  printf("figure p999_ms %.2f ms\n", percentile_ms(l, 0.999));
}

static unsigned number(const char *text, unsigned most) {
  char *end;
  unsigned long n = strtoul(text, &end, 10);
  if (*end || n < 1 || n > most) die("PORT, CONNECTIONS and SECONDS are numbers above 0");
  return (unsigned)n;
}

int main(int argc, char **argv) {
  if (argc < 6) die("usage: load PORT PATH BODIES CONNECTIONS SECONDS [HEADER ...]");
  unsigned port = number(argv[1], 65535), n = number(argv[4], 10000), seconds = number(argv[5], 3600);
  static struct load l;
  cut_path(&l, argv[2]);
  read_bodies(&l, argv[3]);
  join_headers(&l, argv + 6, argc - 6);
  struct connection *connections = calloc(n, sizeof *connections);
  l.histogram = calloc(BUCKETS, sizeof *l.histogram);
  l.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (!connections || !l.histogram || l.epoll < 0) die("out of memory");
  if (getrandom(&l.run, sizeof l.run, 0) != sizeof l.run) die("no randomness");
  for (unsigned i = 0; i < n; i++) open_connection(&l, &connections[i], (uint16_t)port);
  uint64_t start_us = now_us();
  l.until_us = start_us + (uint64_t)seconds * 1000000;
  for (unsigned i = 0; i < n; i++) send_next(&l, &connections[i]);
  drive(&l);
  print(&l, (double)(now_us() - start_us) / 1e6);
  for (size_t i = 0; i < l.n_bodies; i++) free(l.bodies[i]);
  free(l.bodies);
  free(l.histogram);
  free(connections);
  return 0;
}
