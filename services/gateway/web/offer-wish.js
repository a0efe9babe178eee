// What a person asked for in a mentor, as a list of terms: on the page of one offer and on the mentor's own page.
import { experiences, languages, slot, words } from './offer-words.js';

function add(list, tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  list.append(element);
}
function row(list, name, ...lines) {
  add(list, 'dt', name);
  for (const line of lines) add(list, 'dd', line);
}

// A slug that has no name of its own is shown as words: "single-parent" becomes "Single parent".
function experienceName(language, code) {
  const text = code.replaceAll('-', ' ');
  return experiences[language][code] || text.charAt(0).toUpperCase() + text.slice(1);
}
function languageName(language, code) {
  try {
    return languages[language][code] || new Intl.DisplayNames([language, 'en'], { type: 'language' }).of(code);
  } catch {
    return code;
  }
}

// Fills `list`, a dl, with the wish of `view`, an OfferView.
export function showWish(list, view, language) {
  const say = (key) => words[language][key];
  const named = (codes, name) => (codes || []).map((code) => name(language, code)).join(', ') || say('any');
  list.replaceChildren();
  row(list, say('experiences'), named(view.experiences, experienceName));
  row(list, say('availability'), named(view.availability, slot));
  row(list, say('places'), named(view.places, (_, place) => place), ...(view.remote ? [say('remote')] : []));
  row(list, say('languages'), named(view.languages, languageName));
}
