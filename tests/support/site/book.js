// The site's own script: colours in code, search, light and dark, the list of chapters on a narrow screen.
// Every page reads without it. Nothing is fetched but search.js, when the search is opened for the first time; it
// is a script and no JSON, so that it loads from a file, too.
'use strict';

const up = document.body.dataset.up;
const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

// ---- colours in code ----------------------------------------------------------------------------

const words = new Set(('alignas alignof auto bool break case catch char char8_t class concept const consteval ' +
  'constexpr constinit const_cast continue decltype default delete do double dynamic_cast else enum explicit export ' +
  'extern false final float for friend goto if inline int long mutable namespace new noexcept nullptr operator ' +
  'override private protected public reinterpret_cast requires return short signed sizeof static static_assert ' +
  'static_cast struct switch template this thread_local throw true try typedef typeid typename union unsigned using ' +
  'virtual void volatile while').split(' '));

// Each language: one expression; which of its groups matched says what the piece is.
const languages = {
  cpp: {
    pieces: /(\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(R"\((?:[\s\S]*?)\)"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'|(?<=#\s*include\s*)<[^>\n]+>)|(^[ \t]*#[ \t]*\w+)|(\b(?:0[xXbB][\da-fA-F']+|\d[\d']*(?:\.\d+)?(?:[eE][+-]?\d+)?)\w*)|([A-Za-z_]\w*)/gm,
    classes: (match) => {
      if (match[1]) return 'note';
      if (match[2]) return 'string';
      if (match[3]) return 'word';
      if (match[4]) return 'number';
      const word = match[5];
      if (word.startsWith('co_') && /^co_(await|return|yield)$/.test(word)) return 'await';
      if (words.has(word)) return 'word';
      if (/^[A-Z]\w*[a-z]/.test(word) && !/^k[A-Z]/.test(word)) return 'type';
      return match.input[match.index + word.length] === '(' ? 'call' : '';
    },
  },
  sh: {
    pieces: /((?<=^|\s)#[^\n]*)|("(?:\\.|[^"\\])*"|'[^']*')|(^\$ [^\n]*)/gm,
    classes: (match) => match[1] ? 'note' : match[2] ? 'string' : 'command',
  },
  cmake: {
    pieces: /(#[^\n]*)|("(?:\\.|[^"\\])*")|(^\s*\w+(?=\())/gm,
    classes: (match) => match[1] ? 'note' : match[2] ? 'string' : 'call',
  },
  diff: {
    pieces: /(^#[^\n]*|^@@[^\n]*)|(^\+[^\n]*)|(^-[^\n]*)/gm,
    classes: (match) => match[1] ? 'note' : match[2] ? 'string' : 'gone',
  },
  text: {pieces: /(^\$ [^\n]*)/gm, classes: () => 'command'},
};

function colour(code) {
  const language = languages[(/language-(\w+)/.exec(code.className) || [])[1]];
  if (!language) return;
  const links = new Map([...code.querySelectorAll('a')].map((a) => [a.textContent, a]));
  const text = code.textContent;
  const made = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(language.pieces)) {
    const kind = language.classes(match);
    if (!kind) continue;
    made.append(text.slice(done, match.index));
    const piece = element('span', {class: 't-' + kind});
    const link = links.get(match[0]);
    if (link) link.textContent = match[0];
    piece.append(link || match[0]);
    made.append(piece);
    done = match.index + match[0].length;
  }
  made.append(text.slice(done));
  code.replaceChildren(made);
}

// ---- light and dark -----------------------------------------------------------------------------

function is_dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

document.getElementById('theme').addEventListener('click', () => {
  const theme = is_dark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem('theme', theme); } catch { /* a browser that keeps nothing for files */ }
});

// ---- search -------------------------------------------------------------------------------------

const book = {
  index(pages, sections, sources) {
    Object.assign(this, {pages, sources});
    this.sections = sections.map(([page, anchor, title, text]) => (
      {page, anchor, title, text, low: text.toLowerCase(), head: (pages[page][1] + ' ' + title).toLowerCase()}));
    if (this.waiting) this.waiting();
  },
};
globalThis.book = book;

// A section is found when it has every word; its title counts most, then a word's beginning, then how often. What is
// for those who work on the book comes after the book.
function search(asked) {
  const terms = asked.toLowerCase().split(/\s+/).filter(Boolean);
  if (!terms.length) return [];
  const found = [];
  for (const section of book.sections) {
    let score = 0;
    for (const term of terms) {
      const times = section.low.split(term).length - 1;
      const in_head = section.head.includes(term);
      if (!times && !in_head) { score = 0; break; }
      const whole = new RegExp('(^|[^\\w])' + term.replace(/[^\w\s]/g, '\\$&')).test(section.low);
      score += (in_head ? 20 : 0) + (whole ? 4 : 0) + Math.min(times, 6);
    }
    if (score) found.push({section, score: score - (book.pages[section.page][0].startsWith('tests_') ? 40 : 0)});
  }
  found.sort((a, b) => b.score - a.score || a.section.page - b.section.page);
  const files = book.sources.filter((path) => terms.every((term) => path.toLowerCase().includes(term)));
  files.sort((a, b) => a.length - b.length);
  return [...found.slice(0, 24).map((one) => one.section), ...files.slice(0, 8)];
}

// Some words around the first place where a term stands, the terms marked.
function excerpt(section, asked) {
  const terms = asked.toLowerCase().split(/\s+/).filter(Boolean);
  const places = terms.map((term) => section.low.indexOf(term)).filter((at) => at >= 0);
  const at = Math.max(0, Math.min(...places, section.text.length) - 60);
  const from = at && section.text.indexOf(' ', at) + 1;
  const text = (from ? '… ' : '') + section.text.slice(from, from + 170);
  const any = new RegExp('(' + terms.map((term) => term.replace(/[^\w\s]/g, '\\$&')).join('|') + ')', 'gi');
  return text.split(any).map((piece, i) => i % 2 ? element('mark', {}, piece) : piece);
}

function show(asked, list) {
  const results = book.sections ? search(asked) : [];
  list.replaceChildren(...results.map((one) => {
    const link = typeof one === 'string'
      ? element('a', {href: up + 'src/' + one.replace(/(^|\/)\./g, '$1dot-') + '.html'}, element('small', {}, 'source'), one)
      : element('a', {href: up + book.pages[one.page][0] + (one.anchor ? '#' + one.anchor : '')},
        element('small', {}, book.pages[one.page][1]), one.title, document.createElement('br'),
        element('span', {}, ...excerpt(one, asked)));
    return element('li', {}, link);
  }));
  if (asked.trim() && book.sections && !results.length) {
    list.append(element('li', {class: 'none'}, 'Nothing in the book has all of these words.'));
  }
}

let dialog;
function open_search() {
  if (!dialog) {
    const input = element('input', {type: 'search', placeholder: 'Search the book', 'aria-label': 'Search the book', id: 'asked'});
    const list = element('ul', {id: 'found', 'aria-live': 'polite'});
    dialog = element('dialog', {'aria-label': 'Search'}, input, list);
    document.body.append(dialog);
    input.addEventListener('input', () => show(input.value, list));
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog || event.target.closest('a')) dialog.close();
    });
    // Down and up go through what was found, Enter takes the first.
    dialog.addEventListener('keydown', (event) => {
      const all = [input, ...list.querySelectorAll('a')];
      const at = all.indexOf(document.activeElement);
      const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
      if (step) {
        event.preventDefault();
        all[Math.min(Math.max(at + step, 0), all.length - 1)].focus();
      } else if (event.key === 'Enter' && at === 0 && all[1]) {
        all[1].click();
      }
    });
    book.waiting = () => show(input.value, list);
    document.body.append(element('script', {src: up + 'search.js'}));
  }
  dialog.showModal();
  dialog.querySelector('input').select();
}

