// What passes through the hub, both sides in one list: who called whom, for what, with what result.

import { $, clockToTheSecond, h, show } from './dom.js';

/** What a call to a platform is for, by its path. */
const CALLS = [
  [/\/messages$|Messages\.json$|messages:send$/, 'send'],
  [/\/message_attachments$|\/media$/, 'upload'],
  [/\/subscribed_apps$/, 'subscription'],
  [/\/me$/, 'whose token is it'],
  [/Typing\.json$/, 'typing'],
  [/\/Media\//, 'fetch a file'],
  [/\/message_templates$/, 'templates'],
  [/oauth2\/token$/, 'token'],
  [/\/webhooks/, 'webhook address'],
  [/\/contacts/, 'look up a person'],
];

export function render(channel, account) {
  const rows = [...webhooks(channel), ...calls(channel), ...desk(account), ...answers(account)]
    .toSorted((a, b) => a.at - b.at).slice(-80);
  const hint = { key: 'hint' };
  show($('traffic'), rows.length ? rows : [hint], (row) => row.key, (row) => row === hint
    ? h('li', { class: 'hint' }, 'Every webhook and every call shows here, with its answer.') : line(row));
}

const webhooks = (channel) => (channel?.webhooks ?? []).map((post, i) => ({
  key: `w${post.at}-${i}-${post.what}`, at: post.at, side: 'phone', way: `${channel.carrier} → hub`, what: post.what,
  status: post.status, error: post.status === null ? post.error ?? 'no answer' : null, took: post.duration_ms,
}));

const calls = (channel) => (channel?.calls ?? []).map((call, i) => ({
  key: `g${call.at}-${i}-${call.path}`, at: call.at, side: 'phone', way: `hub → ${channel.carrier}`, what: callName(channel, call), status: call.status,
}));

const desk = (account) => (account?.calls ?? []).map((call, i) => ({
  key: `d${call.at}-${i}-${call.path}`, at: call.at, side: 'desk', way: 'hub → desk', what: deskName(call), status: call.status,
}));

const answers = (account) => (account?.messages ?? []).filter((message) => !message.incoming).slice(-40).map((message, i) => ({
  key: `a${message.id}-${message.at}-${i}`, at: message.at, side: 'desk', way: 'desk → hub', what: message.attachment ? 'answer: file' : 'answer',
  status: message.answer?.status ?? null, error: message.answer && message.answer.status === null ? 'no answer' : null,
  took: message.answer?.duration_ms,
}));

function callName(channel, call) {
  const known = CALLS.find(([path]) => path.test(call.path));
  if (!known && ofMedia(channel, call)) return 'fetch a file';
  return known?.[1] ?? (channel.messenger ? 'look up a person' : 'look at the account');
}

/** At Meta a file lies beside the number and its account: only the id tells them apart. */
function ofMedia(channel, call) {
  const id = channel.carrier === 'Meta' ? call.path.match(/^v[\d.]+\/(\d+)$/)?.[1] : null;
  return Boolean(id) && !channel.credentials.some(([, value]) => value === id);
}

function deskName(call) {
  if (/\/(notify|receive)$/.test(call.path)) return 'message';
  if (call.path.includes('/attachments')) return call.method === 'POST' ? 'store a file' : 'fetch a file';
  return 'look at the account';
}

function line(row) {
  const text = row.status ?? (row.error ? 'none' : '…');
  const mark = row.status === null ? (row.error ? 'bad' : 'waiting') : row.status >= 200 && row.status < 300 ? '' : 'bad';
  const time = clockToTheSecond(row.at);
  return h('li', { 'data-side': row.side, title: row.error ?? null },
    h('span', {}, row.what),
    h('span', { class: 'result' }, (row.took ?? null) === null ? null : h('small', {}, `${row.took} ms`), h('span', { class: `status ${mark}` }, text)),
    h('span', { class: 'way' }, h('span', {}, row.way), h('span', {}, time)));
}
