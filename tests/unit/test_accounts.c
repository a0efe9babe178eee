// kinds: trust
// The accounts in Redis, tried for real: what each may touch, and that the table of accounts says of every service what
// its own table says.
// links: intake reminders matching reporting courier mentoring safeguarding
#include "accounts.h"
#include "commit.h"
#include "config.h"
#include "courier.h"
#include "intake.h"
#include "keyring.h"
#include "matching.h"
#include "mentoring.h"
#include "redis_server.h"
#include "reminders.h"
#include "reporting.h"
#include "safeguarding.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct service *const services[] = {&intake,  &reminders, &matching,    &reporting,
                                                 &courier, &mentoring, &safeguarding};
enum {
  SERVICES = sizeof services / sizeof *services,
  WORDS = 64
};

static struct redis_server server;
static struct keyring keyring;
static redisContext *direct;

static bool lists(const char *words, const char *word) {
  size_t n = strlen(word);
  for (const char *at = words; at && (at = strstr(at, word)); at += n)
    if ((at == words || at[-1] == ' ') && (!at[n] || at[n] == ' ')) return true;
  return false;
}

static bool owns(const struct service *s, const char *type) {
  for (const ProtobufCMessageDescriptor *const *t = s->owns; t && *t; t++)
    if (!strcmp((*t)->short_name, type)) return true;
  return false;
}

// Calls for every type that some service owns.
static void each_type(void (*check)(const char *type)) {
  for (int i = 0; i < SERVICES; i++)
    for (const ProtobufCMessageDescriptor *const *t = services[i]->owns; t && *t; t++) check((*t)->short_name);
}

// --- speaking under an account

// One line of the file of accounts, whose brackets hold spaces of their own.
static void set_account(char *line) {
  const char *words[WORDS] = {"ACL", "SETUSER"};
  int n = 2, depth = 0;
  char *from = line + strlen("user ");
  for (char *c = from; *from; c++) {
    depth += (*c == '(') - (*c == ')');
    if (*c && (*c != ' ' || depth)) continue;
    bool last = !*c;
    *c = 0;
    words[n++] = from;
    from = last ? c : c + 1;
    assert_true(n < WORDS);
  }
  redisReply *reply = redisCommandArgv(direct, n, words, NULL);
  if (reply->type != REDIS_REPLY_STATUS) fail_msg("%s: %s", words[2], reply->str);
  freeReplyObject(reply);
}

static redisContext *as(const char *account) {
  char password[80], path[128];
  snprintf(path, sizeof path, "%s/%s.redis", keyring.folder, account);
  assert_int_equal(config_read_file(path, password, sizeof password), 0);
  redisContext *c = redisConnectUnix(server.socket);
  redisReply *reply = redisCommand(c, "AUTH %s %s", account, password);
  assert_int_equal(reply->type, REDIS_REPLY_STATUS);
  freeReplyObject(reply);
  return c;
}

// Inside of a function a refusal reads differently in Redis 7 and 8.
static bool is_denial(const char *error) {
  static const char *const words[] = {"NOPERM", "No permissions", "ACL failure", "can't"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strstr(error, words[i])) return true;
  return false;
}

static bool is_allowed(redisReply *reply) {
  bool denied = reply->type == REDIS_REPLY_ERROR && is_denial(reply->str);
  if (reply->type == REDIS_REPLY_ERROR && !denied) fail_msg("%s", reply->str);
  freeReplyObject(reply);
  return !denied;
}

static bool may(redisContext *c, const char *format, ...) {
  va_list args;
  va_start(args, format);
  redisReply *reply = redisvCommand(c, format, args);
  va_end(args);
  assert_non_null(reply);
  return is_allowed(reply);
}

static bool may_commit(redisContext *c, const char *service, struct store_change change) {
  struct resp command = {0};
  struct store_change *one = &change;
  size_t size_bytes;
  void *reply = NULL;
  change.area = "a";
  commit_encode(&command, service, &one, 1);
  const char *text = resp_end(&command, &size_bytes);
  assert_int_equal(redisAppendFormattedCommand(c, text, size_bytes), REDIS_OK);
  assert_int_equal(redisGetReply(c, &reply), REDIS_OK);
  resp_free(&command);
  return is_allowed(reply);
}

static bool may_write(redisContext *c, const char *service, const char *type, const char *id) {
  char key[128];
  snprintf(key, sizeof key, "{a}:%s:%s", type, id);
  freeReplyObject(redisCommand(direct, "DEL %s", key));
  struct store_record record = {key, 0, STORE_PUT, {(const uint8_t *)"\0\0\0\0\0\0\0\1", 8}};
  bool by_commit = may_commit(c, service, (struct store_change){.records = &record, .n_records = 1});
  bool directly = may(c, "MSET %s x", key) || may(c, "DEL %s", key) || may(c, "SET %s x", key);
  assert_int_equal(by_commit, directly);
  return by_commit;
}

// --- tests

