// What a trace (common/trace.h) says, without a page: the reader, the state that steps forward and back,
// the sentences, the lints, the export for Perfetto. Runs in a browser and under node; README.md here.
const Wake = (() => {
  'use strict';

  // --- Reading -----------------------------------------------------------------------------------

  const kinds = new Set(['spawn', 'poll+', 'poll-', 'store', 'wclone', 'wdrop', 'wake', 'timer', 'io', 'idle',
    'drop', 'cut', 'steal', 'park', 'unpark']);

  /** The events of a trace, and one sentence for each thing that is wrong with its text. */
  function read(text) {
    const lines = text.split('\n');
    const bad = [], unknown = new Map(), events = [], problems = [];
    let header = null, last = 0;
    lines.forEach((line, at) => {
      if (line.trim() === '') return;
      let object;
      try {
        object = JSON.parse(line);
      } catch (e) {
        if (at === lines.length - 1) problems.push(`The last line, ${at + 1}, is cut off: the program ended while it wrote it.`);
        else bad.push(at + 1);
        return;
      }
      if (object === null || typeof object !== 'object') return void bad.push(at + 1);
      if (object.v !== undefined && object.e === undefined) return void (header = header || object);
      if (typeof object.e !== 'string' || !(object.n > last)) return void bad.push(at + 1);
      last = object.n;
      if (kinds.has(object.e)) events.push(object);
      else unknown.set(object.e, (unknown.get(object.e) || 0) + 1);
    });
    if (bad.length)
      problems.push(`${count(bad.length, 'line is', 'lines are')} not of a trace and left out: line ${bad[0]}${bad.length > 1 ? ' is the first' : ''}.`);
    for (const [kind, times] of unknown)
      problems.push(`${count(times, 'event', 'events')} of a kind that this page does not know, "${kind}", left out.`);
    if (!header) problems.push('There is no header line {"v":1,...}: is this a trace?');
    else if (header.v !== 1) problems.push(`This is version ${header.v} of the trace; this page reads version 1.`);
    if (!events.length) problems.push('There are no events in this trace.');
    return {title: header && header.title || 'a trace', expect: header && header.expect, events, problems};
  }

  const count = (n, one, many) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

  // --- Stepping ----------------------------------------------------------------------------------

  /** The state of all tasks after some events. `forward` notes what it overwrites, so `back` is exact. */
  class Replay {
    /** One that is only walked forward, as the lints do, notes nothing. */
    constructor(events, forwardOnly = false) {
      this.events = events;
      this.notes = !forwardOnly;
      this.at = 0;  // so many events have happened
      this.state = {tasks: {}, wakers: {}, queue: {}, ready: 0, running: {}, threads: {}, idle: null, vt: null};
      this.undo = [];
    }

    /** The task, or the waker that is no task's own, under its number. */
    set(object, key, value) {
      if (this.notes) this.undo.push(object, key, object[key]);
      if (value === undefined) delete object[key];
      else object[key] = value;
    }

    task(k) {
      if (!this.state.tasks[k])
        this.set(this.state.tasks, k, {k, status: 'unknown', holders: 0, counted: false, waits: [], polls: 0, wakes: 0, kept: true});
      return this.state.tasks[k];
    }

    waker(event) {
      if (event.k) return this.task(event.k);
      if (!this.state.wakers[event.w]) {
        const parent = this.running(event.th);
        this.set(this.state.wakers, event.w, {w: event.w, holders: 0, waits: [], parent});
      }
      return this.state.wakers[event.w];
    }

    thread(th) {
      if (!this.state.threads[th]) this.set(this.state.threads, th, {th, name: `thread ${th}`, parked: false});
      return this.state.threads[th];
    }

    running(th) {
      const stack = this.state.running[th];
      return stack && stack.length ? stack[stack.length - 1] : 0;
    }

    enqueue(k, n) {
      if (this.state.queue[k]) return;
      this.set(this.state.queue, k, n);
      this.set(this.state, 'ready', this.state.ready + 1);
    }
    dequeue(k) {
      if (!this.state.queue[k]) return;
      this.set(this.state.queue, k, undefined);
      this.set(this.state, 'ready', this.state.ready - 1);
    }

    forward() {
      const e = this.events[this.at], s = this.state;
      if (!e) return false;
      const mark = this.undo.length;
      if (s.idle && (e.th === s.idle.th || e.e === 'cut')) this.set(s, 'idle', null);
      if (e.tn !== undefined) this.set(this.thread(e.th), 'name', e.tn);
      if (e.vt !== undefined && e.vt !== s.vt) this.set(s, 'vt', e.vt);
      this.apply(e);
      if (this.notes) this.undo.push(mark);
      this.at++;
      return true;
    }

    back() {
      if (this.at === 0 || !this.notes) return false;
      const mark = this.undo.pop();
      while (this.undo.length > mark) {
        const value = this.undo.pop(), key = this.undo.pop(), object = this.undo.pop();
        if (value === undefined) delete object[key];
        else object[key] = value;
      }
      this.at--;
      return true;
    }

    go(to) {
      while (this.at < to && this.forward());
      while (this.at > to && this.back());
    }

    apply(e) {
      const s = this.state;
      switch (e.e) {
        case 'spawn': {
          const task = this.task(e.k);
          this.set(task, 'spawned', e.n);
          this.set(task, 'place', e.l);
          this.set(task, 'name', e.name);
          this.set(task, 'counted', true);
          this.set(task, 'status', 'ready');
          this.set(task, 'cause', e.n);
          this.enqueue(e.k, e.n);
          break;
        }
        case 'poll+': {
          const task = this.task(e.k);
          this.dequeue(e.k);
          this.set(task, 'status', 'running');
          this.set(task, 'cause', e.c || 0);
          this.set(task, 'polls', task.polls + 1);
          this.set(task, 'polled', e.n);
          this.set(task, 'waits', []);
          this.set(task, 'kept', false);
          this.set(task, 'again', 0);
          this.set(s.running, e.th, [...(s.running[e.th] || []), e.k]);
          break;
        }
        case 'poll-': {
          const task = this.task(e.k);
          this.set(s.running, e.th, (s.running[e.th] || []).filter((k) => k !== e.k));
          if (e.is !== 'pending') this.set(task, 'status', e.is === 'threw' ? 'threw' : 'done');
          else if (task.again) this.set(task, 'status', 'ready'), this.enqueue(e.k, e.n);
          else this.set(task, 'status', 'asleep');
          break;
        }
        case 'store': {
          const it = this.waker(e);
          this.set(it, 'waits', [...(e.k ? it.waits : []), e]);
          this.set(it, 'kept', true);
          break;
        }
        case 'wclone': {
          const it = this.waker(e);
          this.set(it, 'holders', it.holders + 1);
          this.set(it, 'kept', true);
          break;
        }
        case 'wdrop': {
          const it = this.waker(e);
          this.set(it, 'holders', Math.max(0, it.holders - 1));
          break;
        }
        case 'wake': {
          const it = this.waker(e);
          if (e.up) this.set(it, 'holders', Math.max(0, it.holders - 1));
          if (!e.k) break;
          this.set(it, 'wakes', it.wakes + 1);
          if (it.status === 'asleep' || it.status === 'unknown') {
            this.set(it, 'status', 'ready');
            this.set(it, 'cause', e.n);
            this.enqueue(e.k, e.n);
          } else if (it.status === 'running' && !it.again) {
            this.set(it, 'again', e.n);
            this.set(it, 'cause', e.n);
          }
          break;
        }
        case 'drop': {
          const task = this.task(e.k);
          this.dequeue(e.k);
          if (task.status !== 'done' && task.status !== 'threw') this.set(task, 'status', 'dropped');
          this.set(task, 'gone', e.n);
          break;
        }
        case 'idle': this.set(s, 'idle', e); break;
        case 'park': this.set(this.thread(e.th), 'parked', true); break;
        case 'unpark': this.set(this.thread(e.th), 'parked', false); break;
        case 'cut':  // what happened meanwhile is not known
          this.set(s, 'queue', {});
          this.set(s, 'ready', 0);
          this.set(s, 'running', {});
          for (const task of Object.values(s.tasks)) {
            if (task.gone) continue;
            this.set(task, 'status', 'unknown');
            this.set(task, 'counted', false);
            this.set(task, 'waits', []);
          }
          break;
        default: break;
      }
    }
  }

  /** The ready tasks, the one whose turn is next first. */
  const readyOrder = (state) => Object.keys(state.queue).sort((a, b) => state.queue[a] - state.queue[b]).map(Number);

  const alive = (task) => ['ready', 'running', 'asleep', 'unknown'].includes(task.status);

  // --- Sentences ---------------------------------------------------------------------------------

  const index = (events) => new Map(events.map((e, i) => [e.n, i]));

  /** "100 ms", "1 d 2 h": microseconds as a reader says them. */
  function time(us) {
    if (us < 1000) return `${us} us`;
    const ms = us / 1000;
    if (ms < 1000) return `${+ms.toFixed(ms < 10 ? 1 : 0)} ms`;
    const s = ms / 1000;
    if (s < 60) return `${+s.toFixed(s < 10 ? 2 : 1)} s`;
    const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
    let rest = Math.round(s), out = [];
    for (const [size, unit] of parts) {
      if (rest >= size && out.length < 2) out.push(`${Math.floor(rest / size)} ${unit}`);
      rest %= size;
    }
    return out.join(' ');
  }

  const short = (place) => (place || '').replace(/^.*\//, '');

  /** A task's own name: the spawn says it, or the line that spawns it does: spawn(Reader(...)). */
  function nameOf(spawn, sources) {
    if (spawn.name) return spawn.name;
    const [file, line] = split(spawn.l);
    const text = sources && sources[file] && sources[file][line];
    const call = /(?:spawn\w*|block_on)\s*\((.*)$/.exec(text || '');
    const word = call && /^\s*(?:\w+::)*([A-Za-z_]\w*)\s*[({<]/.exec(call[1]);
    return word && !['async', 'move', 'make'].includes(word[1]) ? word[1] : '';
  }

  function split(place) {
    const colon = (place || '').lastIndexOf(':');
    return colon < 0 ? ['', ''] : [place.slice(0, colon), place.slice(colon + 1)];
  }

  const named = new WeakMap();
  /** What each thread is called, by its number: the workers of a pool, and no others. */
  function workers(events) {
    if (!named.has(events)) {
      const all = {};
      for (const e of events) if (e.tn) all[e.th] = e.tn;
      named.set(events, all);
    }
    return named.get(events);
  }
  const threadName = (th, events) => workers(events)[th] || `thread ${th}`;
  const by = (e, events) => (e.by || '').replace(/^thread (\d+)$/, (text, th) => threadName(th, events));

  const who = (e) => (e.k ? `task ${e.k}` : `waker ${e.w}`);

  /** One sentence about an event. */
  function describe(e, events, at) {
    const cause = e.c && at && at.has(e.c) ? events[at.get(e.c)] : null;
    switch (e.e) {
      case 'spawn': return `${who(e)} is spawned${e.l ? ' at ' + short(e.l) : ''}, by ${by(e, events)}.`;
      case 'poll+':
        if (!e.c) return `${who(e)} is polled; no wake asked for it.`;
        if (cause && cause.e === 'spawn') return `${who(e)} is polled for the first time.`;
        if (cause && cause.e === 'wdrop') return `${who(e)} is polled because its last waker was dropped.`;
        return `${who(e)} is polled, because of the wake n ${e.c}.`;
      case 'poll-':
        return {
          pending: `${who(e)} says pending: it cannot go on yet.`,
          ready: `${who(e)} is ready: it has ended.`,
          threw: `${who(e)} ends in an exception.`,
        }[e.is] || `The poll of ${who(e)} ends.`;
      case 'store': return `${who(e)} waits for ${e.why}${e.due !== undefined ? `, due at ${time(e.due)}` : ''}.`;
      case 'wclone': return `One more copy of the waker of ${who(e)} is kept, by ${by(e, events)}.`;
      case 'wdrop': return `A copy of the waker of ${who(e)} is dropped, by ${by(e, events)}.`;
      case 'wake': {
        const what = cause && cause.e === 'timer' ? 'its timer' : cause && cause.e === 'io' ? cause.why.replace(/ .*$/, '') + cause.why.slice(2) :
          e.by === `task ${e.k}` ? 'itself' : by(e, events);
        return `${who(e)} is woken by ${what}${e.up ? '; the waker is used up' : ''}.`;
      }
      case 'timer': return e.k ? `A deadline has passed: a timer of task ${e.k} fires.` : 'A deadline has passed: a timer fires.';
      case 'io': return `The system says: ${e.why}.`;
      case 'idle': return `Nothing is ready: the thread sleeps in the reactor (${e.why}).`;
      case 'steal': return `${threadName(e.th, events)} has nothing to do, and takes half of the queue of ${e.from}: ${who(e)} comes first.`;
      case 'park': return `${threadName(e.th, events)} finds nothing to do, and sleeps.`;
      case 'unpark': return `${threadName(e.th, events)} is up again.`;
      case 'drop': return `The future of ${who(e)} is destroyed.`;
      case 'cut': return `${count(e.n - e.from + 1, 'event', 'events')} were not kept in this long trace: n ${e.from} to ${e.n}.`;
      default: return e.e;
    }
  }

  /** The events from one to its first cause. */
  function causes(n, events, at) {
    const chain = [];
    for (let e = events[at.get(n)]; e && chain.length < 40; e = e.c && e.c < e.n ? events[at.get(e.c)] : null) chain.push(e);
    return chain;
  }

  /** Sentences: what could wake this task, in this state. */
  function couldWake(task, state) {
    if (task.status === 'ready') return ['It is in the ready queue: it needs no wake any more.'];
    if (task.status === 'running') return [task.again ? 'It is being polled, and will be polled again: it was woken meanwhile.' : 'It is being polled.'];
    if (!alive(task)) return ['Nothing: it has ended.'];
    if (task.status === 'unknown') return ['The trace does not say: events are missing.'];
    const out = [...new Set(task.waits.map((wait) => `${wait.why}${wait.due !== undefined ? `, due at ${time(wait.due)}` : ''}${wait.l ? ` (${short(wait.l)})` : ''}`))];
    for (const waker of Object.values(state.wakers))
      if (waker.parent === task.k && waker.holders > 0)
        for (const wait of waker.waits) out.push(`its part, waker ${waker.w}: ${wait.why}${wait.due !== undefined ? `, due at ${time(wait.due)}` : ''}`);
    if (task.counted && task.holders === 0)
      return [task.waits.some((wait) => foreverNote.test(wait.why)) ? 'Nothing, and it says so: it waits forever.' :
        `Nothing any more: no copy of its waker is left${out.length ? `, though it waits for ${out.join(', ')}` : ''}.`];
    if (task.counted) out.push(`${count(task.holders, 'copy', 'copies')} of its waker ${task.holders === 1 ? 'is' : 'are'} kept`);
    return out.length ? out : ['A copy of its waker, wherever it is: this trace does not count them.'];
  }

  const foreverNote = /^nothing: it waits forever/;

  // --- Lints -------------------------------------------------------------------------------------

  const lintWords = {
    lost: 'lost wake', stale: 'stale waker', spins: 'spins', blocks: 'blocks', idle: 'idle with ready tasks',
    useless: 'useless wake', never: 'never polled', dropped: 'dropped while pending',
  };
  const lintLevel = {lost: 'error', stale: 'warning', spins: 'warning', blocks: 'warning', idle: 'error',
    useless: 'note', never: 'note', dropped: 'note'};
  const spinsAfter = 20, blocksAfter = 1000;  // polls in a row; microseconds

  const endsTurn = new Set(['poll+', 'poll-', 'idle', 'timer', 'io', 'spawn']);

  /** What looks wrong: [{kind, level, n, k, text}], by n. */
  function lints(events) {
    const replay = new Replay(events, true), found = [], tasks = {}, pool = workers(events);
    const of = (k) => tasks[k] || (tasks[k] = {row: 0, rowStart: 0, lost: null, useless: 0});
    const say = (kind, e, k, text) => {
      const lint = {kind, level: lintLevel[kind], n: e.n, k, text};
      found.push(lint);
      return lint;
    };
    const endRow = (k) => {
      const it = of(k);
      if (it.row > spinsAfter)
        say('spins', it.rowStart, k, `Task ${k} is polled ${it.row.toLocaleString('en')} times in a row without news: ${it.own ? 'it wakes itself in every poll' : 'no wake asks for it'}. Waiting should cost nothing: keep the waker, and return pending.`);
      it.row = 0;
    };
    let before = null, turn = 0;  // a turn ends where a poll, a wait or news begins or ends
    for (let i = 0; i < events.length; i++) {
      const e = events[i], s = replay.state, task = e.k ? s.tasks[e.k] : null, it = e.k ? of(e.k) : null;
      if (endsTurn.has(e.e)) turn++;
      if (e.e === 'poll+') {
        const cause = e.c && task && task.cause === e.c ? it.woken : null;
        const own = !!cause && cause.by === `task ${e.k}`;
        if (!e.c || own) {
          if (it.row++ === 0) it.rowStart = e;
          it.own = own;
        } else {
          endRow(e.k);
        }
        it.lost = null;
        it.begin = e;
      } else if (e.e === 'poll-' && it.begin && e.t - it.begin.t > blocksAfter) {
        // In a pool another worker may take them; those wait that were ready all the time, in this queue.
        const others = !pool[e.th] ? s.ready - (s.queue[e.k] ? 1 : 0) :
          Object.keys(s.queue).filter((k) => +k !== e.k && s.queue[k] < it.begin.n && of(k).readied === e.th).length;
        if (others > 0)
          say('blocks', it.begin, e.k, `This poll of task ${e.k} takes ${time(e.t - it.begin.t)} of real time, and ${count(others, 'task that is ready waits', 'tasks that are ready wait')} for it. A poll has to be short.`);
      } else if (e.e === 'wake' && task) {
        if (task.status === 'ready' || (task.status === 'running' && task.again)) {
          if (it.useless++ === 0) it.first = say('useless', e, e.k, '');
          it.first.text = `Task ${e.k} is woken while it is scheduled already${it.useless > 1 ? `, ${it.useless.toLocaleString('en')} times in all` : ''}: that changes nothing.`;
        } else if (task.status === 'asleep' && !task.kept && it.stored && !(before && before.e === 'wdrop' && before.k === e.k)) {
          say('stale', e, e.k, `Task ${e.k} is woken through a waker from before its last poll (n ${task.polled}): that poll kept none. Had another task polled it, this wake would be lost.`);
        }
        it.woken = e;
        it.lost = null;
      } else if (e.e === 'drop' && task) {
        if (it.lost && it.lost.e.e === 'wdrop' && it.lost.turn === turn) it.lost = null;  // its future went, and took them along
        if (task.polls === 0 && task.counted) say('never', e, e.k, `Task ${e.k} was spawned (n ${task.spawned}) and is gone without one poll.`);
        else if (task.status === 'asleep' || task.status === 'ready')
          say('dropped', e, e.k, `Task ${e.k} is dropped while it is pending: cancelled, where it stood${task.waits.length ? ` (it waited for ${task.waits[task.waits.length - 1].why})` : ''}.`);
      } else if (e.e === 'idle') {
        const ready = s.ready && !pool[e.th] ? Object.keys(s.queue).find((k) => of(k).readied === e.th) : null;
        if (ready) say('idle', e, +ready, `The thread goes to sleep although task ${ready} is ready: an executor must look at its queue last of all.`);
      } else if (e.e === 'cut') {
        for (const k of Object.keys(tasks)) endRow(+k), tasks[k].lost = null;
      } else if (e.e === 'steal') {
        for (const k of Object.keys(s.queue)) of(k).readied = 0;  // which of them have gone along is not said
      }
      if (it && (e.e === 'store' || e.e === 'wclone')) it.stored = true;
      if (it && (e.e === 'spawn' || e.e === 'wake')) it.readied = e.th;
      before = e;
      replay.forward();
      if (it && (e.e === 'poll-' || e.e === 'wdrop')) {
        const now = s.tasks[e.k];
        const forever = now.waits.some((wait) => foreverNote.test(wait.why));
        if (now.status === 'asleep' && now.counted && now.holders === 0 && !forever && !it.lost)
          it.lost = {e, turn, why: now.waits.map((wait) => wait.why).join(', ')};
      }
      if (it && e.e === 'wclone') it.lost = null;
    }
    for (const [k, it] of Object.entries(tasks)) {
      endRow(+k);
      if (it.lost)
        say('lost', it.lost.e, +k, `Task ${k} is pending, and from here on no copy of its waker is left: nothing can wake it any more.${it.lost.why ? ` It waits for ${it.lost.why}.` : ''}`);
      const task = replay.state.tasks[k];
      if (task && task.status === 'ready' && task.counted && task.polls === 0)
        say('never', events[events.length - 1], +k, `Task ${k} was spawned (n ${task.spawned}) and had no poll before the trace ends.`);
    }
    return found.sort((a, b) => a.n - b.n);
  }

  // --- What a page shows of a long trace -----------------------------------------------------------

  const showFirst = 2000, showLast = 500;

  /** The indices of the events to show: the first, the last, and every one of a chosen task. */
  function select(events, chosen, must) {
    if (events.length <= showFirst + showLast) return events.map((e, i) => i);
    const from = events.length - showLast, shown = [];
    for (let i = 0; i < events.length; i++)
      if (i < showFirst || i >= from || (chosen && events[i].k === chosen) || i === must) shown.push(i);
    return shown;
  }

  // --- Chrome's trace format: Perfetto, speedscope, chrome://tracing -------------------------------

  function chrome(trace, sources) {
    const out = [], begin = {}, at = index(trace.events), named = new Set();
    const name = (tid, text) => out.push({ph: 'M', pid: 1, tid, name: 'thread_name', args: {name: text}});
    out.push({ph: 'M', pid: 1, name: 'process_name', args: {name: trace.title}});
    name(0, 'reactor');
    const needed = new Set(trace.events.filter((e) => e.e === 'poll+').map((e) => e.c));
    const slice = (e, tid, text, cat, end) => out.push({ph: 'X', pid: 1, tid, ts: e.t, dur: Math.max(.5, (end || e.t) - e.t), name: text, cat, args: {n: e.n}});
    trace.events.forEach((e, i) => {
      const next = e.e === 'idle' ? trace.events.slice(i + 1, i + 5000).find((other) => other.th === e.th) : null;
      if (e.k && !named.has(e.k)) {
        named.add(e.k);
        const own = e.e === 'spawn' ? nameOf(e, sources) : '';
        name(e.k, `task ${e.k}${own ? ' ' + own : ''}`);
      }
      const cause = e.c && at.has(e.c) ? trace.events[at.get(e.c)] : null;
      if (e.e === 'poll+') {
        begin[e.k] = e;
        if (!cause) return;
        // From where the wake came: a timer, a descriptor, another task's poll; or a thread, or the spawn.
        const root = (cause.e === 'wake' && cause.c && at.has(cause.c) && trace.events[at.get(cause.c)]) || cause;
        const tid = root.e === 'poll+' || root.e === 'spawn' ? root.k : 0;
        out.push({ph: 's', id: e.n, pid: 1, tid, ts: root.t, name: 'wake', cat: 'wake'});
        out.push({ph: 'f', bp: 'e', id: e.n, pid: 1, tid: e.k, ts: e.t, name: 'wake', cat: 'wake'});
      } else if (e.e === 'poll-' && begin[e.k]) {
        slice(begin[e.k], e.k, `poll: ${e.is}`, 'poll', e.t);
        delete begin[e.k];
      } else if (e.e === 'timer' || e.e === 'io') {
        slice(e, 0, describe(e, trace.events, at), e.e);
      } else if (e.e === 'idle') {
        slice(e, 0, 'asleep: ' + e.why, 'idle', next && next.t);
      } else if (e.e === 'spawn') {
        slice(e, e.k, 'spawn', 'spawn');
      } else if ((e.e === 'wake' && !cause) || (e.e === 'wdrop' && needed.has(e.n))) {
        slice(e, 0, describe(e, trace.events, at), e.e);
      } else if (e.e === 'store' && e.k) {
        out.push({ph: 'i', s: 't', pid: 1, tid: e.k, ts: e.t, name: `waits for ${e.why}`, args: {n: e.n}});
      } else if (e.e === 'drop') {
        out.push({ph: 'i', s: 't', pid: 1, tid: e.k, ts: e.t, name: 'dropped', args: {n: e.n}});
      }
    });
    return JSON.stringify({traceEvents: out});
  }

  return {read, Replay, lints, lintWords, describe, causes, couldWake, select, chrome, index, time, nameOf, split, short, alive, readyOrder, count, workers, threadName};
})();
if (typeof module !== 'undefined') module.exports = Wake;
