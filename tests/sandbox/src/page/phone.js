// The customer's phone: bubbles, files, ticks, reactions, and how long the business may still answer.

import { chosen, render as again } from './app.js';
import { carriers } from './channels.js';
import { $, ask, clock, composer, fileView, form, h, initials, show } from './dom.js';

const HOUR = 3600000;
let channel = null;
let person = null;
const act = (body) => ask('POST', `${channel.key}/customers/${person.id}`, body);

export function setup() {
  composer($('say'), $('say-text'), $('say-files'), (text, files) => act({ act: 'says', text, files }));
  $('reads').addEventListener('change', async () => {
    await act({ act: 'set', reads: $('reads').checked });
    if ($('reads').checked && channel.messenger) await act({ act: 'looks' });
  });
  $('blocked').addEventListener('change', () => act({ act: 'set', blocked: $('blocked').checked }));
  $('get-started').addEventListener('click', () => act({ act: 'taps_button', title: 'Get Started', payload: 'GET_STARTED' }));
  $('silent').addEventListener('click', () => act({ act: 'is_silent', hours: 25 }));
  $('place').addEventListener('click', sharePlace);
  $('new-person').addEventListener('click', newPerson);
  $('new-line').addEventListener('click', newLine);
}

async function sharePlace() {
  const place = await form('The customer shares a place', [
    { name: 'name', label: 'Name', value: 'Showroom' },
    { name: 'latitude', label: 'Degrees north', value: '45.4642' },
    { name: 'longitude', label: 'Degrees east', value: '9.19' },
  ]);
  if (place) await act({ act: 'shares_place', name: place.name, latitude: Number(place.latitude), longitude: Number(place.longitude) });
}

async function newPerson() {
  const fields = channel.messenger
    ? [{ name: 'first_name', label: 'First name', value: 'Livia' }, { name: 'last_name', label: 'Last name', value: 'Conti' }]
    : [{ name: 'name', label: 'Name', value: 'Livia Conti' }, { name: 'number', label: 'Number, in digits', value: '447700900456' }];
  const entered = await form('Somebody else writes', fields);
  const made = entered && await ask('POST', `${channel.key}/customers`, entered);
  if (!made) return;
  chosen.person = made.psid ?? made.id;
  again();
}

async function newLine() {
  const entered = await form('A WhatsApp number', [
    { name: 'carrier', label: 'Carrier', choices: carriers },
    { name: 'name', label: 'Name', value: 'Northwind Tiles' },
    { name: 'number', label: 'Number, in digits', value: '12025550199' },
  ]);
  const line = entered && await ask('POST', 'lines', entered);
  const made = line && await ask('POST', `lines/${line.carrier}/${line.id}/customers`, { name: 'Marta Neri' });
  if (!made) return;
  chosen.channel = `lines/${line.carrier}/${line.id}`;
  chosen.person = made.id;
  again();
}

export function render(shownChannel, shownPerson) {
  channel = shownChannel;
  person = shownPerson;
  $('channel-avatar').textContent = initials(channel?.name.replace(/^\+.*/, channel.carrier) ?? '?');
  windowLine();
  $('reads').checked = person?.reads ?? false;
  $('blocked').checked = person?.blocked ?? false;
  for (const id of ['say-text', 'reads', 'blocked', 'get-started', 'place', 'silent']) $(id).disabled = !person;
  $('new-person').disabled = !channel;
  $('get-started').hidden = !channel?.messenger;
  $('silent').title = channel?.messenger ?? true
    ? 'The time for free answers, 24 hours, ends' : `Only ${channel.carrier}’s clock of the conversation moves: the hub keeps its own`;
  $('place').hidden = !channel || channel.messenger;
  const messages = person?.messages ?? [];
  const hint = { key: 'hint' };
  show($('bubbles'), messages.length ? messages : [hint], (message) => message.key, (message) =>
    message === hint ? h('li', { class: 'hint' }, 'Write something: it goes to the hub as a webhook.') : bubble(message));
}

function windowLine() {
  const left = person?.last_at ? person.last_at + 24 * HOUR - Date.now() : null;
  const line = $('window');
  line.className = left !== null && left <= 0 ? 'closed' : '';
  const typing = person?.typing_seen ? ` · saw “typing” ${person.typing_seen}×` : '';
  if (left === null) line.textContent = 'not written to yet';
  else if (left > 0) line.textContent = `may answer for ${Math.floor(left / HOUR)} h ${Math.floor((left % HOUR) / 60000)} min${typing}`;
  else if (channel.messenger) line.textContent = 'the time for free answers is over';
  // The hub counts from the message that it took, and does not know of hours that are only made up here.
  else line.textContent = `over at ${channel.carrier}; the hub learns it when an answer fails with ${channel.window_refusal}`;
  // Apart from the name above: two numbers of one carrier may share that.
  if (channel?.address) line.prepend(h('span', {}, `WhatsApp ${channel.address}`));
}

function bubble(message) {
  const parts = message.files.map((file) => h('div', { class: 'bubble' }, fileView(file.name, file.content_type, file.url, file.length)));
  if (message.place) parts.push(placeView(message.place));
  if (message.template) parts.push(h('div', { class: 'bubble template' }, h('small', {}, `Template ${message.template}`), message.text));
  else if (message.text && message.text !== message.place?.name) {
    const text = h('div', { class: 'bubble' }, message.text);
    // WhatsApp shows a caption below its file, Messenger a text above its files.
    if (channel.messenger) parts.unshift(text);
    else parts.push(text);
  }
  const failed = !message.from_business && (message.hub_error || refused(message));
  return h('li', { class: message.from_business ? '' : `mine${failed ? ' failed' : ''}` },
    parts, message.from_business ? received(message) : sent(message));
}

const placeView = (place) => h('div', { class: 'bubble place' },
  h('strong', {}, place.name || 'A place'), h('small', {}, `${place.latitude}, ${place.longitude}`));

const taken = (message) => message.hub_status >= 200 && message.hub_status < 300;
const refused = (message) => message.hub_status !== null && !taken(message);

/** Below a message of the customer: whether the hub took it. */
function sent(message) {
  const edited = message.edits ? 'edited · ' : '';
  const heart = message.reaction ? `${message.reaction} ` : '';
  if (message.hub_error) return h('div', { class: 'meta' }, `Not heard by the hub: ${message.hub_error}`);
  if (refused(message)) return h('div', { class: 'meta' }, `The hub answered ${message.hub_status}`);
  const tick = taken(message) ? '✓' : '…';
  return h('div', { class: 'meta' }, `${heart}${edited}${clock(message.at)} `, h('span', { title: 'taken by the hub' }, tick));
}

/** Below a message of the business: when, whether delivered and read, and the heart. */
function received(message) {
  const { ticks, reaction } = message;
  return h('div', { class: 'meta' },
    clock(message.at),
    h('span', { class: `ticks${ticks === 'read' ? ' read' : ''}`, title: ticks, role: 'img', 'aria-label': ticks }, ticks === 'sent' ? '✓' : '✓✓'),
    message.tag && h('span', {}, message.tag),
    channel.reacts && h('button', { type: 'button', class: 'react', 'aria-label': 'Heart', 'aria-pressed': String(Boolean(reaction)), onclick: () => act(heart(message)) },
      reaction ?? '♡'));
}

/** Puts the heart on, or takes it off. */
function heart(message) {
  if (!channel.messenger) return { act: 'reacts', message: message.id, emoji: message.reaction ? null : '❤️' };
  if (message.reaction) return { act: 'takes_reaction_back', mid: message.id };
  return { act: 'reacts', mid: message.id, reaction: 'love', emoji: '❤️' };
}
