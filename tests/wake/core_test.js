// The tests of core.js, under node or in a browser (run.sh chooses): core_test(Wake, {name: text}) gives
// a sentence for each thing that is wrong. A fixture's header says which remarks its trace must have.
function core_test(Wake, fixtures) {
  'use strict';
  const wrong = [];
  const same = (got, want, what) => {
    if (JSON.stringify(got) !== JSON.stringify(want)) wrong.push(`${what}: got ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`);
  };
  const proved = new Set();

  for (const [name, text] of Object.entries(fixtures)) {
    const trace = Wake.read(text), header = JSON.parse(text.split('\n')[0]);
    same(Wake.lints(trace.events).map((one) => `${one.kind} ${one.k}`), trace.expect, `${name}, remarks`);
    same(trace.problems, header.problems || [], `${name}, what is wrong with its text`);
    for (const one of trace.expect) proved.add(one.split(' ')[0]);

    // Every state on the way back is the one on the way there.
    const replay = new Wake.Replay(trace.events), there = [JSON.stringify(replay.state)];
    while (replay.forward()) there.push(JSON.stringify(replay.state));
    for (let i = there.length - 1; i >= 0; i--) {
      same(JSON.stringify(replay.state), there[i], `${name}, the state after ${i} events, on the way back`);
      replay.back();
    }

    same([Object.keys(replay.state.tasks), Object.keys(replay.state.wakers), Object.keys(replay.state.queue)], [[], [], []], `${name}, what is left at the beginning`);

    const chrome = JSON.parse(Wake.chrome(trace)).traceEvents;
    const of = (ph) => chrome.filter((one) => one.ph === ph);
    same(of('X').filter((one) => one.cat === 'poll').length, trace.events.filter((e) => e.e === 'poll-').length, `${name}, a slice for each poll`);
    for (const one of [...of('s'), ...of('f')])  // Perfetto draws an arrow from slice to slice
      if (!of('X').some((slice) => slice.tid === one.tid && slice.ts <= one.ts && one.ts <= slice.ts + slice.dur)) wrong.push(`${name}: the arrow of n ${one.id} ends in no slice`);
    same(of('s').map((one) => one.id), of('f').map((one) => one.id), `${name}, both ends of each arrow`);
    if (chrome.some((one) => one.ph !== 'M' && typeof one.ts !== 'number')) wrong.push(`${name}: an exported event has no time`);
    const at = Wake.index(trace.events);
    for (const e of trace.events) if (/undefined|NaN|null/.test(Wake.describe(e, trace.events, at))) wrong.push(`${name}, n ${e.n}: ${Wake.describe(e, trace.events, at)}`);
  }
  same([...proved].sort(), Object.keys(Wake.lintWords).sort(), 'each remark is proved by a fixture');
  same(Object.keys(Wake.lintWords).filter((kind) => !Object.keys(fixtures).some((name) => name.startsWith(`${kind}_nearly`))), [], 'remarks without a fixture that nearly has them');

  // Who could wake it, and why is it awake: on the trace of chapter 04, part 4.
  const io = Wake.read(fixtures.io), at = Wake.index(io.events), replay = new Wake.Replay(io.events);
  const could = (n, k) => (replay.go(n), Wake.couldWake(replay.state.tasks[k], replay.state));
  same(could(11, 2), ['a timer, due at 100 ms', '1 copy of its waker is kept'], 'who could wake task 2 after n 11');
  same(could(11, 1), ['reading fd 4', '2 copies of its waker are kept'], 'who could wake task 1 after n 11');
  same(could(22, 1), ['It is in the ready queue: it needs no wake any more.'], 'who could wake task 1 after n 22');
  same(could(26, 1), ['Nothing: it has ended.'], 'who could wake task 1 at the end');
  same(Wake.causes(23, io.events, at).map((e) => e.e), ['poll+', 'wake', 'io'], 'why task 1 is awake at n 23');
  const lost = Wake.read(fixtures.lost), after = new Wake.Replay(lost.events);
  after.go(7);
  same(Wake.couldWake(after.state.tasks[1], after.state), ['Nothing any more: no copy of its waker is left, though it waits for a bell.'], 'who could wake a lost task');
  const children = Wake.read(fixtures.children), part = new Wake.Replay(children.events);
  part.go(7);
  same(Wake.couldWake(part.state.tasks[1], part.state),
    ['the first of several futures', 'its part, waker 2: a timer, due at 100 ms', '1 copy of its waker is kept'], 'a waker of a part belongs to the task that made it');

  // A part that was polled twice in one poll has said twice what it waits for: once is enough to know.
  const store = '"e":"store","k":1,"w":1,"why":"a timer","due":100';
  const twice = Wake.read(['{"v":1}', '{"n":1,"t":1,"th":1,"e":"poll+","k":1}', `{"n":2,"t":1,"th":1,${store}}`, `{"n":3,"t":1,"th":1,${store}}`,
    '{"n":4,"t":1,"th":1,"e":"poll-","k":1,"is":"pending"}', ''].join('\n'));
  const asked = new Wake.Replay(twice.events);
  asked.go(4);
  same(Wake.couldWake(asked.state.tasks[1], asked.state), ['a timer, due at 100 us'], 'a wait that is said twice');

  // A pool: its threads have names, its steals and sleeps are told, and a wait in the reactor lasts until its thread is up.
  const pool = Wake.read(fixtures.pool), told = (n) => Wake.describe(pool.events[n - 1], pool.events, Wake.index(pool.events));
  same([told(9), told(20), told(28)], ["worker 0 has nothing to do, and takes half of the queue of worker 1: task 3 comes first.",
    'worker 0 finds nothing to do, and sleeps.', 'worker 0 is up again.'], 'what a pool does');
  same(told(3), 'task 1 is spawned at main.cpp:15, by worker 0.', 'who spawns it');
  same(Wake.workers(pool.events), {1: 'worker 1', 2: 'worker 0'}, 'the threads of a pool');
  const two = new Wake.Replay(pool.events), parked = (n) => (two.go(n), [1, 2].map((th) => !!(two.state.threads[th] || {}).parked));
  same([parked(3), parked(5), parked(21), parked(25), parked(32)],
    [[true, false], [false, false], [false, true], [true, true], [false, false]], 'who sleeps');
  two.go(25);
  same(two.state.idle && two.state.idle.n, 21, 'the reactor has its thread while another one is busy');

  // A name: the spawn's own, else the function on its line.
  same(Wake.nameOf({l: 'a.cpp:3'}, {'a.cpp': {3: '  executor.spawn(Reader(line, reader));'}}), 'Reader', 'the name of a task');
  same(Wake.nameOf({l: 'a.cpp:3', name: 'mine'}, {'a.cpp': {3: '  spawn(Reader());'}}), 'mine', 'the given name of a task');
  same(Wake.nameOf({l: 'a.cpp:3'}, {'a.cpp': {3: '  spawn(std::move(future));'}}), '', 'no name of a task');
  same([0, 999, 1000, 1500, 100000, 2500000, 90000000, 93784000000].map(Wake.time),
    ['0 us', '999 us', '1 ms', '1.5 ms', '100 ms', '2.5 s', '1 min 30 s', '1 d 2 h'], 'times');

  // A long one: the first, the last, and every event of a chosen task.
  const many = ['{"v":1,"title":"long"}'];
  for (let n = 1; n <= 120000; n++) {
    const k = 1 + (n >> 1) % 50, e = n % 2 ? '"poll-","is":"pending"' : '"poll+"';
    many.push(`{"n":${n},"t":${n},"th":1,"e":${e},"k":${k}}`);
  }
  const long = Wake.read(many.join('\n') + '\n');
  same(long.events.length, 120000, 'a long trace is read');
  const shown = Wake.select(long.events);
  same([shown.length, shown[0], shown[1999], shown[2000], shown[2499]], [2500, 0, 1999, 119500, 119999], 'what is shown of a long trace');
  const mine = new Set(Wake.select(long.events, 7));
  same(long.events.every((e, i) => e.k !== 7 || mine.has(i)), true, 'every event of the chosen task');
  same(Wake.select(long.events, 0, 60000).includes(60000), true, 'the event that is asked for');
  same(Wake.read('').problems, ['There is no header line {"v":1,...}: is this a trace?', 'There are no events in this trace.'], 'an empty file');
  return wrong;
}

if (typeof module !== 'undefined') {
  const fs = require('fs'), path = require('path');
  const folder = path.join(__dirname, 'fixtures'), fixtures = {};
  for (const file of fs.readdirSync(folder)) fixtures[file.replace('.jsonl', '')] = fs.readFileSync(path.join(folder, file), 'utf8');
  const wrong = core_test(require('../support/wake/core.js'), fixtures);
  console.log(wrong.length ? wrong.join('\n') : `ok, ${Object.keys(fixtures).length} fixtures`);
  process.exitCode = wrong.length ? 1 : 0;
}
