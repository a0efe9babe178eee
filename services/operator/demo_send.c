// One message of a demonstration: as the bearer of the token, or as somebody invented, with a token of theirs that is
// gone afterwards. For the latter the store must be in reach.
#include "demo.h"
#include "token.h"

enum {
  TOKEN_MS = 10 * 60000
};

int demo_send(struct demo *d, const char *method, const char *path, const ProtobufCMessage *message) {
  struct buffer body = {0}, answer = {0};
  if (message)
    json_write(&body, message);
  else
    buffer_text(&body, "{}");
  int status = door_send(d->door, method, path, "application/json", &body, &answer);
  if (status >= 400 && status != 409 && status != 422) door_complain(status, &answer);
  buffer_free(&body);
  buffer_free(&answer);
  return status;
}

int demo_send_as(struct demo *d, const struct demo_somebody *who, const char *method, const char *path,
                 const ProtobufCMessage *message) {
  Role role = who->role;
  Token token = TOKEN__INIT;
  char text[TOKEN_TEXT];
  token.actor = (char *)who->actor;
  token.n_roles = token.n_areas = 1;
  token.roles = &role;
  token.areas = (char **)&d->area->id;
  token.note = "demonstration";
  if (who->only) token.only = (char *)who->only;
  token.expires_at_ms = d->now_ms + TOKEN_MS;
  if (!d->store || !token_issue(d->store, &token, text)) return 0;
  door_use_token(d->door, text);
  int status = demo_send(d, method, path, message);
  door_use_token(d->door, NULL);
  token_withdraw(d->store, text);
  return status;
}
