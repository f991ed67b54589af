// A client made with the npm package ws, against our server, which sends back what it gets. Says
// "good" or what was wrong, and how the conversation was closed.
'use strict';
const WebSocket = require('ws');

const large = Buffer.alloc(200_000, 'x');
const socket = new WebSocket(process.argv[2]);
const wanted = ['plain', 'gr\u00fc\u00df \u{1f600}', '', large, 'in three pieces', Buffer.from([0, 255, 128])];
let got = 0, pong = null;

function fail(why) {
  console.log(why);
  process.exit(1);
}

socket.on('open', () => {
  for (const what of wanted) {
    if (what !== 'in three pieces') {
      socket.send(what);
      continue;
    }
    socket.send('in ', {fin: false});
    socket.ping('between');
    socket.send('three ', {fin: false});
    socket.send('pieces', {fin: true});
  }
});
socket.on('pong', (data) => { pong = String(data); });
socket.on('message', (data, isBinary) => {
  const what = wanted[got++];
  if (isBinary !== Buffer.isBuffer(what)) fail(`message ${got} is of the other kind`);
  if (!Buffer.from(what).equals(data)) fail(`message ${got} is another one`);
  if (got === wanted.length) socket.close(4001, 'that is all');
});
socket.on('error', (error) => fail(`error: ${error.message}`));
socket.on('close', (code) => {
  if (pong !== 'between') fail(`the pong: ${pong}`);
  console.log(`good, closed with ${code}`);
});
