// Asking the gateway. Whatever goes wrong becomes a Trouble: words for the reader, and whether trying again may help.

export class Trouble extends Error {
  constructor(words, { kind = 'again', wait = 0, fields = [] } = {}) {
    super(words);
    this.kind = kind; // 'sign-in', 'allowed', 'input' or 'again'
    this.wait = wait; // seconds
    this.fields = fields;
  }
}

const AGAIN = 'The page tries again by itself.';

const troubles = {
  401: () => new Trouble('The token is not known, or it has expired. Ask whoever gave it to you for a new one.',
    { kind: 'sign-in' }),
  403: (area) => new Trouble(`This token may not read reports in the area “${area}”. Check the area, or ask for a token ` +
    'of a role that reads reports.', { kind: 'allowed' }),
  404: (area) => new Trouble(`There is no area “${area}” here. Check how it is spelt.`, { kind: 'allowed' }),
  429: () => new Trouble(`Too many requests were sent at once. ${AGAIN}`),
  503: () => new Trouble(`The service is starting or busy. ${AGAIN}`),
  504: () => new Trouble(`The service took too long to answer. ${AGAIN}`),
};

async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

async function troubleOf(response, area) {
  const problem = await problemOf(response);
  if (response.status === 400 || response.status === 422)
    return new Trouble('Some of what was asked for cannot be shown.', {
      kind: 'input',
      fields: (problem.errors ?? []).map((e) => ({ name: e.pointer.slice(1), why: e.detail })),
    });
  const known = troubles[response.status];
  const trouble = known ? known(area) : new Trouble(
    `Something is wrong on our side. ${AGAIN} If it lasts, tell your IT team this number: ` +
    `${problem.correlationId ?? response.status}.`);
  trouble.wait = Number(response.headers.get('Retry-After')) || 0;
  return trouble;
}

// Answers the response, or throws a Trouble. An abort by ourselves is thrown as it is.
export async function ask(session, path, { signal, headers = {} } = {}) {
  let response;
  try {
    response = await fetch(`/v1/areas/${encodeURIComponent(session.area)}${path}`, {
      headers: { Authorization: `Bearer ${session.token}`, ...headers },
      cache: 'no-store',
      signal,
    });
  } catch (e) {
    if (signal?.aborted) throw e;
    throw new Trouble(`There is no connection to the service. ${AGAIN}`);
  }
  if (!response.ok) throw await troubleOf(response, session.area);
  return response;
}

const query = (filters) =>
  new URLSearchParams(Object.entries(filters).filter(([, text]) => text !== '')).toString();

export async function report(session, name, filters, signal) {
  const response = await ask(session, `/reports/${name}?${query(filters)}`, { signal });
  return response.json();
}

// A link of the browser's own could not send the token, so the file is fetched and then saved.
export async function saveCsv(session, name, filters) {
  const response = await ask(session, `/reports/${name}?${query({ ...filters, format: 'csv' })}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${session.area}-${name}-by-${filters.by}.csv`;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
