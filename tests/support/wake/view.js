// The page around core.js: lanes, panel, remarks, keys. It draws only what is in sight, so that a long
// trace scrolls like a short one. `#check` makes the page examine itself; README.md here.
(() => {
  'use strict';
  const started = performance.now();
  const $ = (id) => document.getElementById(id);
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes))
      if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
      else if (value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : value);
    node.append(...children);
    return node;
  };
  const svg = (tag, attributes, text) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };

  const trace = Wake.read($('trace').textContent.trim());
  const sources = JSON.parse($('sources').textContent.trim() || '{}');
  const events = trace.events, at = Wake.index(events), replay = new Wake.Replay(events);
  let remarks = [];
  const hasVirtual = events.some((e) => e.vt !== undefined);

  // --- What is shown: some events are columns, every task is a lane --------------------------------

  let firstTask = 1;  // the lane of the first task
  let shown = [], columnOf = new Map(), lanes = [], laneOf = new Map(), spans = [], vts = [];
  let current = -1;  // the index of the event that has just happened
  let chosen = 0, byTime = false, playing = 0, guess = null;
  const tally = {asked: 0, right: 0};
  let xs = [];

  const parents = {};  // of wakers that are no task's own: the task during whose poll they appeared

  /** One walk over all events: lanes, and each lane's spans between the columns that are shown. */
  function lay(must) {
    shown = Wake.select(events, chosen, must);
    columnOf = new Map(shown.map((i, c) => [i, c]));
    lanes = [{k: 0, name: 'reactor', sub: 'timers, descriptors', spans: []}];
    laneOf = new Map([[0, 0]]);
    for (const [th, name] of Object.entries(Wake.workers(events))) {  // a thread's lane has the number -th
      laneOf.set(-th, lanes.length);
      lanes.push({k: -th, name, sub: 'a thread', spans: []});
    }
    firstTask = lanes.length;
    const walk = new Wake.Replay(events, true), open = new Map();
    let column = -1, idleFrom = -1, idleBy = 0;
    vts = [];
    for (let i = 0; i < events.length; i++) {
      const e = events[i];
      walk.forward();
      if (columnOf.has(i)) column = columnOf.get(i), vts[column] = walk.state.vt;
      if (e.w && !e.k && walk.state.wakers[e.w]) parents[e.w] = walk.state.wakers[e.w].parent;
      if (idleFrom >= 0 && e.e !== 'idle' && (e.th === idleBy || e.e === 'cut') && columnOf.has(i)) lanes[0].spans.push({from: idleFrom, to: column, status: 'asleep', why: ''}), idleFrom = -1;
      if (e.e === 'idle' && columnOf.has(i)) idleFrom = column, idleBy = e.th;
      for (const th of e.e === 'cut' ? [...open.keys()].filter((k) => k < 0) : laneOf.has(-e.th) ? [-e.th] : []) {
        const status = {'poll+': 'running', 'poll-': '', park: 'asleep', unpark: '', cut: ''}[e.e];
        if (status === undefined) continue;
        const span = open.get(th);
        if (span && span.from < column) lanes[laneOf.get(th)].spans.push({...span, to: column});
        open.delete(th);
        if (status) open.set(th, {from: Math.max(column, 0), to: -1, status, why: ''});
      }
      const touched = e.e === 'cut' ? [...open.keys()] : e.k ? [e.k] : [];
      for (const k of touched) {
        const task = walk.state.tasks[k];
        if (!task) continue;
        if (!laneOf.has(k)) {
          laneOf.set(k, lanes.length);
          const spawn = e.e === 'spawn' ? e : null;
          lanes.push({k, name: `task ${k}`, sub: (spawn && (Wake.nameOf(spawn, sources) || Wake.short(spawn.l))) || '', spans: []});
        }
        const lane = lanes[laneOf.get(k)], before = open.get(k);
        const why = task.status === 'asleep' && task.waits.length ? task.waits[task.waits.length - 1].why : '';
        if (before && before.status === task.status && !(columnOf.has(i) && (e.e === 'poll+' || e.e === 'poll-'))) continue;
        if (before) {
          before.to = Math.max(column, before.from);
          if (before.to > before.from) lane.spans.push(before);  // else it began and ended where nothing is shown
          open.delete(k);
        }
        if (Wake.alive(task)) open.set(k, {from: Math.max(column, 0), to: -1, status: task.status, why});
      }
    }
    for (const [k, span] of open) span.to = shown.length, lanes[laneOf.get(k)].spans.push(span);
    place();
  }

  // --- Geometry, in pixels of the font's size ------------------------------------------------------

  let unit = 16, rowHeight = 40, columnWidth = 26, rulerHeight = 26, namesWidth = 128;
  function measure() {
    unit = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const narrow = innerWidth < 34 * unit;
    rowHeight = 2.625 * unit;
    columnWidth = 1.75 * unit;
    rulerHeight = 1.75 * unit;
    namesWidth = (narrow ? 6 : 9) * unit;
    $('space').style.setProperty('--names', namesWidth + 'px');
  }

  function place() {
    xs = [];
    let x = columnWidth * .75, before = null;
    shown.forEach((i, c) => {
      const e = events[i];
      if (c > 0) {
        let step = columnWidth;
        if (byTime) {  // a step a factor of ten: 1 us and 1 s on one screen
          const real = Math.max(0, (e.t || 0) - (before.t || 0));
          const virtual = hasVirtual && vts[c] !== null && vts[c - 1] !== null ? vts[c] - vts[c - 1] : 0;
          step = columnWidth * (.75 + .6 * Math.log10(1 + Math.max(real, virtual)));
        }
        if (shown[c - 1] !== i - 1) step += 4 * columnWidth;  // a gap: events are left out
        x += step;
      }
      xs.push(x);
      before = e;
    });
    const space = $('space');
    space.style.width = namesWidth + x + columnWidth * 3 + 'px';
    space.style.height = rulerHeight + lanes.length * rowHeight + unit * .5 + 'px';
    draw();
  }

  const yOf = (lane) => rulerHeight + lane * rowHeight + rowHeight / 2;
  const laneOfEvent = (e) => (e.e === 'timer' ? 0 : e.e === 'park' || e.e === 'unpark' ? laneOf.get(-e.th) || 0 : laneOf.get(e.k || (e.w && parents[e.w]) || 0) || 0);
  const firstColumnAfter = (x) => {
    let low = 0, high = xs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (xs[middle] < x) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  // --- Drawing -----------------------------------------------------------------------------------

  const letters = {spawn: '+', store: 'k', wclone: 'c', wdrop: 'd', wake: 'w', timer: 'T', io: 'I', idle: 'z', drop: '\u00d7', cut: '\u2026', steal: 's', park: 'p', unpark: 'u'};
  const words = [['+', 'spawn'], ['k', 'keeps a waker, says why'], ['c', 'copy of a waker'], ['d', 'copy dropped'], ['w', 'wake'], ['T', 'timer'], ['I', 'descriptor'],
    ['z', 'thread sleeps'], ['\u2713', 'ready, ended'], ['\u00d7', 'future destroyed'],
    ['p', 'worker sleeps'], ['u', 'worker is up'], ['s', 'stolen by a worker']];

  function defs() {
    const it = svg('defs', {});
    const hatch = svg('pattern', {id: 'hatch', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)'});
    hatch.append(svg('rect', {width: 2, height: 6, style: 'fill:var(--ready)'}));
    const gone = svg('pattern', {id: 'gone', width: 8, height: 8, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(-45)'});
    gone.append(svg('rect', {width: 1.5, height: 8, style: 'fill:var(--line)'}));
    const head = svg('marker', {id: 'head', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto', markerUnits: 'userSpaceOnUse'});
    head.append(svg('path', {d: 'M0 0 L8 4 L0 8 z', class: 'head'}));
    it.append(hatch, gone, head);
    return it;
  }

  let drawing = false;
  const drawSoon = () => {
    if (!drawing) drawing = true, requestAnimationFrame(() => draw());
  };

  function draw() {
    drawing = false;
    const scroll = $('scroll'), picture = $('lanes');
    const left = scroll.scrollLeft, top = scroll.scrollTop;
    const width = Math.max(50, scroll.clientWidth - namesWidth), height = scroll.clientHeight;
    picture.setAttribute('width', width);
    picture.setAttribute('height', height);
    picture.style.left = namesWidth + left + 'px';
    picture.style.top = top + 'px';
    const now = columnOf.has(current) ? columnOf.get(current) : -1;
    const hideAfter = guess ? now : Infinity;
    const from = Math.max(0, firstColumnAfter(left) - 2), to = Math.min(xs.length - 1, firstColumnAfter(left + width) + 1);
    const laneFrom = Math.max(0, Math.floor((top - rulerHeight) / rowHeight)), laneTo = Math.min(lanes.length - 1, Math.ceil((top + height) / rowHeight));
    const out = [defs()];
    const g = svg('g', {transform: `translate(${-left} ${-top})`});
    const later = svg('g', {class: 'later'}), done = svg('g', {}), side = (c) => (c > now ? later : done);
    const X = (c) => (c < xs.length ? xs[c] : (xs[xs.length - 1] || 0) + columnWidth * 1.5);

    for (let l = laneFrom; l <= laneTo; l++) {
      if (l % 2 === 1) g.append(svg('rect', {class: 'stripe', x: left, y: rulerHeight + l * rowHeight, width, height: rowHeight}));
      if (lanes[l].k && lanes[l].k === chosen) g.append(svg('rect', {class: 'chosen', x: left, y: rulerHeight + l * rowHeight, width, height: rowHeight}));
    }
    if (now >= 0) {
      g.append(svg('rect', {class: 'now', x: xs[now] - columnWidth / 2, y: top, width: columnWidth, height}));
      g.append(svg('line', {class: 'now-line', x1: xs[now] + columnWidth / 2, x2: xs[now] + columnWidth / 2, y1: top, y2: top + height}));
    }
    g.append(later, done);

    // Spans. One that reaches over "now" is drawn in two halves.
    const bar = unit * 1.25, thin = unit * .625;
    for (let l = laneFrom; l <= laneTo; l++) {
      const y = yOf(l), all = lanes[l].spans;
      let low = 0, high = all.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (all[middle].to < from) low = middle + 1;
        else high = middle;
      }
      for (let s = low; s < all.length && all[s].from <= to; s++) {
        const span = all[s];
        const cuts = span.from <= now && now < span.to ? [[span.from, now + .5], [now + .5, span.to]] : [[span.from, span.to]];
        for (const [a, b] of cuts) {
          if (a >= hideAfter && a !== now) continue;
          const half = columnWidth / 2;
          const edge = (c) => (Number.isInteger(c) ? X(c) : X(c - .5) + half);
          const first = a === span.from, last = b === span.to;
          let x1 = edge(a), x2 = last ? X(b) : edge(b);
          const into = a > now ? later : done;
          x1 = Math.max(x1, left - 400), x2 = Math.min(x2, left + width + 400);
          if (span.status === 'running') {
            const begin = first ? x1 - half * .8 : x1, end = last && b < xs.length ? x2 + half * .8 : x2;
            into.append(svg('rect', {class: 'poll', x: begin, y: y - bar / 2, width: Math.max(2, end - begin), height: bar, rx: unit * .25}));
          } else if (span.status === 'ready') {
            const begin = first ? x1 + half * .3 : x1, end = last ? x2 - half * .8 : x2;
            if (end > begin) into.append(svg('rect', {class: 'ready', x: begin, y: y - thin / 2, width: end - begin, height: thin}));
          } else if (span.status === 'unknown') {
            into.append(svg('rect', {class: 'unknown', x: x1, y: y - bar / 2, width: Math.max(0, x2 - x1), height: bar}));
          } else {
            const begin = first ? x1 + half : x1, end = last ? x2 - half * .7 : x2;
            if (end > begin) into.append(svg('line', {class: 'asleep', x1: begin, x2: end, y1: y, y2: y}));
          }
        }
        if (span.status === 'asleep' && span.why && span.from < hideAfter) {
          const begin = Math.max(X(span.from) + columnWidth * .6, left + 4), room = X(span.to) - columnWidth * .6 - begin;
          const letters = Math.floor(room / (unit * .42));
          if (letters >= 4) {
            const text = span.why.length > letters ? span.why.slice(0, letters - 1) + '\u2026' : span.why;
            side(span.from).append(svg('text', {class: 'why', x: begin, y: y - unit * .4}, text));
          }
        }
      }
    }

    // Causes.
    const chain = new Set(current >= 0 ? Wake.causes(events[current].n, events, at).map((e) => e.n) : []);
    for (let c = from; c <= Math.min(xs.length - 1, to + 80); c++) {
      const e = events[shown[c]];
      if (!e.c || c > hideAfter) continue;
      const i = at.get(e.c), source = i === undefined ? undefined : columnOf.get(i);
      if (source === undefined || source > to + 80) continue;
      const l1 = laneOfEvent(events[i]), l2 = laneOfEvent(e);
      const strong = chain.has(e.n) && chain.has(e.c);
      if (l1 === l2 && !strong) continue;
      const x1 = xs[source], x2 = xs[c], y1 = yOf(l1), y2 = yOf(l2), reach = unit * .62;
      let d;
      if (l1 === l2) {
        if (c - source < 1) continue;
        d = `M${x1} ${y1 + reach} C${x1 + 4} ${y1 + unit * 1.25} ${x2 - 4} ${y1 + unit * 1.25} ${x2} ${y1 + reach + 1}`;
      } else {
        const down = l2 > l1 ? 1 : -1, start = y1 + down * reach, end = y2 - down * (reach + 1), bend = Math.max(unit, Math.abs(end - start) * .5);
        d = `M${x1} ${start} C${x1} ${start + down * bend} ${x2} ${end - down * bend} ${x2} ${end}`;
      }
      side(c).append(svg('path', {class: 'arrow' + (strong ? ' chain' : ''), d, 'marker-end': 'url(#head)'}));
    }

    // Marks, the ruler, places to click.
    const marked = new Map(remarks.map((remark) => [remark.n, remark]));
    const ruler = svg('g', {});
    ruler.append(svg('rect', {class: 'cover', x: left, y: top, width, height: rulerHeight}));
    let rulerEnd = -Infinity;
    for (let c = from; c <= to; c++) {
      const e = events[shown[c]], l = laneOfEvent(e), x = xs[c], y = yOf(l), into = side(c);
      if (c > 0 && shown[c - 1] !== shown[c] - 1) {
        const text = `${(shown[c] - shown[c - 1] - 1).toLocaleString('en')} left out`, middle = (xs[c - 1] + x) / 2;
        into.append(svg('rect', {class: 'unknown', x: middle - columnWidth * 1.5, y: top + rulerHeight, width: columnWidth * 3, height: Math.max(0, Math.min(height - rulerHeight, lanes.length * rowHeight))}));
        ruler.append(svg('text', {class: 'ruler', x: middle - text.length * unit * .21, y: top + unit * 1.1}, text));
        rulerEnd = middle + text.length * unit * .21 + unit * .4;
      }
      const label = byTime ? Wake.time(hasVirtual && vts[c] !== null && vts[c] !== undefined ? vts[c] : e.t || 0) : String(e.n);
      const fresh = byTime ? c === 0 || c === now || label !== (c > 0 && Wake.time(hasVirtual && vts[c - 1] !== null && vts[c - 1] !== undefined ? vts[c - 1] : events[shown[c - 1]].t || 0)) : e.n % 5 === 0 || c === 0 || c === now;
      const room = label.length * unit * .42;
      if (fresh && c <= hideAfter && x - room / 2 > rulerEnd) {
        ruler.append(svg('text', {class: 'ruler', x: x - room / 2, y: top + unit * 1.1}, label));
        rulerEnd = x + room / 2 + unit * .4;
      }
      if (c > hideAfter) continue;
      const inside = replayRunning(l, c);
      if (e.e === 'poll+' || e.e === 'poll-') {
        const text = e.e === 'poll+' ? '' : {ready: '\u2713', threw: '!'}[e.is] || '';
        if (e.e === 'poll+' && columnOf.has(shown[c] + 1)) into.append(svg('text', {class: 'poll-word', x: x - columnWidth * .32, y: y + unit * .24}, 'poll'));
        if (text) {
          into.append(svg('circle', {class: 'mark', cx: x, cy: y, r: unit * .5}));
          const mark = svg('g', {class: e.is === 'threw' ? 'threw' : 'ended'});
          mark.append(svg('text', {class: 'letter', x, y: y + unit * .28}, text));
          into.append(mark);
        }
      } else {
        const mark = svg('g', {class: `${e.e}${inside ? ' inside' : ''}`});
        mark.append(svg('circle', {class: 'mark', cx: x, cy: y, r: unit * .5}));
        mark.append(svg('text', {class: 'letter', x, y: y + unit * .25}, letters[e.e] || '?'));
        into.append(mark);
      }
      if (c === now) g.append(svg('circle', {class: 'here', cx: x, cy: y, r: unit * .66}));
      if (marked.has(e.n)) g.append(svg('text', {class: 'remark', x, y: y + unit * 1.2}, '!'));
      const hit = svg('rect', {class: 'hit', x: x - columnWidth / 2, y: top, width: columnWidth, height, 'data-index': shown[c]});
      hit.append(svg('title', {}, `n ${e.n}: ${Wake.describe(e, events, at)}`));
      g.append(hit);
    }
    const hits = [...g.querySelectorAll('.hit')];
    g.append(ruler, ...hits);
    out.push(g);
    picture.replaceChildren(...out);
    drawNames(laneFrom, laneTo);
  }

  /** Is this lane's task being polled at this column? */
  const replayRunning = (l, c) => lanes[l].spans.some((span) => span.status === 'running' && span.from <= c && c <= span.to);

  function drawNames(from, to) {
    const nodes = [];
    const corner = make('div', {class: 'corner', style: `top:${$('scroll').scrollTop}px;height:${rulerHeight}px`}, byTime ? 'time' : 'event');
    for (let l = from; l <= to; l++) {
      const lane = lanes[l];
      const node = make('button', {'data-lane': l, 'aria-pressed': String(lane.k > 0 && lane.k === chosen), style: `top:${rulerHeight + l * rowHeight}px;height:${rowHeight}px`,
        title: lane.k > 0 ? `Choose task ${lane.k}` : lane.k < 0 ? 'A worker of the thread pool: when it polls, and when it sleeps' : 'The reactor and the thread that runs it', tabindex: -1}, lane.name);
      if (lane.sub) node.append(make('small', {}, lane.sub));
      nodes.push(node);
    }
    $('names').replaceChildren(...nodes, corner);
    $('names').style.height = $('space').style.height;
  }

  /** Scrolls so that the current event is in sight. */
  function follow() {
    const scroll = $('scroll'), c = columnOf.get(current);
    if (c === undefined) return void (current < 0 && (scroll.scrollLeft = 0));
    const x = xs[c], width = scroll.clientWidth - namesWidth, margin = Math.min(width * .3, columnWidth * 5);
    if (x < scroll.scrollLeft + margin) scroll.scrollLeft = x - margin;
    else if (x > scroll.scrollLeft + width - margin) scroll.scrollLeft = x - width + margin;
    const y = yOf(laneOfEvent(events[current]));
    if (y - rowHeight < scroll.scrollTop + rulerHeight) scroll.scrollTop = y - rowHeight - rulerHeight;
    else if (y + rowHeight > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = y + rowHeight - scroll.clientHeight;
  }

  // --- The panel ---------------------------------------------------------------------------------

  const jump = (n) => make('button', {class: 'link', 'data-n': n, title: `Go to event ${n}`}, `n ${n}`);
  const chip = (state, k) => make('button', {class: `tag ${state}`, 'data-task': k, title: `Choose task ${k}`}, `task ${k}`);
  const heading = (text, id) => make('h3', id ? {id, tabindex: -1} : {}, text);
  const capital = (text) => text[0].toUpperCase() + text.slice(1);

  function source(place) {
    const [file, line] = Wake.split(place), lines = sources[file];
    if (!lines) return null;
    const box = make('pre', {class: 'source', tabindex: 0, 'aria-label': `${place}`});
    const numbers = Object.keys(lines).map(Number).filter((n) => Math.abs(n - line) <= 4).sort((a, b) => a - b);
    const indent = Math.min(...numbers.filter((n) => lines[n].trim()).map((n) => /^ */.exec(lines[n])[0].length));
    for (const n of numbers) box.append(make('span', {class: n === +line ? 'at' : ''}, make('i', {}, String(n)), lines[n].slice(indent) || ' '));
    return box;
  }

  function panel() {
    const box = $('panel'), e = events[current], state = replay.state;
    if (guess) return void box.replaceChildren(...question());
    if (!events.length) return void box.replaceChildren(make('h2', {}, 'There is nothing to show.'));
    if (!e) {
      const tasks = lanes.length - firstTask;
      return void box.replaceChildren(make('h2', {}, 'Before the first event'),
        make('p', {class: 'meta'}, `${Wake.count(events.length, 'event', 'events')}, ${Wake.count(tasks, 'task', 'tasks')}. Step with the right arrow, or start with a guess: press p.`));
    }
    const nodes = [make('h2', {}, capital(Wake.describe(e, events, at)))];
    nodes.push(make('p', {class: 'meta'}, `n ${e.n}, ${e.th ? Wake.threadName(e.th, events) : 'thread ?'}, ${Wake.time(e.t || 0)} after the start${state.vt !== null && state.vt !== undefined ? `, virtual time ${Wake.time(state.vt)}` : ''}`));

    const chain = Wake.causes(e.n, events, at);
    if (chain.length > 1) {
      nodes.push(heading(e.k ? 'Why is it awake?' : 'Why?'));
      const list = make('ol', {class: 'chain'});
      chain.forEach((link) => list.append(make('li', {}, jump(link.n), ' ' + capital(Wake.describe(link, events, at)))));
      const first = chain[chain.length - 1];
      if (first.e === 'io' || first.e === 'timer') list.append(make('li', {class: 'meta'}, 'Here the world outside begins.'));
      nodes.push(list);
    }
    const k = chosen || e.k || (e.w && parents[e.w]) || 0, task = state.tasks[k];
    if (e.e === 'idle') {
      const waiting = Object.values(state.tasks).filter((other) => other.status === 'asleep');
      nodes.push(heading('Who could wake whom?', 'could'));
      const list = make('ul');
      for (const one of waiting.slice(0, 8)) list.append(make('li', {}, chip('asleep', one.k), ' ' + Wake.couldWake(one, state).join('; ')));
      if (waiting.length > 8) list.append(make('li', {class: 'meta'}, `and ${waiting.length - 8} more tasks`));
      if (waiting.length) nodes.push(list);
      else nodes.push(make('p', {class: 'meta'}, 'No task is asleep.'));
    } else if (task) {
      nodes.push(heading(`Who could wake task ${k} now?`, 'could'));
      const list = make('ul');
      for (const sentence of Wake.couldWake(task, state)) list.append(make('li', {}, capital(sentence)));
      nodes.push(list);
    }
    const of = (status) => Object.values(state.tasks).filter((other) => other.status === status).map((other) => other.k);
    const asleep = of('asleep'), running = of('running'), ready = Wake.readyOrder(state);
    nodes.push(heading('Now'));
    const line = (word, status, list) => {
      const node = make('p', {style: 'margin:.125rem 0'}, `${word} `);
      if (!list.length) node.append(make('span', {class: 'meta'}, 'none'));
      list.slice(0, 12).forEach((one) => node.append(chip(status, one)));
      if (list.length > 12) node.append(` and ${list.length - 12} more`);
      return node;
    };
    nodes.push(line('polled:', 'running', running), line('ready:', 'ready', ready), line('asleep:', 'asleep', asleep));

    const wait = task && task.waits.length ? task.waits[task.waits.length - 1] : null;
    const place = e.l || (wait && wait.l) || (task && task.place);
    const text = place && source(place);
    if (place) {
      nodes.push(heading(e.l && e.e === 'spawn' ? 'It is spawned here' : e.l || (wait && wait.l) ? 'It awaits here' : 'The task was spawned here'));
      nodes.push(make('p', {class: 'meta mono', style: 'font-size:.8125rem'}, place));
      if (text) nodes.push(text);
    }
    box.replaceChildren(...nodes);
  }

  // --- Predictions -------------------------------------------------------------------------------

  const decides = (e) => e.e === 'poll+' || e.e === 'idle';

  function ask() {
    let c = columnOf.has(current) ? columnOf.get(current) + 1 : 0;
    while (c < shown.length && !(decides(events[shown[c]]) && c > 0 && shown[c] === shown[c - 1] + 1)) c++;
    if (c >= shown.length) {
      guess = null;
      go(shown[shown.length - 1]);
      $('panel').prepend(make('p', {class: 'right'}, `That was the last one. You were right ${tally.right} times of ${tally.asked}.`));
      return;
    }
    guess = null;
    go(shown[c - 1]);
    const answer = shown[c], e = events[answer];
    const living = Object.values(replay.state.tasks).filter(Wake.alive).map((task) => task.k);
    const ready = Wake.readyOrder(replay.state);
    const near = new Set([...(e.k ? [e.k] : []), ...ready.slice(0, 6), ...living]);
    const choices = [...near].slice(0, 9).sort((a, b) => a - b);
    guess = {answer, right: e.e === 'idle' ? 0 : e.k, choices};
    update();
  }

  function question() {
    const nodes = [make('h2', {}, 'Who is polled next?'), make('p', {class: 'meta'}, `What follows n ${events[current].n} is hidden. ${tally.asked ? `Right so far: ${tally.right} of ${tally.asked}.` : 'Look at the lanes, and decide.'}`)];
    const box = make('div', {class: 'question'});
    guess.choices.forEach((k, i) => box.append(make('button', {'data-guess': k}, make('kbd', {}, String(i + 1)), ` task ${k}${lanes[laneOf.get(k)] && lanes[laneOf.get(k)].sub ? `: ${lanes[laneOf.get(k)].sub}` : ''}`)));
    box.append(make('button', {'data-guess': 0}, make('kbd', {}, '0'), ' no task: the thread goes to sleep'));
    nodes.push(box, make('p', {class: 'meta'}, 'Esc ends the questions.'));
    return nodes;
  }

  function reply(k) {
    const {answer, right} = guess;
    tally.asked++;
    if (k === right) tally.right++;
    guess = null;
    go(answer);
    const said = right ? `task ${right} is polled` : 'no task is polled; the thread goes to sleep';
    $('panel').prepend(make('p', {class: k === right ? 'right' : 'wrong'}, k === right ? `\u2713 Right: ${said}. (${tally.right} of ${tally.asked})` : `\u2717 Not so: ${said}. (${tally.right} of ${tally.asked})`),
      make('p', {}, make('button', {'data-do': 'predict'}, 'Next question ', make('kbd', {}, 'p'))));
  }

  // --- Moving ------------------------------------------------------------------------------------

  function go(index, quietly) {
    index = Math.max(-1, Math.min(events.length - 1, index));
    if (index >= 0 && !columnOf.has(index)) current = index, lay(index);
    current = index;
    replay.go(current + 1);
    if (!quietly) remember();
    update();
  }

  function remember() {
    const parts = [];
    if (current >= 0) parts.push(`n=${events[current].n}`);
    if (chosen) parts.push(`task=${chosen}`);
    if (document.body.classList.contains('embed')) parts.push('embed');
    try {
      history.replaceState(null, '', '#' + parts.join('&'));
    } catch (e) { /* inside a frame without an address */ }
  }

  function update() {
    follow();
    draw();
    panel();
    const e = events[current], here = $('where');
    here.replaceChildren();
    here.append('event ', make('b', {}, e ? e.n.toLocaleString('en') : '0'), ` of ${(events.length ? events[events.length - 1].n : 0).toLocaleString('en')}`);
    if (replay.state.vt !== null && replay.state.vt !== undefined) here.append(', virtual time ', make('b', {}, Wake.time(replay.state.vt)));
    $('predict').setAttribute('aria-pressed', !!guess);
    $('time').setAttribute('aria-pressed', byTime);
    $('play').textContent = playing ? 'Stop' : 'Play';
    for (const item of $('remarks').querySelectorAll('li')) item.classList.toggle('here', !!e && +item.dataset.at === e.n);
  }

  function step(by) {
    const c = columnOf.has(current) ? columnOf.get(current) : -1;
    const to = c + by;
    go(to < 0 ? -1 : shown[Math.min(to, shown.length - 1)]);
  }

  function stepTask(by) {
    const k = chosen || (events[current] && events[current].k);
    if (!k) return step(by);
    for (let i = current + by; i >= 0 && i < events.length; i += by) if (events[i].k === k) return go(i);
  }

  function choose(k) {
    if (k < 0) return;
    chosen = chosen === k ? 0 : k;
    lay(current);
    remember();
    update();
  }

  function stop() {
    if (playing) clearInterval(playing), playing = 0, update();
  }

  function find(text, from) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return;
    for (let turn = 1; turn <= events.length; turn++) {
      const i = (from + turn + events.length) % events.length, e = events[i];
      if (`n ${e.n} ${e.e} ${Wake.describe(e, events, at)} ${e.l || ''}`.toLowerCase().includes(wanted)) return go(i);
    }
    $('find').setCustomValidity('no such event');
  }

  function remark(by) {
    if (!remarks.length) return;
    const n = events[current] ? events[current].n : 0;
    const next = by > 0 ? remarks.find((one) => one.n > n) || remarks[0] : [...remarks].reverse().find((one) => one.n < n) || remarks[remarks.length - 1];
    go(at.get(next.n));
  }

  const actions = {
    first: () => go(-1),
    last: () => go(events.length - 1),
    back: (shift) => (shift ? stepTask(-1) : step(-1)),
    forward: (shift) => (shift ? stepTask(1) : step(1)),
    up: () => choose(lanes[Math.min(lanes.length - 1, Math.max(firstTask, (laneOf.get(chosen) || firstTask + 1) - 1))].k),
    down: () => choose(lanes[Math.min(lanes.length - 1, (chosen ? laneOf.get(chosen) : firstTask - 1) + 1)].k),
    why: () => events[current] && events[current].c && at.has(events[current].c) && go(at.get(events[current].c)),
    could: () => $('could') && ($('could').focus(), $('could').scrollIntoView({block: 'nearest'})),
    problem: (shift) => remark(shift ? -1 : 1),
    predict: () => (guess ? ((guess = null), update()) : ask()),
    time: () => ((byTime = !byTime), place(), update()),
    keys: () => $('keys').showModal(),
    find: () => $('find').focus(),
    play: () => {
      if (playing) return stop();
      guess = null;
      if (current >= events.length - 1) go(-1);
      playing = setInterval(() => (current >= events.length - 1 ? stop() : step(1)), 600);
      update();
    },
  };
  const keyed = {ArrowLeft: 'back', ArrowRight: 'forward', ArrowUp: 'up', ArrowDown: 'down', Home: 'first', End: 'last', ' ': 'play', w: 'why', c: 'could', n: 'problem', N: 'problem',
    p: 'predict', t: 'time', '?': 'keys', '/': 'find'};

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $('keys').open) return;
    const inField = event.target.tagName === 'INPUT';
    if (inField) {
      if (event.key === 'Enter') find(event.target.value, current), event.preventDefault();
      if (event.key === 'Escape') event.target.value = '', $('scroll').focus();
      return;
    }
    if (event.target.tagName === 'BUTTON' && (event.key === ' ' || event.key === 'Enter')) return;
    if (event.target.classList && event.target.classList.contains('source') && event.key.startsWith('Arrow')) return;
    if (guess && /^[0-9]$/.test(event.key)) {
      const k = event.key === '0' ? 0 : guess.choices[+event.key - 1];
      if (k !== undefined) reply(k), event.preventDefault();
      return;
    }
    if (event.key === 'Escape') return guess ? ((guess = null), update()) : stop();
    const name = keyed[event.key];
    if (!name) return;
    event.preventDefault();
    if (name !== 'play') stop();
    if (guess && !['predict', 'keys'].includes(name)) return;
    actions[name](event.shiftKey);
  });

  document.addEventListener('click', (event) => {
    const target = event.target.closest('[data-do],[data-n],[data-task],[data-guess],[data-lane],[data-index]');
    if (!target) return;
    const data = target.dataset;
    if (data.do) {
      if (data.do !== 'play') stop();
      if (guess && data.do !== 'keys') guess = null;
      actions[data.do](event.shiftKey);
    } else if (data.guess !== undefined) {
      reply(+data.guess);
    } else if (data.n) {
      go(at.get(+data.n));
    } else if (data.task) {
      choose(+data.task);
    } else if (data.lane !== undefined) {
      const k = lanes[data.lane].k;
      if (guess) (guess.choices.includes(k) || k === 0) && reply(k);
      else if (k > 0) choose(k);
    } else if (data.index !== undefined && !guess) {
      go(+data.index);
    }
    if (!document.contains(target)) $('scroll').focus({preventScroll: true});  // the panel was drawn anew
  });
  $('find').addEventListener('input', (event) => event.target.setCustomValidity(''));
  $('scroll').addEventListener('scroll', drawSoon, {passive: true});
  addEventListener('resize', () => (measure(), place(), update()));
  addEventListener('hashchange', fromAddress);

  // --- The rest of the page ------------------------------------------------------------------------

  function legend() {
    const box = $('legend'), small = (draw) => {
      const it = svg('svg', {width: 34, height: 20, viewBox: '0 0 34 20', 'aria-hidden': 'true'});
      draw(it);
      return it;
    };
    const add = (picture, text) => box.append(make('span', {}, picture, text));
    add(small((it) => it.append(svg('rect', {x: 2, y: 2, width: 30, height: 16, rx: 4, style: 'fill:var(--poll)'}))), 'being polled');
    add(small((it) => it.append(defs(), svg('rect', {x: 2, y: 5, width: 30, height: 10, style: 'fill:url(#hatch);stroke:var(--ready)'}))), 'ready, waits for its turn');
    add(small((it) => it.append(svg('line', {x1: 3, x2: 32, y1: 10, y2: 10, style: 'stroke:var(--asleep);stroke-width:2;stroke-dasharray:1 6;stroke-linecap:round'}))), 'asleep');
    for (const [letter, word] of words)
      add(small((it) => it.append(svg('circle', {cx: 17, cy: 10, r: 8, style: 'fill:var(--sheet);stroke:var(--soft)'}), svg('text', {x: 17, y: 14}, letter))), word);
  }

  function listRemarks() {
    const box = $('remarks');
    box.append(make('h2', {}, remarks.length ? `Remarks (${remarks.length})` : 'Remarks: none'));
    if (!remarks.length) return void box.append(make('p', {class: 'meta'}, 'No wake was lost, none was useless, no task spun or blocked another.'));
    const list = make('ol', {tabindex: 0, 'aria-label': 'Remarks'});
    for (const one of remarks.slice(0, 300))
      list.append(make('li', {'data-at': one.n}, make('span', {}, jump(one.n)), make('span', {class: `kind ${one.level}`}, Wake.lintWords[one.kind]), make('p', {}, one.text)));
    if (remarks.length > 300) list.append(make('li', {}, make('p', {}, `and ${remarks.length - 300} more`)));
    box.append(list);
  }

  /** On paper: one row an event, one column a lane if there are few. */
  function print() {
    const table = $('printed'), few = lanes.length - firstTask <= 8 ? lanes.slice(firstTask) : [], walk = new Wake.Replay(events, true);
    const glyph = {running: '\u2588', ready: '\u2592', asleep: '\u250a', unknown: '?'};
    const head = make('tr', {}, make('th', {}, 'n'), make('th', {}, hasVirtual ? 'virtual' : 'time'));
    for (const lane of few) head.append(make('th', {}, `${lane.k}`));
    head.append(make('th', {}, 'what happens'), make('th', {}, 'because of'));
    const body = make('tbody');
    for (const i of shown.slice(0, 2500)) {
      walk.go(i + 1);
      const e = events[i], row = make('tr', {}, make('td', {}, String(e.n)), make('td', {}, hasVirtual ? Wake.time(walk.state.vt || 0) : Wake.time(e.t || 0)));
      for (const lane of few) {
        const task = walk.state.tasks[lane.k];
        row.append(make('td', {class: 'lane'}, task ? glyph[task.status] || '' : ''));
      }
      row.append(make('td', {}, capital(Wake.describe(e, events, at))), make('td', {}, e.c ? `n ${e.c}` : ''));
      body.append(row);
    }
    table.replaceChildren(make('thead', {}, head), body);
  }
  addEventListener('beforeprint', print);

  function address() {
    const map = {};
    for (const part of location.hash.slice(1).split('&')) {
      const [key, value] = part.split('=');
      if (key) map[key] = value === undefined ? true : value;
    }
    return map;
  }

  function fromAddress() {
    const there = address();
    if (there.embed) document.body.classList.add('embed');
    chosen = +there.task || 0;
    const wanted = there.n === undefined ? undefined : at.get(+there.n);
    lay(wanted);
    if (!laneOf.has(chosen)) chosen = 0;
    go(wanted === undefined ? (there.n === undefined ? -1 : current) : wanted, true);
    if (there.time && !byTime) actions.time();
    if (there.predict && !guess) ask();
  }

  // --- #check: the page examines itself -------------------------------------------------------------

  function check() {
    const wrong = [], expect = (fine, what) => fine || wrong.push(what);
    const walk = new Wake.Replay(events), states = [], every = Math.max(1, Math.floor(events.length / 50));
    for (let i = 0; i <= events.length; i++) {
      if (i % every === 0) states.push([i, JSON.stringify(walk.state)]);
      walk.forward();
    }
    for (let i = events.length; i >= 0; i--) {
      const then = states.length && states[states.length - 1][0] === i ? states.pop()[1] : null;
      if (then !== null) expect(JSON.stringify(walk.state) === then, `the state after ${i} events differs on the way back`);
      walk.back();
    }
    if (trace.expect) {
      const got = remarks.map((one) => `${one.kind} ${one.k}`).join(', '), want = trace.expect.join(', ');
      expect(got === want, `remarks "${got}" instead of "${want}"`);
    }
    expect(performance.getEntriesByType('resource').length === 0, 'the page asked for something');

    const box = (node) => node.getBoundingClientRect();
    const overlap = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    expect(document.documentElement.scrollWidth <= innerWidth + 1, `the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);
    const buttons = [...document.querySelectorAll('.toolbar button, .toolbar input')];
    buttons.forEach((a, i) => {
      expect(box(a).height >= 24 && box(a).width >= 24, `the button ${a.textContent.trim()} is too small`);
      expect(a.scrollWidth <= a.clientWidth + 1, `the button ${a.textContent.trim()} is clipped`);
      for (const b of buttons.slice(i + 1)) expect(!overlap(box(a), box(b)), `${a.textContent.trim()} lies over ${b.textContent.trim()}`);
    });
    for (const id of ['scroll', 'panel', 'remarks', 'legend', 'title', 'where'])
      expect(box($(id)).left >= 0 && box($(id)).right <= innerWidth + 1, `#${id} reaches over the edge of the window`);
    expect(!overlap(box($('scroll')), box($('panel'))), 'the panel lies over the lanes');
    expect(!overlap(box($('scroll')), box($('remarks'))), 'the remarks lie over the lanes');
    let boxes = 0;
    if (events.length) {
      for (const i of [0, Math.floor(events.length / 2), events.length - 1]) {
        go(i, true);
        const names = [...$('names').querySelectorAll('button')].map(box), scroll = box($('scroll'));
        expect(names.length > 0, 'no lane is in sight');
        names.forEach((a, j) => {
          expect(a.height >= 16 && a.width >= 48, 'a lane is too small');
          if (j) expect(a.top >= names[j - 1].bottom - 1, 'two lanes overlap');
        });
        const here = $('lanes').querySelector('.here');
        expect(here && box(here).right <= scroll.right && box(here).left >= scroll.left + namesWidth - 1 && box(here).top >= scroll.top - 1 && box(here).bottom <= scroll.bottom + 1,
          `event n ${events[i].n} is not in sight`);
        boxes += names.length + $('lanes').querySelectorAll('.poll, .ready, .asleep, .mark').length;
        expect($('panel').textContent.includes(`n ${events[i].n}`), 'the panel does not say which event it is');
      }
      expect($('lanes').querySelectorAll('.poll, .ready, .asleep, .mark').length > 0, 'the lanes are empty');
      // What is not in sight is not drawn: so a trace of 100,000 events opens as a short one does.
      const drawn = $('lanes').querySelectorAll('*').length;
      expect(drawn < 2000, `${drawn} parts of the lanes are drawn`);
      if (events.length > shown.length) expect($('problems').textContent.includes(events.length.toLocaleString('en')), 'the page does not say that it leaves events out');
      print();
      expect($('printed').querySelectorAll('tbody tr').length === Math.min(2500, shown.length), 'the printed table is not whole');
    }
    const dark = checkColours(expect);
    checkKeys(expect);
    const verdict = $('verdict');
    verdict.hidden = false;
    verdict.textContent = wrong.length ? `check: FAILED\n${[...new Set(wrong)].slice(0, 20).join('\n')}` :
      `check: ok, ${Wake.count(events.length, 'event', 'events')}, ${Wake.count(lanes.length - firstTask, 'task', 'tasks')}, ${Wake.count(remarks.length, 'remark', 'remarks')}, ${boxes} boxes measured${dark ? ', dark' : ''}`;
    for (const problem of trace.problems) verdict.textContent += `\n${problem}`;
    verdict.dataset.ms = Math.round(performance.now() - started);
  }

  /** Whatever is written can be read on what lies behind it, on a light page and on a dark one. */
  function checkColours(expect) {
    const light = (colour) => {
      const [r, g, b] = colour.match(/[\d.]+/g).map((part) => part / 255).map((part) => (part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4));
      return .2126 * r + .7152 * g + .0722 * b;
    };
    const paper = (node) => {
      for (; node; node = node.parentElement) {
        const colour = getComputedStyle(node).backgroundColor;
        if (!/, 0\)$/.test(colour)) return colour;
      }
      return 'rgb(255, 255, 255)';
    };
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    expect(dark ? light(paper(document.body)) < .1 : light(paper(document.body)) > .8, `the page is not ${dark ? 'dark' : 'light'}`);
    for (const node of document.querySelectorAll('main *, header *, .toolbar *, #panel *, #remarks *, #legend *, #names *')) {
      if (node.ownerSVGElement || node.tagName === 'svg' || !node.offsetWidth || ![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
      const [a, b] = [light(getComputedStyle(node).color), light(paper(node))], ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
      expect(ratio >= 4.5, `"${node.textContent.trim().slice(0, 30)}" is hard to read: ${ratio.toFixed(1)}`);
    }
    return dark;
  }

  /** By keyboard alone: every key does what the list of keys says. */
  function checkKeys(expect) {
    const press = (key, shiftKey = false) => (document.activeElement || document.body).dispatchEvent(new KeyboardEvent('keydown', {key, shiftKey, bubbles: true, cancelable: true}));
    const is = (index, what) => expect(current === index, `${what}: event ${current} instead of ${index}`);
    $('scroll').focus();
    press('?');
    expect($('keys').open, '? opens no list of keys');
    $('keys').close();
    press('/');
    expect(document.activeElement === $('find'), '/ does not go to the search');
    press('Escape');
    expect(document.activeElement === $('scroll'), 'Escape does not leave the search');
    if (events.length < 5) return;
    const last = events.length - 1;
    press('Home'), is(-1, 'Home');
    press('ArrowRight'), is(shown[0], 'right');
    press('End'), is(last, 'End');
    press('ArrowLeft'), is(shown[shown.length - 2], 'left');
    expect(location.hash.includes(`n=${events[current].n}`), 'the address does not hold the place');
    const same = events[current].k;
    press('ArrowLeft', true);
    expect(!same || events[current].k === same, 'shift and left leaves the task');
    const woken = events.findIndex((e) => e.c && at.has(e.c));
    if (woken >= 0) go(woken), press('w'), is(at.get(events[woken].c), 'w');
    if (remarks.length) press('Home'), press('n'), is(at.get(remarks[0].n), 'n');
    const wide = $('space').style.width;
    press('t');
    expect(byTime && (shown.length < 3 || $('space').style.width !== wide), 't does not change the columns');
    press('t');
    press('ArrowDown');
    expect(chosen === lanes[firstTask].k && location.hash.includes('task='), 'down chooses no task');
    choose(chosen);
    press('Home'), press('p');
    if (guess) {
      const hidden = guess.answer, right = guess.right;
      expect($('panel').textContent.includes('Who is polled next?'), 'p asks nothing');
      expect(!$('lanes').querySelector(`.hit[data-index="${hidden}"]`), 'the answer can be seen');
      press(String(right === 0 ? 0 : guess.choices.indexOf(right) + 1));
      is(hidden, 'an answer');
      expect(tally.right === 1 && $('panel').textContent.includes('Right'), 'the right answer is not right');
      press('p'), press('Escape');
      expect(!guess, 'Escape does not end the questions');
    }
    press(' ');
    expect(playing !== 0, 'space does not play');
    press(' ');
    expect(playing === 0, 'space does not stop');
  }

  $('title').textContent = trace.title;
  document.title = `${trace.title}: watch the wake`;
  for (const problem of trace.problems) $('problems').append(make('p', {}, problem));
  if (events.length > 2500)
    $('problems').append(make('p', {}, `A long trace: the first 2,000 and the last 500 of its ${events.length.toLocaleString('en')} events are columns. Choose a task to see all of its own.`));
  const asked = address();
  measure();
  legend();
  fromAddress();
  $('scroll').focus({preventScroll: true});
  document.body.dataset.opened = Math.round(performance.now() - started);
  const remarkOn = () => {
    remarks = Wake.lints(events);
    listRemarks();
    update();
    if (asked.check) check();
  };
  if (events.length < 5000 || asked.check) remarkOn();
  else setTimeout(remarkOn);  // a long trace is there to be looked at first
})();
