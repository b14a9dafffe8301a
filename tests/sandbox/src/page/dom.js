// Small helpers: elements, lists that keep their nodes, requests, files, times.

export const $ = (id) => document.getElementById(id);

/** An element with properties and children; what is null or false is left out. */
export function h(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'class') node.className = value;
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Makes `list` show `items`. A node whose key and content stay is kept, so pictures do not flicker and focus stays. */
export function show(list, items, key, make) {
  const had = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const nodes = items.map((item) => {
    const content = JSON.stringify(item);
    const old = had.get(String(key(item)));
    if (old && old.content === content) return old;
    const node = make(item);
    node.dataset.key = key(item);
    node.content = content;
    return node;
  });
  const changed = nodes.length !== list.children.length || nodes.some((node, i) => node !== list.children[i]);
  if (!changed) return;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const grew = nodes.at(-1)?.dataset.key !== list.lastElementChild?.dataset.key;
  list.replaceChildren(...nodes);
  if (grew || atEnd) list.scrollTop = list.scrollHeight;
}

/** The options of a select: `[value, label]`, and those that have a third, the name of their group, under it. */
function optionNodes(choices) {
  const groups = new Map();
  return choices.flatMap(([value, label, name]) => {
    const option = h('option', { value }, label);
    if (!name) return [option];
    if (groups.has(name)) {
      groups.get(name).append(option);
      return [];
    }
    groups.set(name, h('optgroup', { label: name }, option));
    return [groups.get(name)];
  });
}

/** Fills a select and keeps what is chosen, if it is still there. Returns what is chosen then. */
export function options(select, choices, wanted) {
  const content = JSON.stringify(choices);
  if (select.content !== content) {
    select.replaceChildren(...optionNodes(choices));
    select.content = content;
  }
  const found = choices.find(([value]) => value === wanted) ?? choices[0];
  select.value = found ? found[0] : '';
  select.title = found ? found[1] : '';
  return found ? found[0] : null;
}

/** A request to the control API. What goes wrong is told on the page, and null is returned. */
export async function ask(method, path, body) {
  try {
    const answer = await fetch(`/control/${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const read = () => { try { return JSON.parse(text); } catch { return { message: text }; } };
    if (!answer.ok) throw new Error(read().message || `status ${answer.status}`);
    return text ? read() : {};
  } catch (error) {
    toast(error.message);
    return null;
  }
}

let fading;
export function toast(message) {
  $('toast').textContent = message;
  $('toast').hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { $('toast').hidden = true; }, 6000);
}

/** A file as the control API takes it. */
export function encoded(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({
      name: file.name,
      content_type: file.type || 'application/octet-stream',
      base64: reader.result.split(',')[1] ?? '',
    });
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** A form with a text area and a file input: Enter sends, Shift and Enter makes a new line. */
export function composer(form, textarea, files, send) {
  const count = () => {
    const number = files.files.length;
    if (number) files.parentElement.dataset.count = number;
    else delete files.parentElement.dataset.count;
  };
  files.addEventListener('change', count);
  textarea.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = textarea.value.trim();
    const chosen = [...files.files];
    if (!text && chosen.length === 0) return;
    textarea.value = '';
    files.value = '';
    count();
    textarea.focus();
    await send(text, await Promise.all(chosen.map(encoded)));
  });
}

for (const button of document.querySelectorAll('dialog [data-close]')) {
  button.addEventListener('click', () => button.closest('dialog').close(''));
}

/** Asks for a few texts in a dialog. Resolves to an object of them, or null. */
export function form(title, fields) {
  const dialog = $('ask-dialog');
  $('ask-title').textContent = title;
  $('ask-fields').replaceChildren(...fields.map(({ name, label, value = '', required = true, choices }) =>
    h('label', {}, label, choices
      ? h('select', { name }, choices.map(([choice, words]) => h('option', { value: choice }, words)))
      : h('input', { name, value, required, autocomplete: 'off' }))));
  return new Promise((resolve) => {
    dialog.returnValue = '';
    dialog.onclose = () => {
      const inputs = [...$('ask-fields').querySelectorAll('input, select')];
      resolve(dialog.returnValue === 'ok' ? Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()])) : null);
    };
    dialog.showModal();
  });
}

export const clock = (at) => new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
export const clockToTheSecond = (at) => new Date(at).toLocaleTimeString('en-GB');
export const initials = (name) => name.split(/\s+/).map((word) => word[0] ?? '').join('').slice(0, 2).toUpperCase();

/** A picture that has just got its height pushes the newest message out of sight: back to it. */
function keepEnd(event) {
  const list = event.target.closest('.bubbles');
  const below = list ? list.scrollHeight - list.scrollTop - list.clientHeight : 0;
  if (below <= event.target.clientHeight + 40) list.scrollTop = list.scrollHeight;
}

/** A file in a bubble. */
export function fileView(name, type, url, length) {
  if (type.startsWith('image/')) return h('img', { src: url, alt: name, title: name, onload: keepEnd });
  if (type.startsWith('audio/')) return h('audio', { src: url, controls: true, title: name });
  if (type.startsWith('video/')) return h('video', { src: url, controls: true, title: name });
  const size = length ? ` ${length < 10240 ? `${length} B` : `${Math.round(length / 1024)} KB`}` : '';
  const kind = name.includes('.') ? name.split('.').pop().slice(0, 4) : 'file';
  return h('a', { class: 'file', href: url, target: '_blank', rel: 'noopener' },
    h('span', { class: 'kind' }, kind), h('span', { class: 'name' }, name), h('small', {}, size));
}
