// Counts the loads of this page that brought all of it, and reloads until there were ?times=N of
// them. Then it goes to done.html?good=N&bad=N: the test reads that in the access log.
'use strict';

function allIsThere() {
  const picture = document.getElementById('picture');
  const heading = document.querySelector('h1');
  return picture.naturalWidth === 64 && picture.naturalHeight === 48 &&
         getComputedStyle(heading).color === 'rgb(12, 34, 56)';
}

// A reload may be content with "304 Not Modified". This is not.
async function pictureComesAgain() {
  const answer = await fetch('picture.png', {cache: 'reload'});
  const body = await answer.arrayBuffer();
  return answer.status === 200 && body.byteLength === Number(answer.headers.get('Content-Length'));
}

window.addEventListener('load', async () => {
  const count = JSON.parse(sessionStorage.getItem('count')) ?? {good: 0, bad: 0};
  const good = allIsThere() && await pictureComesAgain().catch(() => false);
  ++count[good ? 'good' : 'bad'];
  sessionStorage.setItem('count', JSON.stringify(count));
  const times = Number(new URLSearchParams(location.search).get('times'));
  if (count.good + count.bad < times)
    location.reload();
  else
    location = `done.html?good=${count.good}&bad=${count.bad}`;
});
