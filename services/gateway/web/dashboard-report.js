// One report on the page: figures, chart and table.
import { draw, swatch } from './dashboard-chart.js';
import { valueOf } from './dashboard-reports.js';
import * as words from './dashboard-words.js';

function make(name, text = '', attributes = {}) {
  const e = document.createElement(name);
  e.textContent = text;
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  return e;
}

// Weeks in which nothing happened have no row, but they have their place on the axis of time.
function withoutGaps(report) {
  if (report.by !== 'week' || !report.parts.length) return report.parts;
  const known = new Map(report.parts.map((row) => [row.week, row]));
  const last = report.parts[report.parts.length - 1].week;
  const rows = [];
  for (let week = report.parts[0].week; week <= last; week = words.weekAfter(week))
    rows.push(known.get(week) ?? { week });
  return rows;
}

function unitTitle(column) {
  if (column.unit === 'percent') return `${column.title} (%)`;
  return column.unit === 'hours' ? column.title.replace(/ hours /, ' time ') + ' (hours)' : column.title;
}

export class ReportView {
  #part = {};
  #title;
  #table;
  #about;
  #name;
  #shown = null;

  // `about` is the report's entry of dashboard-reports.js; save() is called for the CSV button.
  constructor(section, name, about, save) {
    section.append(document.getElementById('report').content.cloneNode(true));
    for (const e of section.querySelectorAll('[data-part]')) this.#part[e.dataset.part] = e;
    this.#title = section.querySelector('h2');
    this.#table = section.querySelector('table');
    this.#about = about;
    this.#name = name;
    this.#title.id = `${name}-title`;
    this.#title.textContent = about.title;
    this.#part.about.textContent = about.about;
    this.#part['chart-title'].textContent = about.chart;
    this.#table.caption.id = `${name}-caption`;
    this.#part.scroll.setAttribute('aria-labelledby', `${name}-caption`);
    this.#part.csv.textContent = `Download ${name} as CSV`;
    this.#part.csv.addEventListener('click', save);
    new ResizeObserver(() => this.#draw()).observe(this.#part.chart);
  }

  // Shows a report (see read()) for those days. Only what it holds is replaced, so focus and scrolling stay.
  show(report, from, to) {
    this.#shown = report;
    const whole = this.#about.whole(report);
    const nothing = report.parts.length === 0;
    this.#part.nothing.hidden = !nothing;
    this.#part.figure.hidden = nothing;
    this.#part.scroll.hidden = nothing;
    this.#table.caption.firstElementChild.textContent = `${this.#about.title} by ${report.columns[0].title.toLowerCase()}, in the quarters of ${words.days(from, to)}`;
    this.#showFigures(report, whole);
    this.#showLegend();
    this.#showTable(report, whole);
    this.#draw();
  }

  #showFigures(report, whole) {
    this.#part.figures.replaceChildren(...this.#about.figures.map((figure) => {
      const group = make('div');
      const value = words.value(figure.of ? figure.of(report) : whole[figure.column], figure.unit) || 'Not known';
      const outOf = figure.outOf ? ` of ${words.value(whole[figure.outOf], 'count')}` : '';
      group.append(make('dt', figure.name), make('dd', value + outOf));
      return group;
    }));
  }

  #showLegend() {
    this.#part.legend.replaceChildren(...this.#about.series.map((series, i) => {
      const item = make('li');
      item.append(swatch(this.#name, i), series.name);
      return item;
    }));
  }

  #cell(text, column) {
    const shown = words.cell(text, column.unit) || (column.unit === 'text' && 'none');
    if (shown) return make('td', shown);
    const cell = make('td');
    cell.append(make('span', '–', { 'aria-hidden': 'true' }), make('span', 'not known', { class: 'visually-hidden' }));
    return cell;
  }

  #row(name, row, columns, kind) {
    const tr = make('tr');
    tr.append(make('th', name, { scope: 'row', class: kind }), ...columns.map((column) => this.#cell(row[column.name], column)));
    return tr;
  }

  // What stands only in the row for the whole is shown as a figure, not as a column of gaps; and of a report with many
  // columns those are left out that have nothing to show in any row.
  #showTable(report, whole) {
    const [first, ...others] = report.columns;
    const columns = others.filter((column) => (!report.last || report.parts.some((row) => row[column.name])) &&
      !(this.#about.leavesOut?.test(column.title) && whole[column.name] === words.suppressed));
    const head = make('tr');
    const firstTitle = first.unit === 'week' ? 'Week from' : first.title;
    head.append(make('th', firstTitle, { scope: 'col' }));
    head.append(...columns.map((column) => make('th', unitTitle(column), { scope: 'col' })));
    this.#table.tHead.replaceChildren(head);
    const rows = report.parts.map((row) => this.#row(words.mediumPart(row[report.by], report.by), row, columns, first.unit));
    this.#table.tBodies[0].replaceChildren(...rows);
    this.#table.tFoot.replaceChildren(this.#row('All', whole, columns, first.unit));
  }

  #describe(rows) {
    const { note, series } = this.#about;
    const parts = rows.map((row) => `${row.name}: ${row.said || 'not known'}`).join('; ');
    return `Bars of ${series.map((s) => s.name.toLowerCase()).join('; ')}. The ${note.words} stands at each bar. ` +
      `${parts}. The table that follows has all numbers.`;
  }

  #rows() {
    const report = this.#shown;
    const { note, series } = this.#about;
    const unit = report.columns.find((column) => column.name === note.column)?.unit ?? 'count';
    const said = (row) => (unit === 'percent' && row[note.column] ? `${Math.round(row[note.column])}%` :
      words.value(row[note.column], unit));
    return withoutGaps(report).map((row) => ({
      name: words.part(row[report.by], report.by),
      label: words.shortPart(row[report.by], report.by),
      values: series.map((s) => valueOf(row, s.column)),
      said: said(row),
      note: said(row).replace(words.suppressed, '<5'),
    }));
  }

  #draw() {
    if (!this.#shown?.parts.length) return;
    const rows = this.#rows();
    draw(this.#part.chart, {
      id: this.#name,
      title: this.#about.chart,
      description: this.#describe(rows),
      rows,
      series: this.#about.series,
      byWeek: this.#shown.by === 'week',
    });
  }
}
