// What a human has to decide in matching, each with its next step. Nothing of it happens by itself.
import { bookingStep } from './matching-booking.js';
import { action, copyOf, element, nameOf } from './matching-parts.js';
import { asksAgain, moment, offerAsks, taskStep, taskTitle } from './matching-words.js';
import { ask, askAll, by, Trouble } from './sign-in.js';

// One offer, however often it is pressed: the id was drawn with the card.
function offerButton(item, task, done) {
  const id = crypto.randomUUID(), name = nameOf(task.nextMentorId);
  action(element('button', `Offer ${task.crn} to ${name}`, item.querySelector('.step')), async () => {
    if (!confirm(offerAsks(task.crn, name))) return;
    await ask('PUT', `/offers/${id}`, { crn: task.crn, mentorId: task.nextMentorId });
    await done(`${task.crn} is offered to ${name}.`);
  });
}

function armClose(item, task, done) {
  const why = item.querySelector('input'), button = item.querySelector('details button');
  why.id = `why-${task.id}`;
  item.querySelector('label').htmlFor = why.id;
  action(button, async () => {
    if (!why.value.trim()) throw new Trouble('Write why nothing is left to do.');
    await ask('POST', `/matching-tasks/${task.id}/close`, { why: why.value.trim() });
    await done('The task is closed.');
  });
}

function taskCard(task, { open, done }) {
  const item = copyOf('task'), heading = item.querySelector('h3'), title = taskTitle(task, nameOf);
  Object.assign(item.dataset, { kind: task.kind, crn: task.crn ?? '' });
  if (task.crn) action(element('button', title, heading), () => open(task.crn)).className = 'link';
  else heading.textContent = title;
  item.querySelector('p').textContent = `${taskStep(task, nameOf)} Since ${moment(new Date(task.since))}.`;
  if (task.nextMentorId) offerButton(item, task, done);
  if (task.kind === 'BOOKING_NEEDED') item.querySelector('.step').append(bookingStep(task, done));
  armClose(item, task, done);
  return item;
}

// The task of each card, to the letter.
const said = new WeakMap();

// A card whose task is as it was stays where it is, with what somebody is writing in it.
function showTasks(tasks, goes) {
  const list = by('tasks'), texts = tasks.map((task) => JSON.stringify(task));
  for (const item of [...list.children]) if (!texts.includes(said.get(item))) item.remove();
  tasks.forEach((task, i) => {
    if (said.get(list.children[i]) === texts[i]) return;
    const item = taskCard(task, goes);
    said.set(item, texts[i]);
    list.insertBefore(item, list.children[i] ?? null);
  });
}

// The longest open first, as they come, but that two must not meet comes before all else.
const isUrgent = (task) => task.kind === 'MUST_NOT_MEET';
const urgentFirst = (tasks) => [...tasks.filter(isUrgent), ...tasks.filter((task) => !isUrgent(task))];

// `open` shows a person; `done` shows the list again, and says what was done. Answers whether a next candidate is still
// being looked for.
export async function readTasks(goes) {
  const tasks = urgentFirst(await askAll('/matching-tasks', 'tasks'));
  showTasks(tasks, goes);
  by('tasks-none').hidden = tasks.length > 0;
  return tasks.some((task) => asksAgain(task) && !task.nextNamedAt);
}
