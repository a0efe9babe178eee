// Asking the gateway as a coordinator. Whatever goes wrong becomes a Trouble: words for the reader. Everything that is
// asked here is safe to send again.

const ANSWER_MS = 60000; // a proposal for a long list takes some seconds

export class Trouble extends Error {}

const troubles = {
  401: 'The token is not known, or it has expired. Sign in again.',
  403: 'This token is not for that area.',
  404: 'There is no such entry in this area, or the token is not one of a coordinator.',
  412: 'Somebody else has changed the proposal. Look it through again.',
  429: 'Too many requests were sent at once. Try again in a moment.',
  503: 'The service is starting or busy. Try again in a moment.',
};

async function troubleOf(response) {
  const problem = await response.json().catch(() => ({}));
  const fields = (problem.errors ?? []).map((e) => e.detail).join(' ');
  const trouble = new Trouble([409, 422, 400].includes(response.status)
    ? `It was not done: ${fields || problem.detail || ''}`
    : troubles[response.status] ?? `Something is wrong on our side (${problem.correlationId ?? response.status}).`);
  trouble.status = response.status;
  return trouble;
}

// The answer's content, and its ETag as `etag`.
export async function call(session, method, path, body, etag) {
  let response;
  try {
    response = await fetch(`/v1/areas/${encodeURIComponent(session.area)}${path}`, {
      method,
      body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${session.token}`, ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...(etag ? { 'If-Match': etag } : {}) },
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch {
    throw new Trouble('There is no connection to the service. Try again.');
  }
  if (!response.ok) throw await troubleOf(response);
  return { ...await response.json(), etag: response.headers.get('ETag') };
}

// All entries of a list, page by page.
export async function callAll(session, path, field) {
  const all = [];
  for (let after = ''; ;) {
    const page = await call(session, 'GET', `${path}?limit=200&after=${encodeURIComponent(after)}`);
    all.push(...(page[field] ?? []));
    if (!page.next) return all;
    after = page.next;
  }
}
