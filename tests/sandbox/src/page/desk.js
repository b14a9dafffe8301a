// The agent's desk: interactions, the conversation, the contact card, and what the hub said to each answer.

import { accountKey, chosen, render as again } from './app.js';
import { $, ask, clock, composer, fileView, form, h, initials, show } from './dom.js';

let account = null;
let channel = null;
const call = (method, end, body) => ask(method, `accounts/${accountKey(account)}/${end}`, body);

export function setup() {
  composer($('answer'), $('answer-text'), $('answer-file'), async (text, files) => {
    const contact = current();
    if (!contact) return;
    // One text or one file per message: what is both goes as two, in order.
    if (text) await call('POST', 'replies', { contact: key(contact), text });
    for (const file of files) await call('POST', 'replies', { contact: key(contact), file });
  });
  $('write-first').addEventListener('click', async () => {
    const entered = await form('The agent writes first', [
      { name: 'contact', label: `Receiver, as in the contact field “${account.map_key}”` },
      { name: 'text', label: 'Message' },
    ]);
    if (entered && await call('POST', 'replies', entered)) chosen.contact = null;
  });
  $('connection').addEventListener('click', connection);
  $('connection-dialog').addEventListener('close', () => {
    if ($('connection-dialog').returnValue !== 'save') return;
    call('POST', 'settings', { reply_url: $('reply-url').value.trim() });
    const url = $('line-url').value.trim();
    if (url) ask('POST', `${channel.key}/webhook`, { url });
  });
}

const key = (contact) => contact.fields[account.map_key];
const nameOf = (contact) => [contact.fields.firstName, contact.fields.lastName].filter(Boolean).join(' ') || key(contact);

/** The contact whose conversation is shown: the one chosen, or the one of the newest message. */
function current() {
  const newest = account?.messages.at(-1)?.contact;
  return account?.contacts.find((contact) => contact.id === chosen.contact)
    ?? account?.contacts.find((contact) => contact.id === newest) ?? null;
}

export function render(shown, shownChannel) {
  account = shown;
  channel = shownChannel;
  const contact = current();
  const open = Boolean(account?.reply_url);
  $('no-reply-url').hidden = open || !account;
  for (const id of ['answer-text', 'answer-file']) $(id).disabled = !open || !contact;
  $('answer').querySelector('button').disabled = !open || !contact;
  $('write-first').disabled = !open;
  $('connection').disabled = !account;
  interactions(contact);
  conversation(contact);
  card(contact);
}

function interactions(contact) {
  const rows = (account?.contacts ?? []).map((person) => {
    const last = account.messages.findLast((message) => message.contact === person.id);
    const closed = account.interactions.every((interaction) => interaction.contact !== person.id || interaction.closed);
    return { id: person.id, name: nameOf(person), at: last?.at ?? 0, body: last?.body ?? '', closed, current: person.id === contact?.id };
  }).toSorted((a, b) => b.at - a.at);
  const hint = { id: 'hint' };
  show($('interactions'), rows.length ? rows : [hint], (row) => row.id, (row) => row === hint
    ? h('li', {}, h('p', {}, 'Interactions appear here as customers write.'))
    : h('li', { class: row.closed ? 'closed' : '' },
      h('button', { type: 'button', 'aria-current': String(row.current), onclick: () => { chosen.contact = row.id; again(); } },
        h('strong', {}, row.name), h('small', {}, row.closed ? 'closed' : clock(row.at)), h('span', {}, row.body))));
}

function conversation(contact) {
  const messages = (account?.messages ?? []).filter((message) => message.contact === contact?.id)
    .map((message, i) => ({ ...message, payload: null, key: `${message.id}-${i}`, file: account.files[message.attachment] ?? null }));
  const hint = { key: 'hint' };
  show($('desk-bubbles'), messages.length ? messages : [hint], (message) => message.key, (message) => message === hint
    ? h('li', { class: 'hint' }, 'Nothing to answer yet.') : bubble(message));
}

function bubble(message) {
  const url = `/control/files/${account.server}/${message.attachment}`;
  const content = message.file ? fileView(message.file.name, message.file.type, url) : message.body;
  const box = h('div', { class: 'bubble' }, content);
  if (message.incoming) {
    return h('li', { class: message.body.startsWith('[hub]') ? 'note' : '' }, box, h('div', { class: 'meta' }, clock(message.at)));
  }
  const said = message.answer;
  const ok = said && said.status >= 200 && said.status < 300;
  const failed = said && !ok;
  return h('li', { class: failed ? 'mine failed' : 'mine' }, box, h('div', { class: 'meta' }, verdict(message, said, ok)));
}

/** Below an answer: what the hub said to it, as an agent sees it. */
function verdict(message, said, ok) {
  if (!said) return `${clock(message.at)} · sending…`;
  if (ok) return `${clock(message.at)} · ${said.status === 202 ? `held: ${said.json?.message ?? 'until the customer writes'}` : '✓ sent'}`;
  if (said.status === null) return `Not sent: no answer from the hub (${said.error})`;
  const reason = said.json?.message ?? (said.text || 'no reason given');
  return `Not sent: ${reason} (${said.status}${said.json?.code ? `, ${said.json.code}` : ''})`;
}

function card(contact) {
  const box = $('contact');
  const closed = contact && account.interactions.every((interaction) => interaction.contact !== contact.id || interaction.closed);
  const content = JSON.stringify([contact, account?.map_key, closed]);
  if (box.content === content) return;
  box.content = content;
  if (!contact) return box.replaceChildren(h('small', {}, 'No contact chosen.'));
  const fields = Object.entries(contact.fields).filter(([name]) => !['firstName', 'lastName'].includes(name));
  box.replaceChildren(
    h('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(nameOf(contact))),
    h('h3', {}, nameOf(contact)),
    h('dl', {}, fields.map(([name, value]) => [
      h('dt', {}, name === account.map_key ? `${name} (map key)` : name),
      h('dd', { class: name === account.map_key ? 'key' : null }, value),
    ])),
    h('button', { type: 'button', disabled: closed, onclick: () => call('POST', 'close', { contact: key(contact) }) },
      closed ? 'Interaction closed' : 'Close interaction'));
}

function connection() {
  const facts = [
    ...(channel?.facts ?? []),
    ['Receive URL', account.receive_url], ['API base', account.api_url], ['API key', account.api_key], ['Map key', account.map_key],
  ];
  $('connection-facts').replaceChildren(...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
  $('reply-url').value = account.reply_url ?? '';
  $('line-url').value = channel?.by_hand ? channel.webhook_urls[0] ?? '' : '';
  $('line-url').parentElement.hidden = !channel?.by_hand;
  $('connection-dialog').returnValue = '';
  $('connection-dialog').showModal();
}
