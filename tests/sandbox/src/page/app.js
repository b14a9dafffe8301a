// Follows the state of the sandbox and hands it to the panes. What is chosen lives here.

import { $, ask, options } from './dom.js';
import * as desk from './desk.js';
import * as faults from './faults.js';
import * as phone from './phone.js';
import * as traffic from './traffic.js';

export const chosen = { page: null, person: null, account: null, contact: null };
let state = { version: 0, pages: [], accounts: [] };

export const accountKey = (account) => `${account.server}/${account.id}`;

function choose() {
  chosen.page = options($('page'), state.pages.map((page) => [page.id, page.name]), chosen.page);
  const page = state.pages.find((page) => page.id === chosen.page) ?? null;
  const people = Object.values(page?.customers ?? {});
  const newest = people.toSorted((a, b) => (b.last_event_at ?? 0) - (a.last_event_at ?? 0))[0];
  const names = people.map((person) => [person.psid, `${person.first_name} ${person.last_name}`]);
  chosen.person = options($('person'), names, chosen.person ?? newest?.psid);
  const accounts = state.accounts.map((account) => [accountKey(account), `${account.name}, ${account.server} ${account.id}`]);
  chosen.account = options($('account'), accounts, chosen.account);
  return {
    page,
    person: page?.customers[chosen.person] ?? null,
    account: state.accounts.find((account) => accountKey(account) === chosen.account) ?? null,
  };
}

export function render() {
  const empty = state.pages.length === 0 && state.accounts.length === 0;
  $('empty').hidden = !empty;
  $('world').hidden = empty;
  const { page, person, account } = choose();
  faults.render(page, account);
  phone.render(page, person);
  desk.render(account);
  traffic.render(page, account);
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

for (const [id, name] of [['page', 'page'], ['person', 'person'], ['account', 'account']]) {
  $(id).addEventListener('change', () => {
    chosen[name] = $(id).value;
    if (name === 'page') chosen.person = null;
    if (name !== 'page') chosen.contact = null;
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
