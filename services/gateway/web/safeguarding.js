// The page of the safeguarding leads: what waits, what was passed on, and what was done about it.
//
//   sign-in --> list <--> disclosure (acknowledge, record an action, close)
//                '------> use (of break-glass: review)
//
// A link in an alert is safeguarding#<area>/<disclosure id>, or .../break-glass: it holds no secret, and leads to the
// disclosure once one has signed in. Nothing that was said is kept in this browser.
import { actions, age, kinds, moment, plural, reasons, states, time } from './safeguarding-words.js';

const KEPT = 'alongside-safeguarding';
const ANSWER_MS = 20000;
const AGAIN_MS = 30000;

const by = (id) => document.getElementById(id);
const state = { session: null, wanted: '', shown: null, person: null, use: null, after: '', timer: 0 };

// --- asking

class Trouble extends Error {}

const troubles = {
  401: 'The token is not known, or it has expired. Sign in again.',
  403: 'This token is not for that area.',
  404: 'It is not there, or not for this token to see: that takes one of a safeguarding lead in this area.',
  429: 'Too many requests were sent at once. Try again in a moment.',
  503: 'The service is starting or busy. Try again in a moment; if it is urgent, telephone.',
};

async function troubleOf(response) {
  const problem = await response.json().catch(() => ({}));
  const fields = (problem.errors ?? []).map((e) => e.detail).join(' ');
  const trouble = new Trouble([409, 422, 400].includes(response.status)
    ? `It was not done: ${problem.detail ?? ''} ${fields}`
    : troubles[response.status] ?? `Something is wrong on our side (${problem.correlationId ?? response.status}).`);
  trouble.status = response.status;
  return trouble;
}

