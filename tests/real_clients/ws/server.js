// A server made with the npm package ws, for our client. It says its port, sends ten messages with
// pings between them, wants all of them back and each ping answered, and closes.
'use strict';
const {WebSocketServer} = require('ws');

const server = new WebSocketServer({port: 0, host: '127.0.0.1'}, () => console.log(`port ${server.address().port}`));
server.on('connection', (socket, request) => {
  const wanted = [];
  let got = 0, pongs = 0;
  socket.on('pong', () => { ++pongs; });
  socket.on('message', (data, isBinary) => {
    const what = wanted[got++];
    const same = isBinary === Buffer.isBuffer(what) && Buffer.from(what).equals(data);
    if (!same) console.log(`message ${got} came back as another one`);
    if (got === 10) socket.close(1000, 'that is all');
  });
  socket.on('close', (code) => {
    // Of several pings the latest has to be answered.
    console.log(`${request.url} got ${got}, ${pongs > 0 ? 'pongs' : 'no pong'}, closed with ${code}`);
    server.close();
  });
  for (let i = 0; i < 10; ++i) {
    const what = i % 2 ? Buffer.alloc(7_000 * i, i) : `line ${i}, gr\u00fc\u00df`;
    wanted.push(what);
    socket.send(what);
    socket.ping(`${i}`);
  }
});
