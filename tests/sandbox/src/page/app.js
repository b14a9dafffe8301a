// Follows the state of the sandbox and hands it to the panes. What is chosen lives here.

import { channels } from './channels.js';
import { $, ask, options } from './dom.js';
import * as desk from './desk.js';
import * as faults from './faults.js';
import * as phone from './phone.js';
import * as traffic from './traffic.js';

export const chosen = { channel: null, person: null, account: null, contact: null };
let state = { version: 0, pages: [], lines: [], accounts: [] };

export const accountKey = (account) => `${account.server}/${account.id}`;

function choose() {
  const all = channels(state);
  const key = options($('channel'), all.map((channel) => [channel.key, channel.label, channel.group]), chosen.channel);
  const channel = all.find((channel) => channel.key === key) ?? null;
  const people = channel?.people ?? [];
  const newest = people.toSorted((a, b) => (b.last_at ?? 0) - (a.last_at ?? 0))[0];
  const id = options($('person'), people.map((person) => [person.id, person.name]), chosen.person ?? newest?.id);
  // What was just made and is not in the state yet stays chosen.
  chosen.channel ??= key;
  chosen.person ??= id;
  const accounts = state.accounts.map((account) => [accountKey(account), `${account.name}, ${account.server} ${account.id}`]);
  chosen.account = options($('account'), accounts, chosen.account);
  return {
    channel,
    person: people.find((person) => person.id === id) ?? null,
    account: state.accounts.find((account) => accountKey(account) === chosen.account) ?? null,
  };
}

export function render() {
  const empty = [state.pages, state.lines, state.accounts].every((list) => list.length === 0);
  $('empty').hidden = !empty;
  $('world').hidden = empty;
  const { channel, person, account } = choose();
  faults.render(channel, account);
  phone.render(channel, person);
  desk.render(account, channel);
  traffic.render(channel, account);
}

async function follow() {
  for (;;) {
    try {
      const answer = await fetch(`/control/state?after=${state.version}`);
      state = await answer.json();
      $('live').dataset.on = 'yes';
      $('live').textContent = 'live';
      render();
    } catch (error) {
      if (!(error instanceof TypeError)) console.error(error);
      $('live').dataset.on = 'no';
      $('live').textContent = 'connection lost';
      state.version = 0;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

for (const id of ['channel', 'person', 'account']) {
  $(id).addEventListener('change', () => {
    chosen[id] = $(id).value;
    if (id === 'channel') chosen.person = null;
    else chosen.contact = null;
    render();
  });
}
$('make').addEventListener('click', async () => {
  const page = await ask('POST', 'pages', { name: 'Northwind Tiles' });
  await ask('POST', `pages/${page.id}/customers`, { first_name: 'Ingrid', last_name: 'Dahl' });
  await ask('POST', 'accounts', { server: 'demo' });
});

phone.setup();
desk.setup();
faults.setup();
// A window closes by the passing of time, which is no change of state.
setInterval(render, 30000);
follow();
