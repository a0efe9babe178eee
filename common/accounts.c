#include "accounts.h"
#include "text.h"
#include <sodium.h>
#include <string.h>

// What everybody says on a new connection (greeting.h). FCALL_RO runs nothing that could write.
#define GREETS "+auth +hello +ping +fcall_ro +config|get"

// Redis tries an account's patterns one after the other, for each key of each command: what is used most stands first.
// clang-format off
const struct account accounts[] = {
    {"gateway",   .reads = "Token MentorPhones"},
    {"intake",    .writes = "Session Engagement Person Appointment SessionVersion Explanation Correction LegalHold "
                            "Erasure Disposal",
                  .reads = "OpenDisclosures",
                  .indexes = "sessions-of appointments-of engagements-of people people-of explanations-of "
                             "explanations-about corrections-of corrections-open",
                  .destroys = true},
    {"reminders", .writes = "ReminderPlan DailyCount", .reads = "Appointment Engagement Disposal",
                  .indexes = "plans-of"},
    {"matching",  .writes = "Mentor MentorBreak Offer PersonsOffer PersonsChoice Token MentorPhones WaitingPerson "
                            "Proposal ProposedPair NewestProposal Characteristics MatchingTask Feedback Booking",
                  .reads = "Engagement Appointment Disposal",
                  .indexes = "mentors offers offers-of offers-to matches-of waiting offers-open proposals proposal-pairs "
                             "proposed-of matching-tasks matching-tasks-of feedback-of "
                             "bookings-of bookings-to",
                  .lists = "people engagements-of appointments-of"},
    {"reporting", .writes = "", .audits = true},
    {"courier",   .writes = "Delivery", .reads = "Disposal", .indexes = "dead-letters deliveries-of"},
    {"mentoring", .writes = "Note NoteVersion UnsentKey", .reads = "Session Disposal", .indexes = "notes-of notes-about"},
    {"safeguarding", .writes = "Staff OnCallRota Disclosure DisclosureWatch OpenDisclosures BreakGlass BreakGlassUse",
                     .reads = "Erasure Disposal",
                     .indexes = "disclosures disclosures-by disclosures-about break-glass break-glass-of"},
    // It verifies everything, makes and revokes tokens, and writes down who asked for the audit.
    {"operator",  .writes = "Token", .reads = "*", .indexes = "", .audits = true},
    {"notary",    .rights = GREETS " %R~{*}:audit +xrange"},
    // Rewraps data keys, which are found by their names only (SCAN shows names, and no content).
    {"rotation",  .rights = GREETS " +scan (~{*}:DataKey:* +mget +mset) (~* +fcall)"},
    // Puts the functions in place. It has no right to any record.
    {"deployer",  .rights = GREETS " +function|list +function|load"},
    // For repairs by hand; no program uses it.
    {"administrator", .rights = "~* &* +@all"},
    {0},
};
// clang-format on

const struct account *account_find(const char *name) {
  for (const struct account *a = accounts; a->name; a++)
    if (!strcmp(a->name, name)) return a;
  return NULL;
}

// Calls for each word of a list: " <before><word><after>".
static void write_words(struct buffer *out, const char *words, const char *before, const char *after) {
  while (words && *words) {
    size_t n = strcspn(words, " ");
    buffer_printf(out, " %s%.*s%s", before, (int)n, words, after);
    words += n + (words[n] == ' ');
  }
}

static void write_data_keys(struct buffer *out, const char *rights, const Partition *opens) {
  for (; *opens; opens++) buffer_printf(out, " %s~{*}:DataKey:*/%d", rights, *opens);
}

static bool is_everything(const char *types) {
  return types && !strcmp(types, "*");
}

