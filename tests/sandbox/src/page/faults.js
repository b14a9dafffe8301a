// The switches of the strip: what Facebook and the desk are told to get wrong, until it is lifted.

import { accountKey } from './app.js';
import { $, ask, h } from './dom.js';

const GRAPH = [
  ['works', 'Works', 'No fault'],
  ['expired', 'Token expired', 'Every call is refused with 190/463'],
  ['613', 'Rate limit', 'Sending is refused with 613'],
  ['1200', 'Failing', 'Sending fails for a while: 1200'],
  ['2', 'Down', 'Every call fails: 500 with code 2'],
  ['hang', 'Silent', 'Messages are taken and never answered'],
  ['drop_after', 'Answer lost', 'Messages are taken, then the connection is closed'],
];
const DESK = [
  ['works', 'Works', 'No fault'],
  ['503', '503', 'The server is down behind its proxy'],
  ['401', '401', 'The credentials are refused'],
  ['404', '404', 'The account or its list is gone'],
  ['hang', 'Silent', 'Messages are taken and never answered'],
  ['drop_after', 'Answer lost', 'Messages are taken, then the connection is closed'],
];
const EVERY_CALL = ['2', '503', '401', '404'];
let page = null;
let account = null;

export function setup() {
  fill($('graph-faults'), GRAPH, async (name) => {
    const path = `pages/${page.id}`;
    await ask('DELETE', `${path}/faults`);
    if (name === 'expired') await ask('POST', `${path}/settings`, { token: 'expired' });
    else if (name !== 'works') await ask('POST', `${path}/faults`, { fault: name, all: EVERY_CALL.includes(name) });
  });
  fill($('desk-faults'), DESK, async (name) => {
    const path = `accounts/${accountKey(account)}/faults`;
    await ask('DELETE', path);
    if (name !== 'works') await ask('POST', path, { fault: name, all: EVERY_CALL.includes(name) });
  });
}

function fill(fieldset, choices, change) {
  fieldset.append(...choices.map(([value, label, title]) => h('label', { title },
    h('input', { type: 'radio', name: fieldset.id, value, onchange: () => change(value) }), label)));
}

export function render(shownPage, shownAccount) {
  page = shownPage;
  account = shownAccount;
  mark($('graph-faults'), page, page && page.token !== 'valid' ? 'expired' : page?.faults[0]);
  mark($('desk-faults'), account, account?.faults[0]);
}

function mark(fieldset, owner, fault) {
  fieldset.disabled = !owner;
  for (const input of fieldset.querySelectorAll('input')) input.checked = input.value === (fault ?? 'works');
}
