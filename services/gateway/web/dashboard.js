// The dashboard: sign in, choose what to show, and keep it up to date while events come in.
import * as api from './dashboard-api.js';
import { Live } from './dashboard-live.js';
import { ReportView } from './dashboard-report.js';
import { asked, read, reports } from './dashboard-reports.js';
import * as words from './dashboard-words.js';

const GATHER_MS = 500;     // events that come within this time are answered with one reading
const CATCH_UP_TRIES = 8;  // readings in a row that still lack an event; the report follows the events a little later
const RETRY_MS = 5000;
const POLL_MS = 60000;     // for tokens that may read reports but not follow events

const by = (id) => document.getElementById(id);
const state = { session: null, filters: {}, live: null, views: {}, due: new Set(), wanted: 0n, tries: 0, timer: null,
  reading: null };

// --- the session, which lives in this tab alone

function keepSession(session) {
  sessionStorage.setItem('session', JSON.stringify(session));
}

function keptSession() {
  try {
    return JSON.parse(sessionStorage.getItem('session'));
  } catch {
    return null;
  }
}

// The product's own tokens have two parts, of which the first is an area; those of a provider have three.
const areaOf = (token) => (token.split('.').length === 2 ? token.slice(0, token.indexOf('.')) : '');

// A link may bring the token behind '#', which no server sees. It is taken out of the address bar and its history.
function linkedSession() {
  const linked = new URLSearchParams(location.hash.slice(1));
  const token = linked.get('token');
  if (!token) return null;
  history.replaceState(null, '', location.pathname + location.search);
  return { token, area: linked.get('area') ?? areaOf(token) };
}

// --- words about what goes on

function showError(box, text, fields = []) {
  const list = document.createElement('ul');
  for (const field of fields) {
    const item = document.createElement('li');
    item.textContent = field.why;
    list.append(item);
  }
  box.replaceChildren(Object.assign(document.createElement('p'), { textContent: text }), ...(fields.length ? [list] : []));
  box.hidden = false;
}

function clearError(box) {
  box.hidden = true;
  box.replaceChildren();
}

const connections = {
  connecting: () => 'Connecting to live updates…',
  live: () => 'Live: the figures change by themselves.',
  waiting: (s) => `Live updates are interrupted. Trying again in ${words.plural(Math.max(s, 1), 'second', 'seconds')}.`,
  polling: () => 'The figures are read again every minute.',
};

function showConnection(name, seconds) {
  by('connection').textContent = connections[name](seconds);
  by('connection').dataset.state = name;
}

// The text changes once a minute at most, so a screen reader is not interrupted by every event.
function showUpdated() {
  by('updated').textContent = `Updated at ${words.time(new Date())}`;
}

// --- reading reports

// In one go for several calls.
function readSoon(names, wait) {
  for (const name of names) state.due.add(name);
  if (state.session) state.timer ??= setTimeout(readDue, wait);
}

// Reads what is due, unless something is being read: whoever reads sees to the rest in the end.
async function readDue() {
  clearTimeout(state.timer);
  state.timer = null;
  if (state.reading) return;
  const names = [...state.due];
  state.due.clear();
  state.reading = new AbortController();
  const wait = await readNow(names, state.reading.signal);
  state.reading = null;
  if (state.due.size) readSoon([], wait);
}

// Answers how long to wait before reading what is due by then.
async function readNow(names, signal) {
  const { session, filters } = state;
  try {
    const sent = await Promise.all(names.map((name) => api.report(session, name, asked(name, filters), signal)));
    const known = sent.map(read);
    for (const report of known) state.views[report.name].show(report, filters.from, filters.to);
    clearError(by('dashboard-error'));
    showUpdated();
    catchUp(known);
    return GATHER_MS;
  } catch (e) {
    if (!signal.aborted) return readFailed(e, names);
    if (state.session) names.forEach((name) => state.due.add(name)); // the choice has changed: read them again
    return 0;
  }
}

// Reporting follows the events a moment later than we do, so a report may lack what we have heard of.
function catchUp(known) {
  const behind = known.filter((report) => report.sequence < state.wanted);
  state.tries = behind.length ? state.tries + 1 : 0;
  if (state.tries <= CATCH_UP_TRIES) behind.forEach((report) => state.due.add(report.name));
}

function readFailed(e, names) {
  if (!(e instanceof api.Trouble)) throw e;
  if (e.kind === 'sign-in' || e.kind === 'allowed') {
    signOut(e.message);
    return 0;
  }
  showError(by('dashboard-error'), e.message, e.fields);
  if (e.kind === 'again') names.forEach((name) => state.due.add(name));
  else by('dashboard-error').focus();
  return Math.max(RETRY_MS, e.wait * 1000);
}

