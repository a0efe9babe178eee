// The service as a table: which message leads to which decision.
#include "reminders.h"
#include "config.h"
#include "held.h"
#include "wording.h"
#include <stdio.h>
#include <string.h>

static const struct row rows[] = {
    {.kind = ROW_EVENT,
     .body = &appointment_made__descriptor,
     .needs = needs_appointment_made,
     .decide = on_appointment_made},
    {.kind = ROW_EVENT,
     .body = &appointment_superseded__descriptor,
     .needs = needs_appointment_superseded,
     .decide = on_appointment_superseded},
    {.kind = ROW_EVENT,
     .body = &appointment_cancelled__descriptor,
     .needs = needs_appointment_cancelled,
     .decide = on_appointment_cancelled},
    {.kind = ROW_TIMER, .timer = "reminder", .needs = needs_reminder_due, .decide = on_reminder_due},
    {.kind = ROW_EVENT,
     .body = &message_delivered__descriptor,
     .needs = needs_message_delivered,
     .decide = on_message_delivered},
    {.kind = ROW_EVENT, .body = &message_dead__descriptor, .needs = needs_message_dead, .decide = on_message_dead},
    {.kind = ROW_COMMAND,
     .body = &read_reminders__descriptor,
     .needs = needs_read_reminders,
     .decide = decide_read_reminders},
    {.kind = ROW_COMMAND,
     .body = &collect_records__descriptor,
     .needs = needs_collect_reminders,
     .decide = decide_collect_reminders},
    {.kind = ROW_EVENT, .body = &person_erased__descriptor, .erases = true, .decide = held_on_person_erased},
    {.kind = ROW_EVENT, .body = &disposal_ordered__descriptor, .decide = held_on_disposal_ordered},
    {.kind = ROW_TIMER,
     .timer = "erase",
     .operation = OPERATION__ERASURE,
     .erases = true,
     .needs = needs_erase_reminders,
     .decide = on_erase_reminders},
    {0},
};

static const ProtobufCMessageDescriptor *const owns[] = {&reminder_plan__descriptor, &daily_count__descriptor, NULL};

// Every reminder says which number to call, so every area must have one that fits.
static int check_areas(const struct config *config, char *errors, size_t errors_bytes) {
  for (size_t i = 0; config->areas && i < config->areas->n_areas; i++) {
    const Area *area = config->areas->areas[i];
    size_t bytes = strlen(area->reply_telephone);
    if (bytes && bytes <= WORDING_TELEPHONE_BYTES) continue;
    snprintf(errors, errors_bytes, "%s: area %s: replyTelephone must have 1 to %d characters: every reminder says it",
             config->areas_file, area->id, WORDING_TELEPHONE_BYTES);
    return -1;
  }
  return 0;
}

// The wordings lie beside the folder of pathways.
static int load(const struct config *config, const void **settings, char *errors, size_t errors_bytes) {
  char path[4096];
  if (!config->pathways) {
    snprintf(errors, errors_bytes, "ALONGSIDE_PATHWAYS is not set, and beside that folder lies wording.yaml");
    return -1;
  }
  snprintf(path, sizeof path, "%s/../wording.yaml", config->pathways);
  if (check_areas(config, errors, errors_bytes)) return -1;
  struct wording *wording = wording_load(path, errors, errors_bytes);
  if (!wording) return -1;
  *settings = wording;
  return 0;
}

const struct service reminders = {.name = "reminders", .rows = rows, .owns = owns, .load = load};
