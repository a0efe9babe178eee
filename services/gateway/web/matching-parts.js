// What the views of the coordinator's page are made of, and what the mentors are called.
import { askAll, attempt } from './sign-in.js';

let mentors = new Map(); // names by id

const shortId = (id) => id.slice(0, 8);
export const nameOf = (id) => mentors.get(id) ?? `mentor ${shortId(id)}`;
export const mentorIds = () => [...mentors.keys()];
export const fullName = (p = {}) => [p.givenName, p.familyName].filter(Boolean).join(' ');

export async function readMentors() {
  const all = await askAll('/mentors', 'mentors');
  mentors = new Map(all.map(({ id, personal }) => [id, fullName(personal) || `mentor ${shortId(id)}`]));
}

export function forgetMentors() {
  mentors = new Map();
}

export function element(tag, text, parent) {
  const made = document.createElement(tag);
  made.textContent = text;
  parent.append(made);
  return made;
}

export function fact(list, name, text) {
  element('dt', name, list);
  element('dd', text, list);
}

export function action(button, what) {
  button.type = 'button';
  button.addEventListener('click', () => attempt(what));
  return button;
}

// With `open`, the title is a button that does it.
export function card(list, title, text, open) {
  const item = element('li', '', list), heading = element('h3', open ? '' : title, item);
  if (open) action(element('button', title, heading), open).className = 'link';
  element('p', text, item);
  return item;
}

export const copyOf = (template) => document.getElementById(template).content.cloneNode(true).firstElementChild;
