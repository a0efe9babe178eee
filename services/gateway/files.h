// The static pages: a folder of files, read whole at start and answered from memory.
//
// A path finds a file by its exact name and by nothing else, so no path leads out of the folder: "/" is dashboard.html,
// "/x" is x.html, "/x.css" is x.css. Folders inside the folder, hidden files, and files whose extension is not known
// are not served.
#pragma once
#include "http.h"

enum {
  FILES_CAP_BYTES = 8 << 20
};

struct files;
// NULL and a sentence in `errors` where the folder cannot be read or holds more than FILES_CAP_BYTES.
struct files *files_load(const char *folder, char *errors, size_t errors_bytes);
void files_free(struct files *f); // NULL is fine
// False: there is no such file, and `r` is unanswered. Otherwise `r` has been answered: 200 with the file, 304 where
// If-None-Match names the content it has, 405 to anything but GET and HEAD.
bool files_answer(const struct files *f, struct http_request *r);
