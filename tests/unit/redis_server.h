// A Redis of a test's own: on a Unix socket in a folder of its own, durable, without a port. Stopped by its number.
#pragma once
#include "greeting.h"
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct redis_server {
  char folder[64], socket[96], address[112];
  pid_t pid;
};

// Starts it (again, in the same folder, where it has run before) and waits until it answers.
static inline redisContext *redis_server_start(struct redis_server *s) {
  if (!s->folder[0]) {
    snprintf(s->folder, sizeof s->folder, "/tmp/test-redis-XXXXXX");
    if (!mkdtemp(s->folder)) abort();
    snprintf(s->socket, sizeof s->socket, "%s/socket", s->folder);
    snprintf(s->address, sizeof s->address, "unix:%s", s->socket);
  }
  s->pid = fork();
  if (s->pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDOUT_FILENO);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", s->socket, "--dir", s->folder, "--save", "",
           "--appendonly", "yes", "--appendfsync", "always", (char *)NULL);
    _exit(127);
  }
  for (int i = 0; i < 500; i++, usleep(10000)) {
    redisContext *c = redisConnectUnix(s->socket);
    redisReply *pong = c && !c->err ? redisCommand(c, "PING") : NULL;
    bool up = pong && pong->type == REDIS_REPLY_STATUS;
    freeReplyObject(pong);
    if (up) return c;
    if (c) redisFree(c);
  }
  abort();
}

// What `alongside deploy` puts in place.
static inline void redis_server_deploy(redisContext *c) {
  const struct greeting g = {.deploys = true};
  struct resp command = {0};
  size_t size_bytes;
  void *reply = NULL;
  const char *text = greeting_ask(&g, GREETING_LOAD, &command, &size_bytes);
  bool sent = redisAppendFormattedCommand(c, text, size_bytes) == REDIS_OK && redisGetReply(c, &reply) == REDIS_OK;
  if (!sent || ((redisReply *)reply)->type != REDIS_REPLY_STRING) abort();
  freeReplyObject(reply);
  resp_free(&command);
}

static inline void redis_server_kill(struct redis_server *s) {
  kill(s->pid, SIGKILL);
  waitpid(s->pid, NULL, 0);
}

static inline void redis_server_remove(struct redis_server *s) {
  char command[128];
  redis_server_kill(s);
  snprintf(command, sizeof command, "rm -rf '%s'", s->folder);
  if (system(command)) abort();
}
