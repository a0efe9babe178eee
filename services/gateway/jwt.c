#include "jwt.h"
#include <sodium.h>
#include <string.h>

// A part of the token as a JSON object. NULL: it is not base64url without padding, or not an object, or says one name
// twice: of two, another reader than this one might believe the other.
static json_t *read_part(const char *part, size_t size_bytes) {
  char json[JWT_MAX_BYTES];
  size_t json_bytes;
  if (sodium_base642bin((unsigned char *)json, sizeof json, part, size_bytes, NULL, &json_bytes, NULL,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return NULL;
  json_t *object = json_loadb(json, json_bytes, JSON_REJECT_DUPLICATES, NULL);
  if (json_is_object(object)) return object;
  json_decref(object);
  return NULL;
}

static bool read_alg(const json_t *header, enum jwt_alg *alg) {
  static const char *const names[] = {[JWT_RS256] = "RS256", [JWT_ES256] = "ES256"};
  const char *name = json_string_value(json_object_get(header, "alg"));
  for (int i = 0; name && i < 2; i++) {
    if (strcmp(names[i], name) != 0) continue;
    *alg = (enum jwt_alg)i;
    return true;
  }
  return false;
}

// `crit` names what a reader must understand, and nothing of that kind is understood here. `b64` would change what is
// signed.
static const char *header_fault(struct jwt *j) {
  if (!read_alg(j->header, &j->alg)) return "the algorithm is neither RS256 nor ES256";
  if (json_object_get(j->header, "crit") || json_object_get(j->header, "b64")) return "the header has critical fields";
  j->kid = json_string_value(json_object_get(j->header, "kid"));
  if (!j->kid || !*j->kid || strlen(j->kid) > JWT_KID_BYTES) return "the header names no key";
  return NULL;
}

static const char *read_parts(struct jwt *j) {
  const char *claims = strchr(j->text, '.');
  const char *signature = claims ? strchr(claims + 1, '.') : NULL;
  if (!signature || !signature[1] || strchr(signature + 1, '.')) return "it does not have three parts";
  j->header = read_part(j->text, (size_t)(claims - j->text));
  if (!j->header) return "the header is malformed";
  j->claims = read_part(claims + 1, (size_t)(signature - claims - 1));
  if (!j->claims) return "the claims are malformed";
  return header_fault(j);
}

const char *jwt_read(struct jwt *j, const char *text) {
  *j = (struct jwt){.text = text};
  const char *fault = strnlen(text, JWT_MAX_BYTES + 1) > JWT_MAX_BYTES ? "it is too large" : read_parts(j);
  if (fault) jwt_free(j);
  return fault;
}

void jwt_free(struct jwt *j) {
  json_decref(j->header);
  json_decref(j->claims);
  *j = (struct jwt){0};
}

bool jwt_is_signed_by(const struct jwt *j, const cjose_jwk_t *key) {
  cjose_err fault;
  cjose_jws_t *jws = cjose_jws_import(j->text, strlen(j->text), &fault);
  bool is_signed = jws && cjose_jws_verify(jws, key, &fault);
  cjose_jws_release(jws);
  return is_signed;
}

// --- claims

// A NumericDate: seconds, perhaps with a fraction. -1 where it is not one, so that it lies before every time.
static double read_date(const json_t *date) {
  static const double end_of_time_s = 253402300800; // the year 10000
  double seconds = json_is_number(date) ? json_number_value(date) : -1;
  return seconds >= 0 && seconds < end_of_time_s ? seconds : -1;
}

static bool is_for(const json_t *audience, const char *wanted) {
  const json_t *one;
  size_t i;
  if (json_is_string(audience)) return !strcmp(json_string_value(audience), wanted);
  json_array_foreach(audience, i, one) {
    if (json_is_string(one) && !strcmp(json_string_value(one), wanted)) return true;
  }
  return false;
}

// Whether a date that may be missing is malformed or still to come.
static bool is_ahead(const json_t *date, int64_t latest_s) {
  double seconds = read_date(date);
  return date && (seconds < 0 || seconds > (double)latest_s);
}

const char *jwt_claims_fault(const json_t *claims, const struct jwt_rules *rules, int64_t now_s,
                             int64_t *expires_at_s) {
  const char *issuer = json_string_value(json_object_get(claims, "iss"));
  double until_s = read_date(json_object_get(claims, "exp")) + (double)rules->leeway_s;
  if (!issuer || strcmp(issuer, rules->issuer) != 0) return "another issuer";
  if (!is_for(json_object_get(claims, "aud"), rules->audience)) return "for another audience";
  if (until_s <= (double)now_s) return "it has expired, or does not say when it does";
  if (is_ahead(json_object_get(claims, "nbf"), now_s + rules->leeway_s)) return "it is not good yet";
  if (is_ahead(json_object_get(claims, "iat"), now_s + rules->leeway_s)) return "it was issued in the future";
  *expires_at_s = (int64_t)until_s;
  return NULL;
}