static void a_service_may_write_what_its_table_owns_and_nothing_else(void **state) {
  (void)state;
  for (int i = 0; i < SERVICES; i++) {
    const struct account *a = account_find(services[i]->name);
    assert_non_null(a);
    for (const ProtobufCMessageDescriptor *const *t = services[i]->owns; t && *t; t++)
      if (!lists(a->writes, (*t)->short_name)) fail_msg("%s does not write %s", a->name, (*t)->short_name);
    char words[256] = "";
    if (a->writes) strcpy(words, a->writes);
    for (char *rest = words, *word; (word = strsep(&rest, " "));)
      if (*word && !owns(services[i], word)) fail_msg("%s writes %s, which it does not own", a->name, word);
  }
}

static void check_one_writer(const char *type) {
  int n = 0;
  for (const struct account *a = accounts; a->name; a++) n += lists(a->writes, type);
  // The operator makes and revokes tokens.
  assert_int_equal(n, strcmp(type, "Token") ? 1 : 2);
}
static void each_type_has_one_writer(void **state) {
  (void)state;
  each_type(check_one_writer);
}

static redisContext *speaking;
static const struct account *speaker;
static void check_type(const char *type) {
  bool reads = lists(speaker->writes, type) || lists(speaker->reads, type) || lists(speaker->reads, "*") ||
               (speaker->writes && lists(ACCOUNTS_RELATIONS, type));
  if (may_write(speaking, speaker->name, type, "x") != lists(speaker->writes, type))
    fail_msg("%s writes %s", speaker->name, type);
  if (may(speaking, "MGET {a}:%s:x", type) != reads) fail_msg("%s reads %s", speaker->name, type);
}
static void in_redis_no_account_touches_a_type_that_is_not_its_own(void **state) {
  (void)state;
  for (speaker = accounts; speaker->name; speaker++) {
    if (!strcmp(speaker->name, "administrator")) continue;
    speaking = as(speaker->name);
    each_type(check_type);
    redisFree(speaking);
  }
}

static void data_keys_are_for_those_who_open_the_partition_and_for_rotation_and_go_with_an_erasure(void **state) {
  (void)state;
  for (const struct account *a = accounts; a->name; a++) {
    if (!strcmp(a->name, "administrator")) continue;
    struct keys keys = {.folder = ""};
    const Peer *peer = NULL;
    redisContext *c = as(a->name);
    if (!a->rights) keyring_load(&keyring, a->name, &keys);
    if (!a->rights) peer = keys_peer(&keys, a->name);
    for (int p = 1; p < KEYS_PARTITIONS; p++) {
      char id[16];
      bool opens = !strcmp(a->name, "rotation");
      for (size_t i = 0; peer && i < peer->n_opens; i++) opens |= (int)peer->opens[i] == p;
      snprintf(id, sizeof id, "X000001/%d", p);
      if (a->destroys && !opens)
        assert_true(may(c, "DEL {a}:DataKey:%s", id) && !may(c, "MSET {a}:DataKey:%s x", id));
      else if (may_write(c, a->name, "DataKey", id) != opens)
        fail_msg("%s writes DataKey %s", a->name, id);
    }
    if (!a->rights) keys_free(&keys);
    redisFree(c);
  }
}

static void nobody_rewrites_or_removes_what_is_in_a_stream(void **state) {
  (void)state;
  static const char *const tries[] = {"DEL {a}:%s",          "XTRIM {a}:%s MAXLEN 0", "XDEL {a}:%s 1-0",
                                      "SET {a}:%s x",        "MSET {a}:%s x",         "RENAME {a}:%s {a}:x",
                                      "UNLINK {a}:%s",       "EXPIRE {a}:%s 1",       "COPY {a}:x {a}:%s REPLACE",
                                      "XSETID {a}:%s 99-0",  "RESTORE {a}:%s 0 x",    "ZADD {a}:%s 0 x",
                                      "DEL {a}:%s-sequence", "SET {a}:%s-sequence 0", "GETDEL {a}:%s"};
  static const char *const streams[] = {"events", "audit"};
  for (const struct account *a = accounts; a->name; a++) {
    if (!strcmp(a->name, "administrator")) continue;
    redisContext *c = as(a->name);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
      for (int s = 0; s < 2; s++)
        if (may(c, tries[i], streams[s])) fail_msg("%s: %s of %s", a->name, tries[i], streams[s]);
    redisFree(c);
  }
}

static void who_writes_records_appends_events_and_audit_and_nobody_else(void **state) {
  (void)state;
  const struct bytes list = {(const uint8_t *)"x", 1};
  for (const struct account *a = accounts; a->name; a++) {
    if (!strcmp(a->name, "administrator")) continue;
    redisContext *c = as(a->name);
    struct store_change event = {.events = list, .n_events = 1}, audit = {.audit = list, .n_audit = 1};
    assert_int_equal(may_commit(c, a->name, event), a->writes != NULL);
    assert_int_equal(may_commit(c, a->name, audit), a->writes != NULL);
    redisFree(c);
  }
}

