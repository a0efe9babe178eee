// Live events: a stream of Server-Sent Events, read by hand because EventSource cannot send a token.
import { ask } from './dashboard-api.js';

const SILENCE_MS = 45000; // the gateway sends something every 15 seconds
const BACKOFF_MS = [1000, 2000, 4000, 8000, 15000, 30000];

// Takes a stream of text apart into events. What is not finished yet stays for the next piece.
export class EventParser {
  #rest = '';
  #id = null;
  #data = [];

  // Answers the events that this piece completes: {id, data}.
  take(text) {
    const events = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) this.#takeLine(line, events);
    return events;
  }

  #takeLine(line, events) {
    if (line === '') {
      if (this.#data.length) events.push({ id: this.#id, data: this.#data.join('\n') });
      this.#data = [];
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment, which only says that the line is alive
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') this.#id = value;
    if (field === 'data') this.#data.push(value);
  }
}

// Ends the request that `abort` belongs to when nothing has come for a while: a dead connection looks like a quiet one.
function watch(abort) {
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), SILENCE_MS);
  };
  heard();
  return { heard, stop: () => clearTimeout(timer) };
}

// Follows an area's events until stop(). `after` is the sequence to resume behind. Calls event({type, sequence}) for each,
// state('connecting' | 'live' | 'waiting', seconds) on a change, and refused(trouble) when trying again is no use.
export class Live {
  #session;
  #calls;
  #last;
  #failures = 0;
  #stopped = false;
  #abort = null;
  #timer = null;

  constructor(session, after, calls) {
    this.#session = session;
    this.#last = after;
    this.#calls = calls;
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  async #connect() {
    this.#abort = new AbortController();
    const silence = watch(this.#abort);
    this.#calls.state('connecting');
    try {
      await this.#follow(silence);
      this.#again(0);
    } catch (e) {
      if (e.kind === 'sign-in' || e.kind === 'allowed') this.#refuse(e);
      else this.#again(e.wait ?? 0);
    } finally {
      silence.stop();
    }
  }

  async #follow(silence) {
    const response = await ask(this.#session, '/events', {
      signal: this.#abort.signal,
      headers: { Accept: 'text/event-stream', 'Last-Event-ID': this.#last },
    });
    const parser = new EventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    if (!this.#stopped) this.#calls.state('live');
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      silence.heard();
      this.#failures = 0;
      for (const event of parser.take(value)) this.#deliver(event);
    }
  }

  #deliver(event) {
    if (event.id !== null) this.#last = event.id;
    if (!this.#stopped) this.#calls.event(JSON.parse(event.data));
  }

  #refuse(trouble) {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#calls.refused(trouble);
  }

  #again(seconds) {
    if (this.#stopped) return;
    const pause = Math.max(BACKOFF_MS[Math.min(this.#failures++, BACKOFF_MS.length - 1)], seconds * 1000);
    const wait = pause * (0.75 + 0.5 * Math.random()); // so that not all pages come back at once
    this.#calls.state('waiting', Math.round(wait / 1000));
    this.#timer = setTimeout(() => this.#connect(), wait);
  }
}
