// Shows openapi.json, the document beside this page. Everything is set as text, nothing as HTML.

const byId = (id) => document.getElementById(id);

/** An element with properties and children; strings are text. */
function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter((child) => child !== undefined && child !== ''));
  return element;
}

/** The little Markdown that descriptions have: paragraphs, lists, code. */
function prose(text) {
  const inline = (line) =>
    line.split(/(`[^`]*`)/).map((part) => (/^`.+`$/.test(part) ? make('code', {}, part.slice(1, -1)) : part));
  return text.split(/\n\n+/).map((block) => {
    const lines = block.split('\n');
    if (!lines.every((line) => line.startsWith('- '))) return make('p', {}, ...inline(block));
    return make('ul', {}, ...lines.map((line) => make('li', {}, ...inline(line.slice(2)))));
  });
}

function createSchemaText(api) {
  const resolve = (schema) => {
    const name = schema?.$ref?.split('/').at(-1);
    return name ? { name, ...api.components.schemas[name] } : (schema ?? {});
  };
  const typeOf = (schema) => {
    const found = resolve(schema);
    if (found.name) return found.name;
    if (found.const !== undefined) return JSON.stringify(found.const);
    if (found.enum) return found.enum.map((value) => JSON.stringify(value)).join(' | ');
    const any = found.anyOf ?? found.oneOf ?? found.allOf;
    if (any) return [...new Set(any.map(typeOf))].join(found.allOf ? ' & ' : ' | ');
    if (found.type === 'array') return `${typeOf(found.items)}[]`;
    return [found.type ?? 'any', found.format && `(${found.format})`].filter(Boolean).join(' ');
  };
  const limitsOf = (schema) => {
    const { default: preset, minimum, maximum, minLength, maxLength, pattern } = resolve(schema);
    return [
      preset !== undefined && `${JSON.stringify(preset)} when left out`,
      minimum !== undefined && `from ${minimum}`,
      maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && `up to ${maximum}`,
      minLength > 0 && `at least ${minLength} characters`,
      maxLength !== undefined && `at most ${maxLength} characters`,
      pattern !== undefined && `like ${pattern}`,
    ]
      .filter(Boolean)
      .join(', ');
  };
  /** A value that fits: the start of a body to send. */
  const sample = (schema, depth = 0) => {
    const found = resolve(schema);
    if (found.examples?.length) return found.examples[0];
    if (found.default !== undefined) return found.default;
    if (found.const !== undefined) return found.const;
    if (found.enum) return found.enum[0];
    const [first] = found.anyOf ?? found.oneOf ?? [];
    if (first && depth < 6) return sample(first, depth + 1);
    if (found.type === 'array') return [];
    if (found.type === 'object') {
      const wanted = Object.entries(found.properties ?? {}).filter(([name]) =>
        found.required?.includes(name),
      );
      return Object.fromEntries(
        wanted.map(([name, part]) => [name, depth < 6 ? sample(part, depth + 1) : null]),
      );
    }
    if (found.type === 'boolean') return false;
    return found.type === 'integer' || found.type === 'number' ? (found.minimum ?? 0) : '';
  };
  return { resolve, typeOf, limitsOf, sample };
}

function fieldsTable(caption, rows, text) {
  if (rows.length === 0) return undefined;
  const cells = ['Name', 'Type', 'Meaning'].map((title) => make('th', { scope: 'col' }, title));
  return make(
    'table',
    {},
    make('caption', { className: 'quiet' }, caption),
    make('thead', {}, make('tr', {}, ...cells)),
    make(
      'tbody',
      {},
      ...rows.map(({ name, schema, required, description }) =>
        make(
          'tr',
          {},
          make('th', { scope: 'row' }, make('code', {}, name), required ? ' (required)' : ''),
          make('td', {}, make('code', {}, text.typeOf(schema))),
          make(
            'td',
            {},
            [description ?? text.resolve(schema).description, text.limitsOf(schema)]
              .filter(Boolean)
              .join('; '),
          ),
        ),
      ),
    ),
  );
}

function schemaTable(caption, schema, text) {
  const found = text.resolve(schema);
  const inner = found.type === 'array' ? text.resolve(found.items) : found;
  const rows = Object.entries(inner.properties ?? {}).map(([name, part]) => ({
    name,
    schema: part,
    required: inner.required?.includes(name),
  }));
  if (rows.length > 0) return fieldsTable(caption, rows, text);
  return make('p', {}, `${caption}: `, make('code', {}, text.typeOf(schema)));
}

/** Fills the path's parameters; those that may hold slashes keep them. */
function targetOf(path, parameters, values) {
  let target = path;
  const query = new URLSearchParams();
  for (const { name, in: where } of parameters) {
    const value = values.get(name) ?? '';
    if (where === 'path') {
      const segments = value.split('/').map((part) => encodeURIComponent(part));
      if (segments.some((part) => part === '' || part === '.' || part === '..')) {
        throw new Error(`Fill in ${name}.`);
      }
      target = target.replace(`{${name}}`, segments.join('/'));
    } else if (where === 'query' && value !== '') query.append(name, value);
  }
  return query.size > 0 ? `${target}?${query}` : target;
}

function tryForm(operation, { method, path, text }) {
  const parameters = operation.parameters ?? [];
  const body = operation.requestBody?.content['application/json'].schema;
  const id = `try-${operation.operationId}`;
  const inputs = parameters.map(({ name, required }) => {
    const input = make('input', {
      id: `${id}-${name}`,
      name,
      required,
      autocomplete: 'off',
      spellcheck: false,
    });
    return make('p', {}, make('label', { htmlFor: input.id }, name, required ? ' (required)' : ''), input);
  });
  const area = body && make('textarea', { id: `${id}-body`, rows: 8, spellcheck: false });
  if (area) area.value = JSON.stringify(text.sample(body), null, 2);
  const output = make('pre', { hidden: true, tabIndex: 0 });
  output.setAttribute('role', 'status');
  output.setAttribute('aria-label', 'Answer');
  const form = make(
    'form',
    {},
    ...inputs,
    area ? make('p', {}, make('label', { htmlFor: area.id }, 'Body'), area) : undefined,
    make('button', { type: 'submit' }, `Send ${method}`),
    output,
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    output.hidden = false;
    output.textContent = 'Waiting for the answer…';
    try {
      output.textContent = await send({ form, method, path, parameters, body: area?.value });
    } catch (error) {
      output.textContent = `Not sent: ${error.message}`;
    }
  });
  return form;
}

/** What a browser's session must send along with a change. */
async function findCsrfToken(root) {
  const answer = await fetch(`${root}/api/v1/me`, { credentials: 'same-origin' });
  return answer.ok ? (await answer.json()).csrf_token : undefined;
}

async function send({ form, method, path, parameters, body }) {
  const values = new Map(new FormData(form));
  const token = byId('token').value.trim();
  const headers = new Headers({ Accept: 'application/json' });
  if (token !== '') headers.set('Authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  // The document's server, relative to the document: this page may be anywhere behind a proxy.
  const root = new URL('../..', new URL('openapi.json', document.baseURI)).href.replace(/\/$/, '');
  if (token === '' && method !== 'GET') {
    const csrf = await findCsrfToken(root);
    if (csrf !== undefined) headers.set('X-CSRF-Token', csrf);
  }
  for (const { name, in: where } of parameters) {
    const value = values.get(name);
    if (where === 'header' && value) headers.set(name, value);
  }
  const answer = await fetch(root + targetOf(path, parameters, values), {
    method,
    headers,
    body,
    credentials: token === '' ? 'same-origin' : 'omit',
    redirect: 'error',
  });
  const shown = ['content-type', 'etag', 'retry-after', 'ratelimit-remaining', 'x-request-id']
    .filter((name) => answer.headers.has(name))
    .map((name) => `${name}: ${answer.headers.get(name)}`);
  const content = await answer.text();
  let pretty = content;
  try {
    pretty = JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    // Not JSON: shown as it came.
  }
  return [`${answer.status} ${answer.statusText}`, ...shown, '', pretty].join('\n');
}

function operationElement(operation, { method, path, text }) {
  const details = make('details', { className: 'operation', id: operation.operationId });
  details.dataset.words = `${method} ${path} ${operation.operationId} ${operation.summary}`.toLowerCase();
  details.append(
    make(
      'summary',
      {},
      make('span', { className: `method ${method.toLowerCase()}` }, method),
      make('code', {}, path),
      make('span', { className: 'quiet' }, ` ${operation.summary}`),
    ),
  );
  // Made when it is opened: there are many.
  details.addEventListener('toggle', () => {
    if (!details.open || details.childElementCount > 1) return;
    const body = operation.requestBody?.content['application/json'].schema;
    const [status, success] = Object.entries(operation.responses)[0] ?? [];
    const [type, content] = Object.entries(success?.content ?? {})[0] ?? [];
    const answer = content && type === 'application/json';
    const parts = [
      ...prose(operation.description ?? ''),
      fieldsTable('Parameters', operation.parameters ?? [], text),
      body && schemaTable('Body', body, text),
      answer
        ? schemaTable(`Answer, ${status}`, content.schema, text)
        : make('p', {}, `Answer: ${[status, type].filter(Boolean).join(', ')}`),
      make('h4', {}, 'Try it'),
      tryForm(operation, { method, path, text }),
    ];
    details.append(make('div', {}, ...parts.filter(Boolean)));
  });
  return details;
}

function show(api) {
  byId('version').textContent = api.info.version;
  byId('introduction').append(...prose(api.info.description));
  const text = createSchemaText(api);
  const groups = new Map(api.tags.map(({ name }) => [name, []]));
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const element = operationElement(operation, { method: method.toUpperCase(), path, text });
      groups.get(operation.tags[0])?.push(element);
    }
  }
  for (const [name, elements] of groups) {
    const heading = make('h2', { id: `resource-${name}`, tabIndex: -1 }, name);
    byId('list').append(make('section', {}, heading, ...elements));
    byId('resources').append(make('li', {}, make('a', { href: `#resource-${name}` }, name)));
  }
  const filter = byId('filter');
  filter.addEventListener('input', () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const section of byId('list').children) {
      const operations = [...section.querySelectorAll('details.operation')];
      for (const one of operations) one.hidden = !words.every((word) => one.dataset.words.includes(word));
      section.hidden = operations.every((one) => one.hidden);
      found += operations.filter((one) => !one.hidden).length;
    }
    byId('status').textContent = words.length > 0 ? `${found} operations fit.` : '';
  });
  byId('status').textContent = '';
  const linked = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (linked instanceof HTMLDetailsElement) linked.open = true;
  if (linked) linked.scrollIntoView();
}

try {
  const answer = await fetch('openapi.json');
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  show(await answer.json());
} catch (error) {
  byId('status').textContent = `The description could not be loaded: ${error.message}`;
}
