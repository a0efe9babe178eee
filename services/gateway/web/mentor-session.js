// A mentor's sign-in on this phone: the one-time link, the session behind it, and calls that are made with it.
//
//   begin() --> link: a link was opened; useLink() signs in with it, when the reader asks for it
//           --> in:   signed in already
//           --> out:  neither
//
// A link is mentor#<area>.<secret>. What follows '#' never leaves the browser by itself; it is taken out of the address bar
// at once, and kept for this tab until it has been used. It is used by a tap and not by opening the page, so that whatever
// looks at links in messages does not use it up. The session itself is a cookie that no script can read; the header
// X-Alongside, which no other site can have sent, says that it is this page which asks.
const LINK = 'alongside-link';
const AREA = 'alongside-area';
const ANSWER_MS = 20000;

let link = null;     // { area, token }
let area = null;     // where the mentor is signed in
let renewal = null;  // the renewal that is under way

// A browser may refuse storage altogether; then only a reload is lost.
function stored(storage, key) {
  try {
    return globalThis[storage].getItem(key) || '';
  } catch {
    return '';
  }
}
function store(storage, key, text) {
  try {
    if (text) globalThis[storage].setItem(key, text);
    else globalThis[storage].removeItem(key);
  } catch {
    // Nothing to do: the page works until it is reloaded.
  }
}

function linkOf(text) {
  const [place, secret, more] = text.split('.');
  const good = /^[a-z0-9-]{1,32}$/.test(place) && /^[A-Za-z0-9_-]{43}$/.test(secret || '') && more === undefined;
  return good ? { area: place, token: text } : null;
}

function takeLink() {
  const text = location.hash.slice(1);
  if (text) {
    store('sessionStorage', LINK, text);
    history.replaceState(null, '', location.pathname + location.search);
  }
  link = linkOf(text || stored('sessionStorage', LINK));
}

// One request. `token`: instead of the session. Throws where there is no connection.
async function send(method, place, path, body, token) {
  const abort = new AbortController();
  const late = setTimeout(() => abort.abort(), ANSWER_MS);
  const response = await fetch(`v1/areas/${place}/${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: {
      Accept: 'application/json',
      'X-Alongside': 'page',
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    cache: 'no-store',
    credentials: 'same-origin',
    signal: abort.signal,
  }).finally(() => clearTimeout(late));
  return { status: response.status, body: await response.json().catch(() => null) };
}

// True: the session goes on. Calls that find it too old at the same time share one renewal.
async function renew() {
  renewal ||= send('POST', area, 'sign-in/renew').finally(() => { renewal = null; });
  const answer = await renewal;
  return answer.status === 200 && Boolean(answer.body?.mentorId);
}

// A request of whoever is signed in, to a path below /v1/areas/<area>/ such as "people/X123456/notes". Answers { status,
// body }; a status of 401 means that nobody is signed in here any more. Throws where there is no connection.
export async function call(method, path, body) {
  if (!area) return { status: 401, body: null };
  const answer = await send(method, area, path, body);
  if (answer.status !== 401 || !(await renew())) return answer;
  return send(method, area, path, body);
}

// How things stand when the page is opened: { state: 'link' }, { state: 'in', who } or { state: 'out' }. `who` is a
// SignedIn. Throws where there is no connection.
export async function begin() {
  takeLink();
  area = stored('localStorage', AREA) || null;
  if (link) return { state: 'link' };
  const answer = await call('GET', 'sign-in');
  if (answer.status === 200) return { state: 'in', who: answer.body };
  if (answer.status === 401) return { state: 'out' };
  throw new Error(`the sign-in could not be read: ${answer.status}`);
}

// Signs in with the link, which is used up by it: { state: 'in', who }, or { state: 'used' } where it opens nothing any
// more. Throws where there is no connection.
export async function useLink() {
  const answer = await send('POST', link.area, 'sign-in', undefined, link.token);
  if (answer.status === 401) return { state: 'used' };
  if (answer.status !== 200) throw new Error(`the link could not be used: ${answer.status}`);
  area = link.area;
  link = null;
  store('sessionStorage', LINK, '');
  store('localStorage', AREA, area);
  return { state: 'in', who: answer.body };
}

// Asks for a new link, which goes to the mentor's own telephone or e-mail address. False: there is nothing here to ask
// with, neither an old link nor a phone that was signed in.
export async function askForLink() {
  const place = link?.area || area;
  if (!place) return false;
  const answer = await send('POST', place, 'sign-in/ask', undefined, link?.token);
  if (answer.status === 401) return false;
  if (answer.status !== 204) throw new Error(`a link could not be asked for: ${answer.status}`);
  return true;
}

// False: it was not done, and whoever has this phone is still signed in.
export async function signOut() {
  const answer = await send('POST', area, 'sign-in/end');
  return answer.status === 204 || answer.status === 401;
}
