// The coordinator's page: what has to be decided, who waits for a mentor, and what is proposed for all of them at once.
//
//   sign-in --> list <--> proposal (look at each pair, strike, pin, solve again, repair, publish)
//                ^------> person (matching-person.js: who fits, choices, an offer; matching-match.js: the match)
//
// A link is matching#<area>, or matching#<area>/<CRN> for one person.
//
// A machine proposes; what is published, a named human has looked through. People stand under their CRN; a name is read
// only where it is asked for, since each reading is in the audit.
import { action, card, element, fact, forgetMentors, fullName, nameOf, readMentors } from './matching-parts.js';
import { forgetPerson, isCrn, openPerson } from './matching-person.js';
import { readTasks } from './matching-tasks.js';
import { gain, moment, plural, points, proposalStates, standing, needed, waited } from './matching-words.js';
import { arm, ask, askAll, attempt, begin, by, later, say, show, Trouble, wanted } from './sign-in.js';

const PUBLISHING_MS = 1500;
const NAMING_MS = 1000;   // a next candidate is named within moments; each time it is waited for twice as long
const NAMING_MOST_MS = 16000;
const SOLVING_MS = 60000; // a proposal for a long list takes some seconds

const state = { proposal: null, pairs: [], after: '', asked: null };
const path = (more = '') => `/proposals/${state.proposal.id}${more}`;

// --- the list

async function readWaiting() {
  const page = await ask('GET', `/waiting-list?limit=20&after=${encodeURIComponent(state.after)}`);
  for (const p of page.people ?? [])
    card(by('waiting'), p.crn, `${waited(p.weeks ?? 0)}, since ${moment(new Date(p.since))}.`, () => openPerson(p.crn));
  state.after = page.next ?? '';
  by('more-waiting').hidden = !state.after;
  by('waiting-none').hidden = by('waiting').childElementCount > 0;
}

function served(p) {
  return `${p.served ?? 0} of ${plural(p.people ?? 0, 'person', 'people')} with a mentor`;
}

async function readProposals() {
  const { proposals = [] } = await ask('GET', '/proposals?limit=20');
  by('proposals').replaceChildren();
  for (const p of proposals)
    card(by('proposals'), `Proposal of ${moment(new Date(p.beganAt))}`, `${proposalStates[p.state]}. ${served(p)}.`,
      () => openProposal(p.id));
  by('proposals-none').hidden = proposals.length > 0;
}

// Answers whether a next candidate is still being looked for.
const readDecisions = () => readTasks({ open: openPerson, done: openList });

async function openList(said = '') {
  state.after = '';
  await readMentors();
  by('waiting').replaceChildren();
  const [naming] = await Promise.all([readDecisions(), readWaiting(), readProposals()]);
  show('list');
  say(said);
  if (naming) readSoon(NAMING_MS);
}

// A few times only: for a person who does not ask for a mentor any more nobody is named.
function readSoon(ms) {
  if (ms <= NAMING_MOST_MS) later(() => attempt(async () => await readDecisions() && readSoon(2 * ms)), ms);
}

// The id stays the same until the proposal is there, so that asking twice proposes once.
async function propose() {
  say('The whole list is being solved.');
  state.asked ??= crypto.randomUUID();
  const proposal = await ask('PUT', `/proposals/${state.asked}`, {});
  state.asked = null;
  await openProposal(proposal.id);
}

// --- one proposal

function showFacts(p) {
  const c = p.certificate, add = (name, text) => fact(by('facts'), name, text);
  by('facts').replaceChildren();
  add('State', proposalStates[p.state] + (p.publishedBy ? `, by ${p.publishedBy}, ${moment(new Date(p.publishedAt))}` : ''));
  add('Served', `${served(p)}, out of ${plural(p.mentors ?? 0, 'mentor', 'mentors')}`);
  add('Revision', `${p.revision}, by ${p.proposedBy}, ${moment(new Date(p.proposedAt))}` +
    (p.moved ? `; ${plural(p.moved, 'person', 'people')} moved` : ''));
  if (p.reviewedBy) add('Looked through', `by ${p.reviewedBy}, ${moment(new Date(p.reviewedAt))}`);
  add('Proof', c ? `No other matching is better: ${plural(Number(c.pairs ?? 0), 'pair', 'pairs')} checked` :
    'A repair: there may be a better matching. Solve again to have the best');
}

