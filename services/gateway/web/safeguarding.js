// The page of the safeguarding leads: what waits, what was passed on, and what was done about it.
//
//   sign-in --> list <--> disclosure (acknowledge, record an action, close)
//                '------> use (of break-glass: review)
//
// A link in an alert is safeguarding#<area>/<disclosure id>, or .../break-glass: it holds no secret, and leads to the
// disclosure once one has signed in. Nothing that was said is kept in this browser.
import { arm, ask, attempt, begin, by, later, say, show, Trouble, wanted } from './sign-in.js';
import { actions, age, kinds, moment, plural, reasons, states, time } from './safeguarding-words.js';

const AGAIN_MS = 30000;

const state = { shown: null, person: null, use: null, after: '' };

const says = {
  404: 'It is not there, or not for this token to see: that takes one of a safeguarding lead in this area.',
  503: 'The service is starting or busy. Try again in a moment; if it is urgent, telephone.',
  offline: 'There is no connection to the service. Try again; if it is urgent, telephone.',
};

// --- showing

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
  const page = await ask('GET', `/disclosures?limit=200&after=${encodeURIComponent(state.after)}`);
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
  say(said);
  by('updated').textContent = `Read at ${time(new Date())}. ${said}`;
}

// Cards are made anew; the focus stays on the one that had it.
async function readList() {
  const focused = document.activeElement?.closest?.('.cards button')?.dataset.id;
  state.after = '';
  const uses = await ask('GET', '/break-glass?limit=200');
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
  later(readAgain, AGAIN_MS);
}

async function openList() {
  await readList();
  show('list');
  later(readAgain, AGAIN_MS);
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
    return await ask('GET', `/people/${encodeURIComponent(crn)}`);
  } catch (e) {
    if (!(e instanceof Trouble)) throw e;
    return null;
  }
}

async function openDisclosure(id) {
  const disclosure = await ask('GET', `/disclosures/${id}`);
  state.person = await readPerson(disclosure.watch.crn);
  showDisclosure(disclosure);
  show('disclosure');
  say(by('disclosure-title').textContent);
}

async function acknowledge() {
  showDisclosure(await ask('POST', `/disclosures/${state.shown.id}/acknowledge`, {}));
  say('Acknowledged. No more alerts are sent.');
  by('disclosure-title').focus();
}

async function act() {
  const kind = by('action-kind').value, text = by('action-text').value.trim(), told = kind === 'PRACTITIONER_TOLD';
  if (!kind) throw new Trouble('Choose what was done.');
  const action = { kind, ...(told ? { told: by('action-told').value.trim().toUpperCase() } : text ? { text: { text } } : {}) };
  // The id stays the same until the action is recorded, so that sending it twice records it once.
  state.actionId ??= crypto.randomUUID();
  showDisclosure(await ask('PUT', `/disclosures/${state.shown.id}/actions/${state.actionId}`, action));
  state.actionId = null;
  by('act').reset();
  showActionParts();
  say('The action is recorded.');
}

async function close() {
  const text = by('untold-review').value.trim();
  showDisclosure(await ask('POST', `/disclosures/${state.shown.id}/close`, text ? { untoldReview: { text } } : {}));
  by('close').reset();
  say('The disclosure is closed.');
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
  await ask('POST', `/break-glass/${state.use.crn}/${encodeURIComponent(state.use.actor)}/review`, { finding, review: { text } });
  await openList();
  say('The review is recorded.');
}

// --- in and out

function forget() {
  state.shown = state.person = state.use = null;
  for (const id of ['open', 'closed', 'glass', 'actions', 'facts', 'use-facts']) by(id).replaceChildren();
  for (const id of ['disclosure-title', 'extract', 'untold-why', 'review-text', 'use-text']) by(id).textContent = '';
}

function enter() {
  return /^[0-9a-f-]{36}$/.test(wanted()) ? openDisclosure(wanted()) : openList();
}

for (const [code, name] of [['', 'Choose'], ...Object.entries(actions)]) by('action-kind').add(new Option(name, code));
for (const button of document.querySelectorAll('[data-back]')) button.addEventListener('click', () => attempt(openList));
by('action-kind').addEventListener('change', showActionParts);
arm({ submit: { act, close, review }, click: { acknowledge, more: async () => { await readPage(); count(); } } });
begin({ kept: 'alongside-safeguarding', enter, forget, says: () => says });
