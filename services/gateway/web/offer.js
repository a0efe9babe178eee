// The mentor's page: shows one offer, and takes the answer.
//
//   loading --> offered --> confirm ----> sending --> accepted
//      |           |  \---> declining --> sending --> declined
//      |           '-- (its time runs out) --> expired
//      |--> accepted, declined, expired, withdrawn: as the offer stands
//      |--> unknown: the link opens nothing
//      '--> offline, failed: try again (from sending, too; answers are safe to repeat)
//
// The link is offer#<area>/<offer id>/<secret>. What follows '#' never leaves the browser by itself; it is taken out of
// the address bar at once, and kept for this tab only, so that a reload works.
import { showWish } from './offer-wish.js';
import { moment, words } from './offer-words.js';

const KEPT = 'alongside-offer';
const ANSWER_MS = 20000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

let link = null;        // { area, id, secret }
let view = null;        // the offer, as last seen
let state = 'loading';
let language = (navigator.language || '').startsWith('cy') ? 'cy' : 'en';
let chosen = false;     // the reader chose the language, which then stays
let again = load;       // what "try again" does
let expiry = 0;

const byId = (id) => document.getElementById(id);
const say = (key) => words[language][key];

function linkOf(text) {
  const [area, id, secret, more] = text.split('/');
  const good = /^[a-z0-9-]{1,32}$/.test(area) && /^[0-9a-f-]{36}$/.test(id || '') && /^[A-Za-z0-9_-]{43}$/.test(secret || '');
  return good && more === undefined ? { area, id, secret } : null;
}

// A browser may refuse storage altogether; then only a reload is lost.
function kept() {
  try {
    return sessionStorage.getItem(KEPT) || '';
  } catch {
    return '';
  }
}
function keep(text) {
  try {
    sessionStorage.setItem(KEPT, text);
  } catch {
    // Nothing to do: the page works until it is reloaded.
  }
}

function takeLink() {
  const text = location.hash.slice(1);
  if (text) {
    keep(text);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return linkOf(text || kept());
}

function showView() {
  if (!view) return;
  const until = new Date(view.expiresAt);
  byId('greeting').textContent = view.mentorGivenName ? say('hello').replace('{name}', () => view.mentorGivenName) : '';
  byId('until').textContent = moment(language, until);
  byId('until').dateTime = view.expiresAt;
  showWish(byId('wish'), view, language);
}

function speak() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-say]')) element.textContent = say(element.dataset.say);
  byId('language').textContent = say('other');
  byId('language').lang = language === 'cy' ? 'en' : 'cy';
  document.title = `${say(state)} – Alongside`;
  showView();
}

// Shows one state, and takes the reader there: the status is read out, and the focus moves to the heading, unless the page
// has only just been opened.
function show(next) {
  const moves = state !== 'loading' || next !== 'offered';
  state = next;
  for (const section of document.querySelectorAll('[data-state]')) section.hidden = section.dataset.state !== state;
  speak();
  byId('status').textContent = say(state);
  if (moves) document.querySelector(`[data-state="${state}"] h1`).focus();
}

function showOffer(next) {
  const states = { OFFERED: 'offered', ACCEPTED: 'accepted', DECLINED: 'declined', EXPIRED: 'expired', WITHDRAWN: 'withdrawn' };
  view = next;
  if (!chosen) language = view.language === 'WELSH' ? 'cy' : 'en';
  watchExpiry();
  show(states[view.state] || 'failed');
}

// A page that stays open does not go on promising: when the time is over the service is asked again. Where the device's
// clock says that it is over already, the service, whose clock counts, says so when an answer is sent.
function watchExpiry() {
  const left = new Date(view.expiresAt) - Date.now();
  clearTimeout(expiry);
  if (view.state === 'OFFERED' && left > 0) expiry = setTimeout(expire, Math.min(left, LONGEST_TIMER_MS));
}
function expire() {
  if (['offered', 'confirm', 'declining'].includes(state)) load();
}

async function call(method, path, body) {
  const abort = new AbortController();
  const late = setTimeout(() => abort.abort(), ANSWER_MS);
  const response = await fetch(`v1/areas/${link.area}/offers/${link.id}/${path}`, {
    method,
    body,
    headers: {
      Authorization: `Bearer ${link.area}.${link.secret}`,
      Accept: 'application/json',
      ...(body ? { 'Content-Type': 'application/json' } : {}),
    },
    cache: 'no-store',
    credentials: 'omit',
    signal: abort.signal,
  }).finally(() => clearTimeout(late));
  return { status: response.status, body: await response.json().catch(() => null) };
}

function showProblem({ status, body }) {
  const states = { 401: 'expired', 403: 'unknown', 404: 'unknown', 422: 'refused' };
  show(states[status] || 'failed');
  if (status === 422 && language === 'en' && body?.detail) byId('refused').textContent = body.detail;
}

// Sends one request and shows what came of it. Nothing here needs undoing, so it can be tried again as it is.
async function attempt(method, path, body) {
  again = () => attempt(method, path, body);
  show(method === 'GET' ? 'loading' : 'sending');
  let answer;
  try {
    answer = await call(method, path, body);
  } catch {
    show('offline');
    return;
  }
  if (answer.status === 200 && answer.body) showOffer(answer.body);
  else if (answer.status === 409 && method === 'POST') load();
  else showProblem(answer);
}

function load() {
  attempt('GET', 'view');
}

function answer(kind) {
  const why = byId('why').value.trim();
  attempt('POST', kind, JSON.stringify(kind === 'decline' && why ? { why } : {}));
}

function start() {
  link = takeLink();
  if (link) load();
  else show('unknown');
}

function onClick(event) {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.goes) show(button.dataset.goes);
  if (button.dataset.answers) answer(button.dataset.answers);
  if ('again' in button.dataset) again();
}

function onLanguage() {
  chosen = true;
  language = language === 'cy' ? 'en' : 'cy';
  speak();
}

document.addEventListener('click', onClick);
byId('language').addEventListener('click', onLanguage);
addEventListener('hashchange', () => location.hash && start());
start();