static void the_audit_is_read_by_the_notary_the_operator_and_who_tells_a_person_who_looked(void **state) {
  (void)state;
  static const char *const readers[] = {"notary", "operator", "reporting"};
  for (const struct account *a = accounts; a->name; a++) {
    bool reads = !strcmp(a->name, "administrator");
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) reads |= !strcmp(a->name, readers[i]);
    redisContext *c = as(a->name);
    if (may(c, "XRANGE {a}:audit - +") != reads) fail_msg("%s", a->name);
    redisFree(c);
  }
}

static void timers_and_indexes_are_for_their_service_alone(void **state) {
  (void)state;
  struct store_timer timer = {"t/1", 1};
  struct store_index page = {"people-of/N", "X000001", false}, dead = {"dead-letters", "m", false};
  redisContext *c = as("intake");
  assert_true(may_commit(c, "intake", (struct store_change){.timers = &timer, .n_timers = 1}));
  assert_false(may_commit(c, "courier", (struct store_change){.timers = &timer, .n_timers = 1}));
  assert_true(may_commit(c, "intake", (struct store_change){.indexes = &page, .n_indexes = 1}));
  assert_false(may_commit(c, "intake", (struct store_change){.indexes = &dead, .n_indexes = 1}));
  assert_true(may(c, "FCALL claim 1 {a}:timers:intake 1 1 10"));
  assert_false(may(c, "FCALL claim 1 {a}:timers:courier 1 1 10"));
  assert_false(may(c, "ZRANGEBYLEX {a}:index:dead-letters - +"));
  assert_false(may(c, "MSET {a}:cursor:courier x"));
  redisFree(c);
}

static void no_service_loads_functions_or_governs_redis(void **state) {
  (void)state;
  static const char *const tries[] = {"FUNCTION FLUSH", "FUNCTION DELETE alongside",
                                      "FUNCTION DUMP",  "EVAL 1 0",
                                      "FLUSHALL",       "CONFIG SET maxmemory 1",
                                      "ACL LIST",       "KEYS *",
                                      "SHUTDOWN",       "MODULE LIST",
                                      "MONITOR",        "REPLICAOF a 1",
                                      "SAVE",           "MIGRATE a 1 k 0 1",
                                      "SELECT 1",       "SWAPDB 0 1"};
  for (const struct account *a = accounts; a->name; a++) {
    if (!strcmp(a->name, "administrator")) continue;
    redisContext *c = as(a->name);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
      if (may(c, tries[i])) fail_msg("%s: %s", a->name, tries[i]);
    bool loads = may(c, "FUNCTION LOAD REPLACE %s", "#!lua name=x\nredis.register_function('x', function() end)");
    assert_int_equal(loads, !strcmp(a->name, "deployer"));
    redisFree(c);
  }
}

// The file has what no service may see, and it has hashes of passwords only.
static void the_file_of_accounts_holds_no_password(void **state) {
  (void)state;
  char path[128], password[80];
  static char text[1 << 16];
  snprintf(path, sizeof path, "%s/users.acl", keyring.folder);
  assert_int_equal(config_read_file(path, text, sizeof text), 0);
  for (const struct account *a = accounts; a->name; a++) {
    snprintf(path, sizeof path, "%s/%s.redis", keyring.folder, a->name);
    assert_int_equal(config_read_file(path, password, sizeof password), 0);
    assert_int_equal(strlen(password), 64);
    assert_null(strstr(text, password));
  }
  assert_null(strstr(text, ">"));
}

static int start(void **state) {
  (void)state;
  char path[128], line[4096];
  keyring = keyring_make();
  direct = redis_server_start(&server);
  redis_server_deploy(direct);
  snprintf(path, sizeof path, "%s/users.acl", keyring.folder);
  FILE *f = fopen(path, "r");
  while (fgets(line, sizeof line, f)) {
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "user default", 12)) set_account(line);
  }
  fclose(f);
  return 0;
}

static int stop(void **state) {
  (void)state;
  redisFree(direct);
  redis_server_remove(&server);
  keyring_remove(&keyring);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_service_may_write_what_its_table_owns_and_nothing_else),
      cmocka_unit_test(each_type_has_one_writer),
      cmocka_unit_test(in_redis_no_account_touches_a_type_that_is_not_its_own),
      cmocka_unit_test(data_keys_are_for_those_who_open_the_partition_and_for_rotation_and_go_with_an_erasure),
      cmocka_unit_test(nobody_rewrites_or_removes_what_is_in_a_stream),
      cmocka_unit_test(who_writes_records_appends_events_and_audit_and_nobody_else),
      cmocka_unit_test(the_audit_is_read_by_the_notary_the_operator_and_who_tells_a_person_who_looked),
      cmocka_unit_test(timers_and_indexes_are_for_their_service_alone),
      cmocka_unit_test(no_service_loads_functions_or_governs_redis),
      cmocka_unit_test(the_file_of_accounts_holds_no_password),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
