// The switches of the strip: what the platform and the desk are told to get wrong, until it is lifted.

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
const CARRIER = [
  ['works', 'Works', 'No fault'],
  ['unauthorised', 'Key refused', 'Every call is refused with 401'],
  ['throttled', 'Rate limit', 'Sending is refused with 429'],
  ['down', 'Down', 'Every call fails: 5xx'],
  ['hang', 'Silent', 'Messages are taken and never answered'],
  ['drop_after', 'Answer lost', 'Messages are taken, then the connection is closed'],
  ['later', 'Next fails', 'The next message is taken, then fails by status: nobody there'],
  ['backwards', 'Backwards', 'Of every message the last status is told first'],
];
const DESK = [
  ['works', 'Works', 'No fault'],
  ['503', '503', 'The server is down behind its proxy'],
  ['401', '401', 'The credentials are refused'],
  ['404', '404', 'The account or its list is gone'],
  ['hang', 'Silent', 'Messages are taken and never answered'],
  ['drop_after', 'Answer lost', 'Messages are taken, then the connection is closed'],
];
const EVERY_CALL = ['2', '503', '401', '404', 'unauthorised', 'down'];
let channel = null;
let account = null;

export function setup() {
  fill($('desk-faults'), DESK, async (name) => {
    const path = `accounts/${accountKey(account)}/faults`;
    await ask('DELETE', path);
    if (name !== 'works') await ask('POST', path, { fault: name, all: EVERY_CALL.includes(name) });
  });
}

function fill(fieldset, choices, change) {
  fieldset.replaceChildren(fieldset.querySelector('legend'), ...choices.map(([value, label, title]) => h('label', { title },
    h('input', { type: 'radio', name: fieldset.id, value, onchange: () => change(value) }), label)));
}

async function failChannel(name) {
  await ask('DELETE', `${channel.key}/faults`);
  if (name === 'expired') await ask('POST', `${channel.key}/settings`, { token: 'expired' });
  else if (name !== 'works') await ask('POST', `${channel.key}/faults`, { fault: name, all: EVERY_CALL.includes(name) });
}

export function render(shownChannel, shownAccount) {
  channel = shownChannel;
  account = shownAccount;
  const fieldset = $('channel-faults');
  const carrier = channel?.carrier ?? 'Facebook';
  if (fieldset.carrier !== carrier) {
    fieldset.carrier = carrier;
    fieldset.querySelector('legend').textContent = carrier;
    fill(fieldset, carrier === 'Facebook' ? GRAPH : CARRIER, failChannel);
  }
  mark(fieldset, channel, channel?.fault);
  mark($('desk-faults'), account, account?.faults[0]);
}

function mark(fieldset, owner, fault) {
  fieldset.disabled = !owner;
  for (const input of fieldset.querySelectorAll('input')) input.checked = input.value === (fault ?? 'works');
}
