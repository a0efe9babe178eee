// What the pages have in common that staff and people open with an access token: signing in and out, asking the
// gateway, and showing one view at a time. A page says what is its own:
//
//   begin({ kept, enter, forget, says, answerMs }) --> sign-in -- enter() --> its views -- signOut() --> sign-in
//
// kept: the name under which this tab keeps the session; enter: reads and shows the first view; forget: empties the
// page of whatever it showed; says: its own words of `said`, by key; answerMs: how long it waits for an answer.
//
// A link is PAGE#<area>/<what>: it holds no secret, fills in the area, and leads to `wanted()` once one has signed in.
// Whatever goes wrong becomes a Trouble, words for the reader. Everything that is asked here is safe to send again.

const ANSWER_MS = 20000;

let page = null, session = null, timer = 0;

export class Trouble extends Error {}

const said = {
  401: 'The token is not known, or it has expired. Sign in again.',
  403: 'This token is not for that area.',
  404: 'There is no such entry in this area, or it is not for this token to see.',
  412: 'Somebody else has changed it. Look it through again.',
  429: 'Too many requests were sent at once. Try again in a moment.',
  503: 'The service is starting or busy. Try again in a moment.',
  empty: 'Paste your access token, and enter the area.',
  offline: 'There is no connection to the service. Try again.',
  ours: 'Something is wrong on our side. If it lasts, tell your IT team this number: {why}',
  refused: 'It was not done: {why}',
};
const word = (key) => page.says?.()[key] ?? said[key];

export const by = (id) => document.getElementById(id);
export const area = () => session?.area ?? '';
export const wanted = () => location.hash.split('/')[1] ?? '';

// --- asking

async function troubleOf(response) {
  const { status } = response, problem = await response.json().catch(() => ({}));
  const fields = (problem.errors ?? []).map((e) => e.detail).join(' ');
  const refused = [400, 409, 422].includes(status);
  const why = refused ? fields || (problem.detail ?? '') : problem.correlationId ?? status;
  const trouble = new Trouble(word(refused ? 'refused' : word(status) ? status : 'ours').replace('{why}', () => why));
  return Object.assign(trouble, { status });
}

// The answer's content, and its ETag as `etag`.
export async function ask(method, path, body, etag) {
  let response;
  try {
    response = await fetch(`/v1/areas/${encodeURIComponent(session.area)}${path}`, {
      method,
      body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${session.token}`, ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...(etag ? { 'If-Match': etag } : {}) },
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(page.answerMs ?? ANSWER_MS),
    });
  } catch {
    throw new Trouble(word('offline'));
  }
  if (!response.ok) throw await troubleOf(response);
  return response.status === 204 ? {} : { ...await response.json(), etag: response.headers.get('ETag') };
}

// All entries of a list, page by page.
export async function askAll(path, field) {
  const all = [];
  for (let after = ''; ;) {
    const part = await ask('GET', `${path}?limit=200&after=${encodeURIComponent(after)}`);
    all.push(...(part[field] ?? []));
    if (!part.next) return all;
    after = part.next;
  }
}

// --- showing

export function say(text) {
  if (by('status').textContent !== text) by('status').textContent = text;
}

function showError(text) {
  by('error').textContent = text;
  by('error').hidden = !text;
  if (text) by('error').focus();
}

export function show(view) {
  for (const section of document.querySelectorAll('[data-view]')) section.hidden = section.dataset.view !== view;
  by('sign-out').hidden = !session;
  by('area-name').textContent = area();
  showError('');
  clearTimeout(timer);
  document.querySelector(`[data-view="${view}"] h1`).focus();
}

export const isShown = (view) => !document.querySelector(`[data-view="${view}"]`).hidden;

// Does it after a while, unless another view is shown by then.
export function later(what, ms) {
  clearTimeout(timer);
  timer = setTimeout(what, ms);
}

// Does it, and says what went wrong. A session that opens nothing is none.
export async function attempt(what) {
  showError('');
  try {
    await what();
  } catch (e) {
    if (!(e instanceof Trouble)) throw e;
    if ([401, 403].includes(e.status) || (session && isShown('sign-in'))) signOut(e.message);
    else showError(e.message);
  }
}

// Forms and buttons, by id: what they do.
export function arm({ submit = {}, click = {} }) {
  for (const [id, what] of Object.entries(submit))
    by(id).addEventListener('submit', (event) => {
      event.preventDefault();
      attempt(what);
    });
  for (const [id, what] of Object.entries(click)) by(id).addEventListener('click', () => attempt(what));
}

// --- in and out

function keep() {
  try {
    if (session) sessionStorage.setItem(page.kept, JSON.stringify(session));
    else sessionStorage.removeItem(page.kept);
  } catch {
    // A browser may refuse storage; then one signs in again after a reload.
  }
}
function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(page.kept));
  } catch {
    return null;
  }
}

export function signOut(why = '') {
  session = null;
  page.forget();
  keep();
  say('');
  show('sign-in');
  if (why) showError(why);
}

async function enter() {
  await page.enter();
  keep();
}

function signIn() {
  const token = by('token').value.trim(), where = by('area').value.trim().toLowerCase();
  if (!token || !where) throw new Trouble(word('empty'));
  session = { token, area: where };
  by('sign-in').reset();
  return enter();
}

function takeLink() {
  const [where] = location.hash.slice(1).split('/');
  if (/^[a-z0-9-]{1,32}$/.test(where)) by('area').defaultValue = where;
  if (session) attempt(enter);
}

export function begin(given) {
  page = given;
  arm({ submit: { 'sign-in': signIn }, click: { 'sign-out': () => signOut() } });
  addEventListener('hashchange', takeLink);
  session = kept();
  show('sign-in');
  takeLink();
}
