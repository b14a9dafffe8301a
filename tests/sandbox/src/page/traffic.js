// What passes through the hub, both sides in one list: who called whom, for what, with what result.

import { $, clockToTheSecond, h, show } from './dom.js';

export function render(page, account) {
  $('page').token = page?.access_token;
  const rows = [...webhooks(page), ...graph(page), ...desk(account), ...answers(account)]
    .toSorted((a, b) => a.at - b.at).slice(-80);
  const hint = { key: 'hint' };
  show($('traffic'), rows.length ? rows : [hint], (row) => row.key, (row) => row === hint
    ? h('li', { class: 'hint' }, 'Every webhook and every call shows here, with its answer.') : line(row));
}

const webhooks = (page) => (page?.webhooks ?? []).map((post, i) => ({
  key: `w${post.at}-${i}-${post.kinds}`, at: post.at, side: 'phone', way: 'Facebook → hub', what: named(post.kinds),
  status: post.status, error: post.status === null ? post.error ?? 'no answer' : null, took: post.duration_ms,
}));

const graph = (page) => (page?.calls ?? []).map((call, i) => ({
  key: `g${call.at}-${i}-${call.path}`, at: call.at, side: 'phone', way: 'hub → Facebook', what: graphName(call), status: call.status,
}));

const desk = (account) => (account?.calls ?? []).map((call, i) => ({
  key: `d${call.at}-${i}-${call.path}`, at: call.at, side: 'desk', way: 'hub → desk', what: deskName(call), status: call.status,
}));

const answers = (account) => (account?.messages ?? []).filter((message) => !message.incoming).slice(-40).map((message, i) => ({
  key: `a${message.id}-${message.at}-${i}`, at: message.at, side: 'desk', way: 'desk → hub', what: message.attachment ? 'answer: file' : 'answer',
  status: message.answer?.status ?? null, error: message.answer && message.answer.status === null ? 'no answer' : null,
  took: message.answer?.duration_ms,
}));

const named = (kinds) => (kinds.length ? kinds.join(', ').replaceAll('_', ' ') : 'own entries');

function graphName(call) {
  if (call.path.endsWith('/messages')) return 'send';
  if (call.path.endsWith('/message_attachments')) return 'upload';
  if (call.path.endsWith('/subscribed_apps')) return 'subscription';
  return call.path.endsWith('/me') ? 'whose token is it' : 'look up a person';
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
    h('span', { class: 'result' }, row.took === undefined ? null : h('small', {}, `${row.took} ms`), h('span', { class: `status ${mark}` }, text)),
    h('span', { class: 'way' }, h('span', {}, row.way), h('span', {}, time)));
}