// --- live

function onEvent(event) {
  const sequence = BigInt(event.sequence);
  if (sequence > state.wanted) state.wanted = sequence;
  state.tries = 0;
  const names = Object.keys(reports).filter((name) => reports[name].changedBy.test(event.type));
  if (names.length) readSoon(names, GATHER_MS);
}

function poll() {
  showConnection('polling');
  const timer = setInterval(() => readSoon(Object.keys(reports), 0), POLL_MS);
  state.live = { stop: () => clearInterval(timer) };
}

function follow(after) {
  const refused = (trouble) => (trouble.kind === 'allowed' ? poll() : signOut(trouble.message));
  state.live = new Live(state.session, String(after), { event: onEvent, state: showConnection, refused });
}

// --- filters

function readFilters() {
  const form = new FormData(by('filters'));
  return Object.fromEntries(['by', 'group', 'from', 'to'].map((name) => [name, form.get(name)]));
}

function checkFilters(filters) {
  const wrong = filters.from && filters.to && filters.from > filters.to;
  for (const name of ['from', 'to']) by(name).setAttribute('aria-invalid', String(Boolean(wrong)));
  if (!wrong) return true;
  showError(by('dashboard-error'), 'The first day is after the last day. Change “From” or “To”.');
  by('dashboard-error').focus();
  return false;
}

function setUsualDays() {
  const usual = words.usualDays(new Date());
  for (const name of ['from', 'to']) by(name).value = by(name).defaultValue = usual[name];
}

function applyFilters() {
  const filters = readFilters();
  if (!checkFilters(filters)) return;
  state.filters = filters;
  state.reading?.abort();
  readSoon(Object.keys(reports), 0);
}

// --- in and out

function showPage(signedIn) {
  by('sign-in').hidden = signedIn;
  by('dashboard').hidden = !signedIn;
  by('sign-out').hidden = !signedIn;
  by('area-name').textContent = signedIn ? state.session.area : '';
  document.title = signedIn ? `${state.session.area} dashboard – Alongside` : 'Sign in – Alongside';
}

async function signIn(session) {
  const first = read(await api.report(session, 'attendance', { by: 'week' }));
  keepSession(session);
  Object.assign(state, { session, wanted: 0n, tries: 0 });
  showPage(true);
  by('dashboard-title').textContent = `Engagement in ${session.area}`;
  by('dashboard-title').focus();
  clearError(by('sign-in-error'));
  by('sign-in-form').reset();
  state.filters = readFilters();
  readSoon(Object.keys(reports), 0);
  follow(first.sequence);
}

function signOut(why = '') {
  state.live?.stop();
  clearTimeout(state.timer);
  Object.assign(state, { session: null, live: null, timer: null });
  state.due.clear();
  state.reading?.abort();
  sessionStorage.removeItem('session');
  showPage(false);
  if (why) showError(by('sign-in-error'), why);
  by(why ? 'sign-in-error' : 'sign-in-title').focus();
}

async function trySignIn(session) {
  try {
    await signIn(session);
  } catch (e) {
    if (!(e instanceof api.Trouble)) throw e;
    showPage(false);
    by('token').value = session.token;
    by('area').value = session.area;
    showError(by('sign-in-error'), e.message.replace(' The page tries again by itself.', ' Try again in a moment.'));
    by('sign-in-error').focus();
  }
}

function onSignIn(event) {
  event.preventDefault();
  const token = by('token').value.trim(), area = by('area').value.trim().toLowerCase();
  const missing = token === '' ? 'Paste your access token.' : 'Enter the area.';
  if (token && area) return void trySignIn({ token, area });
  showError(by('sign-in-error'), missing);
  by(token === '' ? 'token' : 'area').focus();
}

function begin() {
  for (const section of document.querySelectorAll('[data-report]')) {
    const name = section.dataset.report;
    const save = () => api.saveCsv(state.session, name, asked(name, state.filters)).catch((e) => void readFailed(e, []));
    state.views[name] = new ReportView(section, name, reports[name], save);
  }
  setUsualDays();
  by('token').addEventListener('input', () => (by('area').value = areaOf(by('token').value.trim())));
  by('sign-in-form').addEventListener('submit', onSignIn);
  by('sign-out').addEventListener('click', () => signOut());
  by('filters').addEventListener('submit', (event) => {
    event.preventDefault();
    applyFilters();
  });
  by('filters').addEventListener('reset', () => setTimeout(applyFilters)); // after the fields have their first values
  const session = linkedSession() ?? keptSession();
  if (session) trySignIn(session);
  else showPage(false);
}

begin();
