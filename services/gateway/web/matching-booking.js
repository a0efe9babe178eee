// Books a mentor for the appointment that a task is about, in the role that the appointment asks for. Who may not come to
// it is refused by the service, with the reason.
import { action, copyOf, mentorIds, nameOf } from './matching-parts.js';
import { ask, Trouble } from './sign-in.js';

const appointmentOf = (task) => task.id.slice('booking-'.length);

// `done` shows the list again, and says what was done.
export function bookingStep(task, done) {
  const step = copyOf('booking'), mentor = step.querySelector('select');
  const names = mentorIds().map((id) => [nameOf(id), id]).sort(([a], [b]) => a.localeCompare(b));
  mentor.append(...names.map(([name, id]) => new Option(name, id)));
  action(step.querySelector('button'), async () => {
    if (!mentor.value) throw new Trouble('Choose a mentor.');
    await ask('PUT', `/appointments/${appointmentOf(task)}/booking`, { mentorId: mentor.value });
    await done(`${nameOf(mentor.value)} is booked for ${task.crn}, and is being told.`);
  });
  return step;
}
