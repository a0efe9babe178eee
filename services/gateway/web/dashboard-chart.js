// Stacked bars as SVG. Each kind of bar has a pattern beside its colour, the value that matters stands there as text, and
// the whole is described in words; the table below the chart has every number.

const SVG = 'http://www.w3.org/2000/svg';

// What is drawn on the colour, in a tile of 8 by 8: nothing, stripes, dots, a grid, lines.
const patterns = ['', 'M-2 2L2 -2M0 8L8 0M6 10L10 6', 'M2 2h.01M6 6h.01', 'M0 0L8 8M8 0L0 8', 'M0 2H8M0 6H8'];

function element(name, attributes = {}, ...children) {
  const e = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

function pattern(id, i) {
  const tile = { id: `${id}-${i}`, width: 8, height: 8, patternUnits: 'userSpaceOnUse' };
  const base = element('rect', { width: 8, height: 8, class: `fill-${i}` });
  return element('pattern', tile, base, element('path', { d: patterns[i] || 'M0 0', class: `mark-${i}` }));
}

// The key to the patterns, for the list beside the chart.
export function swatch(id, i) {
  const box = element('rect', { x: 0.5, y: 0.5, width: 19, height: 15, fill: `url(#${id}-${i})`, class: 'bar' });
  return element('svg', { width: 20, height: 16, viewBox: '0 0 20 16', 'aria-hidden': 'true', class: 'swatch' }, box);
}

// Round numbers for the axis, about `n` of them, up to at least `most`; above nothing too, where all is too small to show.
export function ticks(most, n) {
  const top = Math.max(most, 1), rough = top / n;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough));
  const all = [];
  for (let t = 0; t < top + step; t += step) all.push(t);
  return all;
}

// How wide texts are in the font of `box`, in pixels.
function rulerOf(box) {
  const context = document.createElement('canvas').getContext('2d');
  const { fontWeight, fontSize, fontFamily } = getComputedStyle(box);
  context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  return (text) => context.measureText(text).width;
}

// The text, cut where it would be wider than `most`; the table has it whole.
function fitted(text, most, widthOf) {
  if (widthOf(text) <= most) return text;
  let n = text.length;
  while (n > 1 && widthOf(`${text.slice(0, n)}…`) > most) n--;
  return `${text.slice(0, n)}…`;
}

const LABEL_SHARE = 0.4; // most of the width that lying bars leave to their names

const total = (row) => row.values.reduce((a, b) => a + b, 0);

// Where bars, labels, notes and the axis go. Upright bars for weeks where there is room; lying ones otherwise, since long
// names and narrow screens need them.
function upright(width, em, rows, scale) {
  const left = 3 * em, top = 1.8 * em, height = 15 * em, bottom = top + height;
  const step = (width - left) / rows.length, bar = Math.min(step * 0.7, 4 * em);
  const y = (v) => bottom - (v / scale) * height;
  return {
    height: bottom + 2 * em,
    bar: (i, from, to) => ({ x: left + i * step + (step - bar) / 2, y: y(to), width: bar, height: y(from) - y(to) }),
    label: (i) => ({ x: left + (i + 0.5) * step, y: bottom + 1.3 * em, 'text-anchor': 'middle' }),
    note: (i, v) => ({ x: left + (i + 0.5) * step, y: y(v) - 0.4 * em, 'text-anchor': 'middle' }),
    tick: (v) => ({ x1: left, x2: width, y1: y(v), y2: y(v) }),
    tickText: (v) => ({ x: left - 0.5 * em, y: y(v) + 0.35 * em, 'text-anchor': 'end' }),
  };
}

function lying(width, em, rows, scale, widest) {
  const left = Math.min(widest, width * LABEL_SHARE) + 0.75 * em, right = width - 3.8 * em;
  const top = 1.8 * em, step = 2 * em, bar = 1.3 * em;
  const x = (v) => left + (v / scale) * (right - left);
  const middle = (i) => top + (i + 0.5) * step;
  return {
    height: top + rows.length * step + 0.5 * em,
    bar: (i, from, to) => ({ x: x(from), y: middle(i) - bar / 2, width: x(to) - x(from), height: bar }),
    label: (i) => ({ x: left - 0.5 * em, y: middle(i) + 0.35 * em, 'text-anchor': 'end' }),
    note: (i, v) => ({ x: x(v) + 0.4 * em, y: middle(i) + 0.35 * em, 'text-anchor': 'start' }),
    tick: (v) => ({ x1: x(v), x2: x(v), y1: top, y2: top + rows.length * step }),
    tickText: (v) => ({ x: x(v), y: 1.2 * em, 'text-anchor': 'middle' }),
  };
}

function drawAxis(svg, place, marks) {
  for (const v of marks) {
    svg.append(element('line', { ...place.tick(v), class: v === 0 ? 'axis' : 'grid' }));
    svg.append(element('text', { ...place.tickText(v), class: 'tick' }, String(v)));
  }
}

function drawRow(svg, id, place, row, i, series) {
  let from = 0;
  row.values.forEach((value, k) => {
    if (value <= 0) return;
    const hover = element('title', {}, `${row.name}: ${series[k].name}, ${value}`);
    svg.append(element('rect', { ...place.bar(i, from, from + value), fill: `url(#${id}-${k})`, class: 'bar' }, hover));
    from += value;
  });
  svg.append(element('text', { ...place.label(i), class: 'label' }, row.label));
  svg.append(element('text', { ...place.note(i, from), class: 'note' }, row.note));
}

// Draws into `box`, which is emptied. `rows` are {name, label, values, note}, `series` {name} in the order of the values.
export function draw(box, { id, title, description, rows, series, byWeek }) {
  const width = Math.max(box.clientWidth, 160), em = parseFloat(getComputedStyle(box).fontSize);
  const wide = byWeek && width / rows.length > 3.4 * em;
  const marks = ticks(Math.max(...rows.map(total)), wide ? 5 : Math.min(5, Math.max(2, Math.floor(width / (7 * em)))));
  const widthOf = rulerOf(box), widest = Math.max(...rows.map((row) => widthOf(row.label)));
  const place = (wide ? upright : lying)(width, em, rows, marks[marks.length - 1], widest);
  const size = { width, height: place.height, viewBox: `0 0 ${width} ${place.height}` };
  const svg = element('svg', { ...size, role: 'img', 'aria-labelledby': `${id}-title ${id}-description` });
  svg.append(element('title', { id: `${id}-title` }, title), element('desc', { id: `${id}-description` }, description));
  svg.append(element('defs', {}, ...series.map((_, i) => pattern(id, i))));
  drawAxis(svg, place, marks);
  rows.forEach((row, i) => {
    const label = wide ? row.label : fitted(row.label, width * LABEL_SHARE, widthOf);
    drawRow(svg, id, place, { ...row, label }, i, series);
  });
  box.replaceChildren(svg);
}
