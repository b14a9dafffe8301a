// Pages and WhatsApp lines in one shape: whatever a customer writes to, the panes show it alike.

const CARRIERS = { twilio: 'Twilio', sinch: 'Sinch', meta: 'Meta', kaleyra: 'Kaleyra' };

/** Everything that a customer can write to. The `key` is also its path in the control API. */
export const channels = (state) => [...state.pages.map(ofPage), ...state.lines.map(ofLine)];

/** The carriers whose lines can be added here. */
export const carriers = ['meta', 'twilio', 'sinch', 'kaleyra'].map((carrier) => [carrier, `WhatsApp through ${CARRIERS[carrier]}`]);

function ofPage(page) {
  return {
    key: `pages/${page.id}`,
    messenger: true,
    carrier: 'Facebook',
    name: page.name,
    group: 'Messenger',
    label: `Facebook · ${page.name}`,
    address: null,
    facts: [['Page', `${page.name} (${page.id})`], ['Page token', page.access_token]],
    fault: page.token === 'valid' ? page.faults[0] : 'expired',
    reacts: true,
    people: Object.values(page.customers).map((person) => ({
      ...person,
      id: person.psid,
      name: `${person.first_name} ${person.last_name}`,
      last_at: person.last_event_at,
      messages: person.messages.map((message) => ({
        ...message,
        key: message.mid,
        id: message.mid,
        from_business: message.from_page,
        ticks: message.read_at !== null ? 'read' : message.delivered_at !== null ? 'delivered' : 'sent',
      })),
    })),
    webhooks: page.webhooks.map((post) => ({ ...post, what: named(post.kinds) })),
    calls: page.calls,
  };
}

function ofLine(line) {
  const carrier = CARRIERS[line.carrier];
  const addresses = line.by_hand ? [] : line.webhook_urls.map((url) => ['Webhook', url]);
  return {
    ...line,
    key: `lines/${line.carrier}/${line.id}`,
    messenger: false,
    carrier,
    group: 'WhatsApp',
    // The carrier first: a long name is cut off at its end, and lines often share theirs.
    label: `${carrier} · ${line.name}`,
    // Where a carrier keeps no name, the number stands for it and need not be told twice.
    address: line.name === `+${line.number}` ? null : `+${line.number}`,
    facts: [['WhatsApp number', `+${line.number}`], ...line.credentials, ...addresses],
    fault: line.faults[0]?.replace(/^later_.*/, 'later'),
    people: line.customers.map((person) => ({
      ...person,
      last_at: person.last_message_at,
      messages: person.messages.map((message, i) => ({
        ...message,
        // Not every carrier gives each message an id.
        key: `${i}-${message.id}`,
        files: message.file ? [message.file] : [],
        ticks: message.read ? 'read' : 'delivered',
      })),
    })),
  };
}

const named = (kinds) => (kinds.length ? kinds.join(', ').replaceAll('_', ' ') : 'own entries');
