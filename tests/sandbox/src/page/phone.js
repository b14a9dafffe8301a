// The customer's phone: bubbles, files, ticks, reactions, and how long the page may still answer.

import { chosen } from './app.js';
import { $, ask, clock, composer, fileView, form, h, initials, show } from './dom.js';

const HOUR = 3600000;
const act = (body) => ask('POST', `pages/${chosen.page}/customers/${chosen.person}`, body);

export function setup() {
  composer($('say'), $('say-text'), $('say-files'), (text, files) => act({ act: 'says', text, files }));
  $('reads').addEventListener('change', async () => {
    await act({ act: 'set', reads: $('reads').checked });
    if ($('reads').checked) await act({ act: 'looks' });
  });
  $('blocked').addEventListener('change', () => act({ act: 'set', blocked: $('blocked').checked }));
  $('get-started').addEventListener('click', () => act({ act: 'taps_button', title: 'Get Started', payload: 'GET_STARTED' }));
  $('silent').addEventListener('click', () => act({ act: 'is_silent', hours: 25 }));
  $('new-person').addEventListener('click', async () => {
    const name = await form('Somebody else writes to the page', [
      { name: 'first_name', label: 'First name', value: 'Livia' },
      { name: 'last_name', label: 'Last name', value: 'Conti' },
    ]);
    const person = name && await ask('POST', `pages/${chosen.page}/customers`, name);
    if (person) chosen.person = person.psid;
  });
}

export function render(page, person) {
  $('page-avatar').textContent = initials(page?.name ?? '?');
  windowLine(person);
  $('reads').checked = person?.reads ?? false;
  $('blocked').checked = person?.blocked ?? false;
  for (const id of ['say-text', 'reads', 'blocked', 'get-started', 'silent']) $(id).disabled = !person;
  const messages = person?.messages ?? [];
  const hint = { mid: 'hint' };
  show($('bubbles'), messages.length ? messages : [hint], (message) => message.mid, (message) =>
    message === hint ? h('li', { class: 'hint' }, 'Write something: it goes to the hub as a signed webhook.') : bubble(message));
}

function windowLine(person) {
  const left = person?.last_event_at ? person.last_event_at + 24 * HOUR - Date.now() : null;
  const line = $('window');
  line.className = left !== null && left <= 0 ? 'closed' : '';
  if (left === null) line.textContent = 'not written to yet';
  else if (left <= 0) line.textContent = 'the time for free answers is over';
  else line.textContent = `may answer for ${Math.floor(left / HOUR)} h ${Math.floor((left % HOUR) / 60000)} min`;
}

function bubble(message) {
  const parts = message.files.map((file) => h('div', { class: 'bubble' }, fileView(file.name, file.content_type, file.url, file.length)));
  if (message.text) parts.unshift(h('div', { class: 'bubble' }, message.text));
  const unheard = !message.from_page && message.hub_error;
  return h('li', { class: message.from_page ? '' : `mine${unheard || refused(message) ? ' failed' : ''}` },
    parts, message.from_page ? received(message) : sent(message));
}

const refused = (message) => message.hub_status !== null && message.hub_status !== 200;

/** Below a message of the customer: whether the hub took it. */
function sent(message) {
  const edited = message.edits ? 'edited · ' : '';
  const heart = message.reaction ? `${message.reaction} ` : '';
  if (message.hub_error) return h('div', { class: 'meta' }, `Not heard by the hub: ${message.hub_error}`);
  if (refused(message)) return h('div', { class: 'meta' }, `The hub answered ${message.hub_status}`);
  const tick = message.hub_status === 200 ? '✓' : '…';
  return h('div', { class: 'meta' }, `${heart}${edited}${clock(message.at)} `, h('span', { title: 'taken by the hub' }, tick));
}

/** Below a message of the page: when, whether delivered and read, and the heart. */
function received(message) {
  const read = message.read_at !== null;
  const ticks = message.delivered_at === null && !read ? '✓' : '✓✓';
  const title = read ? 'read' : ticks === '✓' ? 'sent' : 'delivered';
  const toggle = () => act(message.reaction
    ? { act: 'takes_reaction_back', mid: message.mid }
    : { act: 'reacts', mid: message.mid, reaction: 'love', emoji: '❤️' });
  return h('div', { class: 'meta' },
    clock(message.at),
    h('span', { class: `ticks${read ? ' read' : ''}`, title, role: 'img', 'aria-label': title }, ticks),
    message.tag && h('span', {}, message.tag),
    h('button', { type: 'button', class: 'react', 'aria-label': 'Heart', 'aria-pressed': String(Boolean(message.reaction)), onclick: toggle },
      message.reaction ?? '♡'));
}
