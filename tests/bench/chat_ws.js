// A chat of twelve lines on the npm package ws, for chat_load.py to set ours beside: no names, no
// bounds, and whoever does not read fills the server's memory.
'use strict';
const {WebSocketServer, WebSocket} = require('ws');

const server = new WebSocketServer({port: 0, host: '127.0.0.1'}, () => console.log(`port ${server.address().port}`));
server.on('connection', (socket) => {
  socket.on('error', () => {});
  socket.on('message', (data) => {
    for (const each of server.clients) {
      if (each.readyState === WebSocket.OPEN) each.send(data, {binary: false});
    }
  });
});