document.getElementById('find').addEventListener('click', open_search);
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest && event.target.closest('input, textarea, [contenteditable]')) return;
  event.preventDefault();
  open_search();
});

// ---- the lists beside the text --------------------------------------------------------------------

const chapters = document.getElementById('chapters');
const menu = document.getElementById('menu');
if (chapters) {
  menu.addEventListener('click', () => menu.setAttribute('aria-expanded', chapters.classList.toggle('open')));
  const current = chapters.querySelector('[aria-current]');
  if (current && current.offsetTop > chapters.clientHeight) chapters.scrollTop = current.offsetTop - 200;
} else {
  menu.remove();
}

const contents = document.querySelector('details.contents');
if (contents) {
  if (matchMedia('(max-width: 84rem)').matches) contents.open = false;
  const by_id = new Map([...contents.querySelectorAll('a')].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  const headings = [...document.querySelectorAll('article h2, article h3')].filter((h) => by_id.has(h.id));
  let seen;
  const look = () => {
    const last = headings.filter((h) => h.getBoundingClientRect().top < 120).pop();
    const link = last && by_id.get(last.id);
    if (link === seen) return;
    if (seen) seen.classList.remove('seen');
    if (link) link.classList.add('seen');
    seen = link;
  };
  addEventListener('scroll', () => requestAnimationFrame(look), {passive: true});
  look();
}

// A heading in a folded answer is shown when a link leads to it.
function unfold() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let fold = target && target.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
}
addEventListener('hashchange', unfold);
unfold();

// A click on the number of a line gives the address of the line.
const lines = document.querySelector('.lines');
if (lines) lines.addEventListener('click', (event) => { if (event.target.id) location.hash = event.target.id; });

for (const code of document.querySelectorAll('pre code')) colour(code);