async function call(method, path, body) {
  const abort = new AbortController(), late = setTimeout(() => abort.abort(), ANSWER_MS);
  let response;
  try {
    response = await fetch(`/v1/areas/${encodeURIComponent(state.session.area)}${path}`, {
      method,
      body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${state.session.token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      cache: 'no-store',
      credentials: 'omit',
      signal: abort.signal,
    });
  } catch {
    throw new Trouble('There is no connection to the service. Try again; if it is urgent, telephone.');
  } finally {
    clearTimeout(late);
  }
  if (!response.ok) throw await troubleOf(response);
  return response.json();
}

// --- showing

function showError(text) {
  by('error').textContent = text;
  by('error').hidden = !text;
  if (text) by('error').focus();
}

function show(view) {
  for (const section of document.querySelectorAll('[data-view]')) section.hidden = section.dataset.view !== view;
  by('sign-out').hidden = !state.session;
  by('area-name').textContent = state.session?.area ?? '';
  showError('');
  clearTimeout(state.timer);
  document.querySelector(`[data-view="${view}"] h1`).focus();
}

function fact(list, name, text) {
  const dt = document.createElement('dt'), dd = document.createElement('dd');
  dt.textContent = name;
  dd.textContent = text;
  list.append(dt, dd);
}

// `id` tells cards of the same title apart: for the focus, and for who hears the button without seeing what is below it.
function card(list, title, text, { id = '', open, loud } = {}) {
  const item = by('card').content.cloneNode(true).firstElementChild, button = item.querySelector('button');
  button.textContent = title;
  button.dataset.id = id;
  button.setAttribute('aria-describedby', `about-${id}`);
  if (open) button.addEventListener('click', () => attempt(open));
  else button.replaceWith(title);
  item.querySelector('p').textContent = text;
  if (id) item.querySelector('p').id = `about-${id}`;
  item.classList.toggle('loud', Boolean(loud));
  list.append(item);
}

// --- the list

function disclosureCard(d) {
  const raised = new Date(d.raisedAt), waits = d.state === 'DISCLOSURE_RAISED';
  const who = waits ? `${states[d.state]}. ${plural(d.rounds ?? 0, 'round', 'rounds')} of alerts` +
    (d.alerted ? '.' : '; nobody could be alerted.') : `${states[d.state]} by ${d.acknowledgedBy}.`;
  const list = by(d.state === 'DISCLOSURE_CLOSED' ? 'closed' : 'open');
  card(list, `${kinds[d.kind]}: ${d.crn}`, `Raised ${age(raised)}. ${who}`,
    { id: d.id, open: () => openDisclosure(d.id), loud: waits });
}

function useCard(u) {
  if (u.reviewedBy) return;
  card(by('glass'), `${u.reference}: ${u.actor} opened ${u.crn}`,
    `${moment(new Date(Number(u.fromMs)))}. ${reasons[u.reason]}.`,
    { id: u.reference, open: () => openUse(u), loud: true });
}

async function readPage() {
  const page = await call('GET', `/disclosures?limit=200&after=${encodeURIComponent(state.after)}`);
  (page.disclosures ?? []).forEach(disclosureCard);
  state.after = page.next ?? '';
  by('more').hidden = !state.after;
}

function count() {
  const open = by('open').childElementCount, glass = by('glass').childElementCount;
  by('open-none').hidden = open > 0;
  by('glass-none').hidden = glass > 0;
  by('closed-count').textContent = by('closed').childElementCount;
  const waiting = by('open').querySelectorAll('.loud').length;
  const said = `${plural(waiting, 'disclosure waits', 'disclosures wait')} for an acknowledgement; ` +
    `${plural(glass, 'use', 'uses')} of break-glass to review.`;
  if (by('status').textContent !== said) by('status').textContent = said;
  by('updated').textContent = `Read at ${time(new Date())}. ${said}`;
}

// Cards are made anew; the focus stays on the one that had it.
async function readList() {
  const focused = document.activeElement?.closest?.('.cards button')?.dataset.id;
  state.after = '';
  const uses = await call('GET', '/break-glass?limit=200');
  for (const id of ['open', 'closed', 'glass']) by(id).replaceChildren();
  (uses.uses ?? []).forEach(useCard);
  await readPage();
  count();
  for (const button of document.querySelectorAll('.cards button')) if (button.dataset.id === focused) button.focus();
}

async function readAgain() {
  try {
    await readList();
  } catch (e) {
    if (!(e instanceof Trouble)) throw e;
    by('updated').textContent = e.message;
  }
  state.timer = setTimeout(readAgain, AGAIN_MS);
}

async function openList() {
  await readList();
  show('list');
  state.timer = setTimeout(readAgain, AGAIN_MS);
}

// --- one disclosure

// Whom it is about, for a lead who must act at once: only what there is.
function showPerson(list) {
  const { personal = {}, practitioner } = state.person ?? {};
  const facts = [['Person', [personal.givenName, personal.familyName].filter(Boolean).join(' ')],
    ['Telephone', personal.telephone], ['Before you contact them', personal.safeContact], ['Practitioner', practitioner]];
  for (const [name, text] of facts) if (text) fact(list, name, text);
}

function showFacts(d) {
  const w = d.watch, list = by('facts');
  list.replaceChildren();
  fact(list, 'State', states[w.state] + (w.acknowledgedBy ? ` by ${w.acknowledgedBy}, ${moment(new Date(w.acknowledgedAt))}` : ''));
  showPerson(list);
  fact(list, 'Mentor', w.mentorId);
  fact(list, 'Said', moment(new Date(d.saidAt)));
  fact(list, 'Raised', `${moment(new Date(w.raisedAt))}, ${age(new Date(w.raisedAt))}`);
  fact(list, 'Rounds of alerts', `${w.rounds ?? 0}${w.alerted ? '' : '; nobody could be alerted'}`);
  fact(list, 'The person was told', d.told === 'YES' ? 'Yes' : 'No');
  if (w.closedBy) fact(list, 'Closed', `by ${w.closedBy}, ${moment(new Date(w.closedAt))}`);
}

function showActions(d) {
  by('actions').replaceChildren();
  by('actions-none').hidden = Boolean(d.actions?.length);
  for (const a of d.actions ?? [])
    card(by('actions'), actions[a.kind] + (a.told ? `: ${a.told}` : ''),
      `${a.by}, ${moment(new Date(a.at))}. ${a.text?.text ?? ''}`);
}

function showDisclosure(d) {
  const inHand = d.watch.state === 'DISCLOSURE_ACKNOWLEDGED';
  state.shown = d;
  by('disclosure-title').textContent = `${kinds[d.kind]}: ${d.crn}`;
  by('extract').textContent = d.extract?.text ?? 'It cannot be read any more.';
  by('untold').hidden = d.told === 'YES';
  by('untold-why').textContent = d.untoldWhy?.text ?? '';
  by('acknowledge').hidden = d.watch.state !== 'DISCLOSURE_RAISED';
  by('act').hidden = !inHand;
  by('close').hidden = !inHand || !d.actions?.length;
  by('review-part').hidden = d.told === 'YES';
  by('review-made').hidden = !d.untoldReview;
  by('review-text').textContent = d.untoldReview?.text ?? '';
  showFacts(d);
  showActions(d);
}

// Without the person's record the disclosure is shown all the same.
async function readPerson(crn) {
  try {
    return await call('GET', `/people/${encodeURIComponent(crn)}`);
  } catch (e) {
    if (!(e instanceof Trouble)) throw e;
    return null;
  }
}

async function openDisclosure(id) {
  const disclosure = await call('GET', `/disclosures/${id}`);
  state.person = await readPerson(disclosure.watch.crn);
  showDisclosure(disclosure);
  show('disclosure');
  by('status').textContent = by('disclosure-title').textContent;
}

async function acknowledge() {
  showDisclosure(await call('POST', `/disclosures/${state.shown.id}/acknowledge`, {}));
  by('status').textContent = 'Acknowledged. No more alerts are sent.';
  by('disclosure-title').focus();
}

async function act() {
  const kind = by('action-kind').value, text = by('action-text').value.trim(), told = kind === 'PRACTITIONER_TOLD';
  if (!kind) throw new Trouble('Choose what was done.');
  const action = { kind, ...(told ? { told: by('action-told').value.trim().toUpperCase() } : text ? { text: { text } } : {}) };
  // The id stays the same until the action is recorded, so that sending it twice records it once.
  state.actionId ??= crypto.randomUUID();
  showDisclosure(await call('PUT', `/disclosures/${state.shown.id}/actions/${state.actionId}`, action));
  state.actionId = null;
  by('act').reset();
  showActionParts();
  by('status').textContent = 'The action is recorded.';
}

async function close() {
  const text = by('untold-review').value.trim();
  showDisclosure(await call('POST', `/disclosures/${state.shown.id}/close`, text ? { untoldReview: { text } } : {}));
  by('close').reset();
  by('status').textContent = 'The disclosure is closed.';
  by('disclosure-title').focus();
}

function showActionParts() {
  const told = by('action-kind').value === 'PRACTITIONER_TOLD';
  by('action-told-part').hidden = !told;
  by('action-text-part').hidden = told;
}

// --- one use of break-glass

function openUse(u) {
  const list = by('use-facts');
  state.use = u;
  list.replaceChildren();
  fact(list, 'Who', u.actor);
  fact(list, 'Whose record', u.crn);
  fact(list, 'Why', reasons[u.reason]);
  fact(list, 'From', moment(new Date(Number(u.fromMs))));
  fact(list, 'Until', moment(new Date(Number(u.untilMs))));
  fact(list, 'Reference', u.reference);
  by('use-text').textContent = u.text?.text ?? '';
  by('review').reset();
  show('use');
}

async function review() {
  const finding = new FormData(by('review')).get('finding'), text = by('use-review').value.trim();
  if (!finding || !text) throw new Trouble('Choose a finding, and write why.');
  await call('POST', `/break-glass/${state.use.crn}/${encodeURIComponent(state.use.actor)}/review`, { finding, review: { text } });
  await openList();
  by('status').textContent = 'The review is recorded.';
}

// --- in and out

function keep(session) {
  try {
    if (session) sessionStorage.setItem(KEPT, JSON.stringify(session));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // A browser may refuse storage; then one signs in again after a reload.
  }
}
function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function signOut(why = '') {
  state.session = state.shown = state.person = state.use = null;
  for (const id of ['open', 'closed', 'glass', 'actions', 'facts', 'use-facts']) by(id).replaceChildren();
  for (const id of ['disclosure-title', 'extract', 'untold-why', 'review-text', 'use-text']) by(id).textContent = '';
  keep(null);
  show('sign-in');
  if (why) showError(why);
}

async function enter() {
  if (/^[0-9a-f-]{36}$/.test(state.wanted)) await openDisclosure(state.wanted);
  else await openList();
  keep(state.session);
}

function signIn() {
  const token = by('token').value.trim(), area = by('area').value.trim().toLowerCase();
  if (!token || !area) throw new Trouble('Paste your access token, and enter the area.');
  state.session = { token, area };
  by('sign-in').reset();
  return enter();
}

// Does it, and says what went wrong. Everything here is safe to send again.
async function attempt(what) {
  showError('');
  try {
    await what();
  } catch (e) {
    if (!(e instanceof Trouble)) throw e;
    if (e.status === 401 || e.status === 403) signOut(e.message);
    else if (state.session && document.querySelector('[data-view]:not([hidden])')?.dataset.view === 'sign-in') signOut(e.message);
    else showError(e.message);
  }
}

function takeLink() {
  const [area, what] = location.hash.slice(1).split('/');
  if (!/^[a-z0-9-]{1,32}$/.test(area)) return;
  by('area').defaultValue = area;
  state.wanted = what ?? '';
}

function start() {
  takeLink();
  state.session = kept();
  show('sign-in');
  if (state.session) attempt(enter);
}

for (const [code, name] of [['', 'Choose'], ...Object.entries(actions)]) by('action-kind').add(new Option(name, code));
for (const [id, what] of Object.entries({ 'sign-in': signIn, act, close, review }))
  by(id).addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(what);
  });
for (const button of document.querySelectorAll('[data-back]')) button.addEventListener('click', () => attempt(openList));
by('acknowledge').addEventListener('click', () => attempt(acknowledge));
by('action-kind').addEventListener('change', showActionParts);
by('more').addEventListener('click', () => attempt(async () => { await readPage(); count(); }));
by('sign-out').addEventListener('click', () => signOut());
addEventListener('hashchange', () => { takeLink(); if (state.session) attempt(enter); });
start();
