// One neutral message to one member of staff, through the courier.
#include "safeguarding.h"
#include <sodium.h>
#include <string.h>

const char *staff_address(const Staff *staff, Channel channel) {
  const PersonalDetails *p = staff ? staff->personal : NULL;
  if (!p || p->seal) return NULL; // what cannot be opened reaches nobody
  if (channel == CHANNEL__SMS) return text_is_telephone(p->telephone) ? p->telephone : NULL;
  return channel == CHANNEL__EMAIL && text_is_email(p->email) ? p->email : NULL;
}

char *safeguarding_link(const struct message *m, const char *what) {
  const struct safeguarding_settings *s = m->settings;
  return arena_printf(m->arena, "%s/safeguarding#%s/%s", s->public_url, m->area->id, what);
}

// The text with `gap` replaced where it first stands.
static char *fill(struct arena *a, const char *text, const char *gap, const char *value) {
  const char *at = value ? strstr(text, gap) : NULL;
  return at ? arena_printf(a, "%.*s%s%s", (int)(at - text), text, value, at + strlen(gap)) : text_of(text);
}

static char *fill_all(const struct message *m, const char *text, const struct staff_notice *n) {
  text = fill(m->arena, text, "{link}", n->link);
  text = fill(m->arena, text, "{reference}", n->reference);
  return fill(m->arena, text, "{telephone}", safeguarding_telephone(m->area));
}

static char *message_id_of(struct arena *a, const char *about) {
  uint8_t hash[crypto_generichash_BYTES];
  char *id = arena_take(a, 37);
  crypto_generichash(hash, sizeof hash, (const uint8_t *)about, strlen(about), NULL, 0);
  text_uuid(hash, id);
  return id;
}

char *staff_notify(struct change *c, const struct message *m, const Staff *staff, Channel channel,
                   const struct staff_notice *n) {
  const AlertText *text = staff->language == LANGUAGE__WELSH ? n->texts->cy : n->texts->en;
  Outgoing *outgoing = arena_take(m->arena, sizeof *outgoing);
  outgoing__init(outgoing);
  outgoing->to = text_of(staff_address(staff, channel));
  if (channel == CHANNEL__EMAIL) outgoing->subject = fill_all(m, text->subject, n);
  outgoing->text = fill_all(m, text->text, n);
  MessageRequested *event = arena_take(m->arena, sizeof *event);
  message_requested__init(event);
  event->subject = staff->code;
  event->channel = channel;
  event->outgoing = outgoing;
  event->not_after_ms = n->not_after_ms;
  event->about = arena_printf(m->arena, "%s/%s/%s", n->about, staff->code, channel == CHANNEL__SMS ? "SMS" : "EMAIL");
  event->message_id = message_id_of(m->arena, event->about);
  change_publish(c, staff->code, event);
  return event->message_id;
}

static bool has_channel(const OnCallDuty *duty, Channel channel) {
  for (size_t i = 0; i < duty->n_channels; i++)
    if (duty->channels[i] == channel) return true;
  return !duty->n_channels;
}

// Somebody may stand on several levels, and all levels may be alerted at once.
static bool is_requested(const struct change *c, const char *staff, Channel channel, const char *about) {
  for (const struct change_event *e = c->events; e; e = e->next) {
    const MessageRequested *r = (const MessageRequested *)e->body;
    if (e->body->descriptor == &message_requested__descriptor && !strcmp(r->subject, staff) && r->channel == channel &&
        !strncmp(r->about, about, strlen(about)))
      return true;
  }
  return false;
}

unsigned staff_notify_level(struct change *c, const struct records *have, const struct message *m, uint32_t level,
                            const struct staff_notice *n, sent_fn *sent, void *context) {
  static const Channel channels[] = {CHANNEL__SMS, CHANNEL__EMAIL};
  const OnCallLevel *on_call = rota_of(have)->levels[level - 1];
  unsigned count = 0;
  for (size_t i = 0; i < 2 * on_call->n_duties; i++) {
    const OnCallDuty *duty = on_call->duties[i / 2];
    const Staff *staff = records_get(have, &staff__descriptor, duty->staff);
    Channel channel = channels[i % 2];
    if (!has_channel(duty, channel) || !staff_address(staff, channel)) continue;
    if (is_requested(c, staff->code, channel, n->about)) continue;
    char *id = staff_notify(c, m, staff, channel, n);
    if (sent) sent(context, staff->code, channel, id);
    count++;
  }
  return count;
}