function showButtons(p) {
  const open = p.state === 'PROPOSED';
  by('unsolved').hidden = !open || !p.unsolved;
  by('unsolved').textContent = `${plural(p.unsolved ?? 0, 'verdict', 'verdicts')} since this revision: solve again, or ` +
    'whoever was struck out is left out.';
  by('solve').hidden = by('repair').hidden = p.state === 'PUBLISHING';
  by('publish').hidden = !open;
}

function isShown(pair) {
  const shown = document.querySelector('input[name="shown"]:checked').value;
  return shown === 'all' || (shown === 'moved' ? pair.moved : !pair.mentorId && pair.state !== 'LEFT');
}

function showReasons(list, pair) {
  for (const r of pair.reasons ?? []) element('li', `${points(r.points ?? 0)}: ${r.words}`, list);
  for (const s of pair.struck ?? []) element('li', `Struck out: ${nameOf(s.mentorId)}. ${s.why}${s.by ? ` (${s.by})` : ''}`, list);
  if (pair.pinnedMentorId) element('li', `Pinned to ${nameOf(pair.pinnedMentorId)} by ${pair.pinnedBy}`, list);
}

// Who it is, for a coordinator who looks at one pair.
async function showWho(item, pair) {
  const { personal, practitioner } = await ask('GET', `/people/${pair.crn}`);
  item.querySelector('.who').textContent = `${fullName(personal)}; practitioner ${practitioner}`;
}

function armVerdicts(item, pair) {
  const part = item.querySelector('.verdict'), why = part.querySelector('input');
  part.hidden = !['TENTATIVE', 'UNSERVED'].includes(pair.state) || state.proposal.state !== 'PROPOSED';
  why.id = `why-${pair.crn}`;
  part.querySelector('label').htmlFor = why.id;
  for (const button of part.querySelectorAll('button')) {
    const verdict = button.dataset.verdict;
    button.hidden = verdict === 'LET_GO' ? !pair.pinnedMentorId && !pair.struck?.some((s) => s.by) : !pair.mentorId;
    button.setAttribute('aria-label', `${button.textContent}: ${pair.crn}${pair.mentorId ? ` and ${nameOf(pair.mentorId)}` : ''}`);
    button.addEventListener('click', () => attempt(() => judge(pair, verdict, why.value.trim())));
  }
  why.hidden = part.querySelector('label').hidden = !pair.mentorId;
}

function pairCard(pair) {
  const item = by('pair').content.cloneNode(true).firstElementChild, details = item.querySelector('details');
  const waits = !['PAIR_OFFERED', 'LEFT'].includes(pair.state);
  item.dataset.crn = pair.crn;
  item.querySelector('h3').textContent = pair.mentorId ? `${pair.crn} with ${nameOf(pair.mentorId)}` : `${pair.crn}: nobody`;
  item.querySelector('p').textContent = `${standing(pair, nameOf)} ${waited(pair.weeks ?? 0, waits ? 'Waits' : 'Waited')}.${needed(pair.needWeeks)}`;
  item.querySelector('summary').textContent = `Why, and what to change for ${pair.crn}`;
  item.classList.toggle('pinned', Boolean(pair.pinnedMentorId));
  item.classList.toggle('loud', pair.state === 'UNSERVED' || pair.state === 'NOT_OFFERED');
  showReasons(item.querySelector('.reasons'), pair);
  armVerdicts(item, pair);
  details.addEventListener('toggle', () => details.open && attempt(() => showWho(item, pair)), { once: true });
  by('pairs').append(item);
}

function showPairs() {
  by('pairs').replaceChildren();
  state.pairs.filter(isShown).forEach(pairCard);
}

function showLost() {
  const ids = new Set(state.pairs.filter((p) => p.state === 'TENTATIVE').map((p) => p.mentorId));
  by('lost').replaceChildren(new Option('Choose', ''), ...[...ids].map((id) => new Option(nameOf(id), id)));
}

async function readProposal(id) {
  state.proposal = await ask('GET', `/proposals/${id}`);
  state.pairs = await askAll(`/proposals/${id}/pairs`, 'pairs');
  by('proposal-title').textContent = `Proposal of ${moment(new Date(state.proposal.beganAt))}`;
  by('repairs').hidden = true;
  showFacts(state.proposal);
  showButtons(state.proposal);
  showPairs();
  showLost();
  if (state.proposal.state === 'PUBLISHING') later(() => attempt(readOn), PUBLISHING_MS);
}