// Records are read by MGET, inside of the function and outside.
static void write_reading(struct buffer *out, const struct account *a, const Partition *opens) {
  buffer_text(out, " (");
  if (is_everything(a->reads)) {
    buffer_text(out, "%R~{*}:*");
  } else {
    write_words(out, a->writes, "%R~{*}:", ":*");
    buffer_printf(out, " %%R~{*}:cursor:%s", a->name);
    if (a->writes) write_words(out, ACCOUNTS_RELATIONS, "%R~{*}:", ":*");
    write_words(out, a->reads, "%R~{*}:", ":*");
    if (a->destroys) buffer_text(out, " %R~{*}:DataKey:*");
    write_data_keys(out, "%R", opens);
  }
  buffer_text(out, " +mget)");
}

static void write_writing(struct buffer *out, const struct account *a, const Partition *opens) {
  buffer_text(out, " (");
  write_words(out, a->writes, "%W~{*}:", ":*");
  buffer_printf(out, " %%W~{*}:cursor:%s", a->name);
  write_data_keys(out, "%W", opens);
  buffer_text(out, " +mset +del)");
}

static void write_sets(struct buffer *out, const struct account *a) {
  buffer_printf(out, " (~{*}:timers:%s ~{*}:index:parked-%s", a->name, a->name);
  write_words(out, a->indexes, "~{*}:index:", "");
  buffer_text(out, " +zadd +zrem +zrangebyscore +zrangebylex)");
}

// Events and audit may be appended to, and the counters of their sequences go with them.
static void write_streams(struct buffer *out) {
  buffer_text(out, " (%W~{*}:events %W~{*}:audit +xadd) (~{*}:sequence ~{*}:audit-sequence +incrby)");
}

// Whoever erases a person destroys their keys in all partitions, without opening any; in one command with the records,
// and a command must be covered by one pair of brackets.
static void write_destroying(struct buffer *out, const struct account *a) {
  buffer_text(out, " (%W~{*}:DataKey:*");
  write_words(out, a->writes, "%W~{*}:", ":*");
  buffer_text(out, " +del)");
}

// What a service may do. Each pair of brackets joins some keys to the commands that are meant for them. FCALL itself
// is free, as its keys are those of all records that a change has seen; what it does with them is not.
static void write_service(struct buffer *out, const struct account *a, const Partition *opens) {
  bool everything = is_everything(a->reads);
  buffer_text(out, GREETS);
  if (a->writes) write_writing(out, a, opens);
  write_reading(out, a, opens);
  if (a->writes) write_streams(out);
  if (a->writes) write_sets(out, a);
  if (a->writes) buffer_text(out, " (~* +fcall)");
  buffer_printf(out, " (%%R~{*}:events%s +xrange)", a->audits ? " %R~{*}:audit" : "");
  if (everything) buffer_text(out, " (%R~{*}:index:* +zrangebylex)");
  if (a->destroys) write_destroying(out, a);
  if (!a->lists) return;
  buffer_text(out, " (");
  write_words(out, a->lists, "%R~{*}:index:", "");
  buffer_text(out, " +zrangebylex)");
}

static void write_password(struct buffer *out, const char *password) {
  uint8_t hash[crypto_hash_sha256_BYTES];
  char hex[2 * sizeof hash + 1];
  crypto_hash_sha256(hash, (const uint8_t *)password, strlen(password));
  text_hex(hash, sizeof hash, hex);
  buffer_printf(out, "#%s", hex);
}

void account_write(struct buffer *out, const struct account *a, const char *password, const Partition *opens) {
  buffer_printf(out, "user %s on resetchannels -@all ", a->name);
  write_password(out, password);
  buffer_text(out, " ");
  if (a->rights)
    buffer_text(out, a->rights);
  else
    write_service(out, a, opens);
  buffer_text(out, "\n");
}

// Nobody can log in as `default`, but it keeps its rights: with them Redis reads its own append-only file at start, and
// what they do not cover it leaves out. Health checks may knock without a password, and nothing else.
void accounts_begin(struct buffer *out) {
  buffer_text(out, "user default off resetpass ~* &* +@all\n"
                   "user health on nopass resetkeys resetchannels -@all +ping\n");
}
