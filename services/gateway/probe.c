#include "probe.h"
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  TIMEOUT_MS = 2500
};

// A gateway that listens on every address answers on loopback. "0.0.0.0:8080" becomes "127.0.0.1:8080".
static void url_of(const char *scheme, const char *http, char *out, size_t out_bytes) {
  const char *port = strrchr(http, ':');
  bool any = strncmp(http, "0.0.0.0:", 8) == 0 || strncmp(http, "[::]:", 5) == 0;
  if (any && port)
    snprintf(out, out_bytes, "%s://127.0.0.1%s/readyz", scheme, port);
  else
    snprintf(out, out_bytes, "%s://%s/readyz", scheme, http);
}

int probe_ready(void) {
  const char *http = getenv("ALONGSIDE_HTTP"), *certificate = getenv("ALONGSIDE_TLS_CERT");
  char url[320];
  long status = 0;
  url_of(certificate && *certificate ? "https" : "http", http && *http ? http : "127.0.0.1:8080", url, sizeof url);
  CURL *curl = curl_easy_init();
  if (!curl) return 1;
  curl_easy_setopt(curl, CURLOPT_URL, url);
  // The certificate is the gateway's own and says its public name, not this one; on loopback nobody is in between.
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, stderr);
  CURLcode result = curl_easy_perform(curl);
  if (result == CURLE_OK)
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  else
    fprintf(stderr, "%s: %s\n", url, curl_easy_strerror(result));
  curl_easy_cleanup(curl);
  return status == 200 ? 0 : 1;
}
