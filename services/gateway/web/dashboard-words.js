// Numbers, days and names as they are read in the United Kingdom.

const count = new Intl.NumberFormat('en-GB');
const tenth = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const hundredth = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const bare = { hours: hundredth, percent: tenth, days: count };
const longDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const mediumDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

const DAY_MS = 86400000;
const dayOf = (text) => new Date(`${text}T00:00:00Z`);
const textOf = (date) => date.toISOString().slice(0, 10);

export const time = (date) => clock.format(date);
export const day = (text) => longDay.format(dayOf(text));
export const plural = (n, one, more) => `${count.format(n)} ${n === 1 ? one : more}`;

// Less than an hour is said in minutes.
function duration(text) {
  const hours = Number(text), minutes = Math.round(hours * 60);
  if (minutes >= 60) return `${tenth.format(hours)} hours`;
  return minutes ? plural(minutes, 'minute', 'minutes') : 'under a minute';
}

// What a report says instead of a count by which somebody could be made out.
export const suppressed = 'fewer than 5';

const written = {
  count: (value) => (value === suppressed ? value : count.format(Number(value))),
  percent: (value) => `${tenth.format(Number(value))}%`,
  hours: duration,
  days: (value) => plural(Number(value), 'day', 'days'),
  week: day,
  text: (value) => value,
};
// Empty stays empty: it means that it is not known.
export const value = (text, unit) => (text === '' || text === undefined ? '' : written[unit](text));
// In a column whose title says the unit.
export const cell = (text, unit) => (text && bare[unit] ? bare[unit].format(Number(text)) : value(text, unit));

// How a row is called: in full, as a table needs it, and as short as an axis needs it.
export const part = (text, by) => (by === 'week' ? day(text) : text || 'Not known');
export const mediumPart = (text, by) => (by === 'week' ? mediumDay.format(dayOf(text)) : text || 'Not known');
export const shortPart = (text, by) => (by === 'week' ? shortDay.format(dayOf(text)) : text || 'Not known');

export const mondayOf = (date) => {
  const midnight = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
  return new Date(midnight - ((midnight.getUTCDay() + 6) % 7) * DAY_MS);
};
// The twelve weeks up to and with this one.
export function usualDays(now) {
  const monday = mondayOf(now);
  return { from: textOf(new Date(monday - 77 * DAY_MS)), to: textOf(new Date(+monday + 6 * DAY_MS)) };
}
export const weekAfter = (text) => textOf(new Date(+dayOf(text) + 7 * DAY_MS));

// "2 March 2026 to 29 March 2026", "from 2 March 2026", "up to 29 March 2026" or "all days".
export function days(from, to) {
  if (from && to) return `${day(from)} to ${day(to)}`;
  if (from) return `from ${day(from)}`;
  return to ? `up to ${day(to)}` : 'all days';
}