async function readOn() {
  await readProposal(state.proposal.id);
  if (state.proposal.state === 'PUBLISHED') say('Published. The mentors are being told.');
}

async function openProposal(id) {
  show('proposal');
  await readProposal(id);
  say(`${proposalStates[state.proposal.state]}. ${served(state.proposal)}.`);
}

// After a verdict the focus is where it was: on that person.
async function judge(pair, verdict, why) {
  const mentorId = verdict === 'LET_GO' ? undefined : pair.mentorId;
  if (verdict === 'STRIKE' && !why) throw new Trouble('Write why these two must not be matched.');
  await ask('POST', path(`/pairs/${pair.crn}/review`), { verdict, mentorId, why: verdict === 'STRIKE' ? why : undefined });
  await readProposal(state.proposal.id);
  by('pairs').querySelector(`[data-crn="${pair.crn}"] summary`)?.focus();
  say(`${pair.crn}: noted. Solve again to see what follows.`);
}

async function solve() {
  say('The whole list is being solved again.');
  await ask('POST', path('/solve'), {});
  await readProposal(state.proposal.id);
  by('proposal-title').focus();
  say(`Revision ${state.proposal.revision}. ${served(state.proposal)}; ${plural(state.proposal.moved ?? 0, 'person', 'people')} moved.`);
}

async function publish() {
  const offers = state.pairs.filter((p) => p.state === 'TENTATIVE').length;
  if (!confirm(`Make ${plural(offers, 'offer', 'offers')}? The mentors are told at once.`)) return;
  await ask('POST', path('/publish'), {}, state.proposal.etag);
  await readProposal(state.proposal.id);
  say('The offers are being made.');
}

// --- repairs

function optionCard(title, option, words, take, asked) {
  const item = card(by('options'), title, `${option.placed ?? 0} placed, ${option.unplaced ?? 0} left without a mentor, ` +
    `${plural(option.moved ?? 0, 'other moves', 'others move')}. ${words}`);
  const list = element('ul', '', item);
  list.className = 'reasons';
  for (const p of option.pairs ?? [])
    element('li', `${p.crn}: ${p.wasMentorId ? nameOf(p.wasMentorId) : 'nobody'} → ${p.mentorId ? nameOf(p.mentorId) : 'nobody'}`, list);
  action(element('button', `Take this: ${title.toLowerCase()}`, item), () => takeRepair({ ...asked, take }));
}

async function showRepairs() {
  const asked = { lostMentorId: by('lost').value, mostMoved: Number(by('most-moved').value) };
  if (!asked.lostMentorId) throw new Trouble('Choose the mentor who cannot go on.');
  const options = await ask('POST', path('/repair'), asked);
  by('options').replaceChildren();
  asked.revision = options.revision;
  optionCard('Nobody moves', options.nobodyMoves, '', 'NOBODY_MOVES', asked);
  optionCard('Some may move', options.someMove, gain(options), 'SOME_MOVE', asked);
  by('repairs').hidden = false;
  by('repairs-title').focus();
}

async function takeRepair(asked) {
  await ask('POST', path('/repair'), asked);
  await readProposal(state.proposal.id);
  by('proposal-title').focus();
  say(`Revision ${state.proposal.revision}: repaired. Pause the mentor, so that no later solution gives them anybody.`);
}

// --- in and out

function forget() {
  state.proposal = state.asked = null;
  state.pairs = [];
  forgetMentors();
  forgetPerson();
  for (const id of ['tasks', 'waiting', 'proposals', 'facts', 'pairs', 'options', 'lost']) by(id).replaceChildren();
}

function enter() {
  return isCrn(wanted()) ? openPerson(wanted()) : openList();
}

const says = {
  404: 'There is no such entry in this area, or the token is not one of a coordinator.',
  412: 'Somebody else has changed the proposal. Look it through again.',
};

for (const radio of document.querySelectorAll('input[name="shown"]')) radio.addEventListener('change', showPairs);
for (const button of document.querySelectorAll('[data-back]')) action(button, () => openList());
arm({ submit: { repair: showRepairs }, click: { propose, solve, publish, 'more-waiting': readWaiting } });
begin({ kept: 'alongside-matching', enter, forget, says: () => says, answerMs: SOLVING_MS });
