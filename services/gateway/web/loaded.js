// Whether the page is here, whole: its styles, its module and what that imports. On a poor connection one of these files
// may be lost. Then nothing of the module ever runs, and it cannot say so; therefore this script, which needs no other,
// comes first.
//
//   opened --> whole: it came up
//      |--> a file is lost, or a module throws --> opened again by itself, a few times --> says so, with a button
//      '--> a file is still on its way after a long while --> says so, until it is there
//
// What follows '#' may be a secret. It is not read here, and opening the page again leaves it where it is.
'use strict';

const KEPT = 'alongside-opened-again';   // how often, since the page came up last
const PAUSES_MS = [1000, 3000, 9000];
const LONG_MS = 20000;

let whole = true;

// A file of the page's own, or what was thrown in one: not what something else in the browser does.
function onError({ target, filename }) {
  const file = target.src || target.href || filename || '';
  if (file.startsWith(location.origin) && /\.(css|js)$/.test(file)) whole = false;
}

// A browser may refuse storage altogether; then nothing would end it, and so it does not begin.
function openedAgain() {
  try {
    const before = Number(sessionStorage.getItem(KEPT));
    sessionStorage.setItem(KEPT, before + 1);
    return before;
  } catch {
    return PAUSES_MS.length;
  }
}
function forget() {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
}

// In both languages, as the words may be what is lost.
const SAID = [
  ['en', 'This page has not loaded fully', 'Check your connection and try again.', 'Try again / '],
  ['cy', 'Nid yw’r dudalen hon wedi llwytho’n llawn', 'Gwiriwch eich cysylltiad a rhowch gynnig arall arni.',
    'Rhoi cynnig arall arni'],
];

function part(parent, tag, text, attributes = {}) {
  const made = Object.assign(document.createElement(tag), { textContent: text }, attributes);
  parent.append(made);
  return made;
}

function message() {
  const section = Object.assign(document.createElement('section'), { id: 'not-loaded', className: 'bad', role: 'alert' });
  for (const [lang, title, text] of SAID) {
    const said = part(section, 'div', '', { lang });
    part(said, 'h1', title);
    part(said, 'p', text);
  }
  const button = part(part(section, 'div', '', { className: 'buttons' }), 'button', '', { type: 'button', className: 'primary' });
  for (const [lang, , , word] of SAID) part(button, 'span', word, { lang });
  return section;
}

function say(lost) {
  document.getElementById('not-loaded')?.remove();
  if (lost) document.querySelector('main')?.prepend(message());
  const loading = document.querySelector('[data-state=loading]');
  if (lost && loading) loading.hidden = true;
}

// Where only a style is lost the rest works, but nothing can be begun that opening the page again would interrupt. Without
// any connection it is not opened: the browser would show a page of its own instead.
function openAgainAfter(pause) {
  document.body.inert = true;
  setTimeout(() => {
    if (navigator.onLine) return location.reload();
    document.body.inert = false;
    say(true);
  }, pause);
}

function recover() {
  const pause = PAUSES_MS[openedAgain()];
  if (pause) openAgainAfter(pause);
  else say(true);
}

const late = setTimeout(() => say(true), LONG_MS);

addEventListener('error', onError, true);
addEventListener('load', () => {
  clearTimeout(late);
  if (!whole) return recover();
  forget();
  say(false);
});
addEventListener('click', ({ target }) => target.closest('#not-loaded button') && location.reload());
