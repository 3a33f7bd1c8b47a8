import { type Key, variableName } from './key.ts';
import { version } from './other-keys.ts';

/** docs/CONFIGURATION.md, from the table of keys. */
export function renderReference(keys: readonly Key[]): string {
  const supported = keys.filter((key) => key.status === 'supported');
  const later = keys.filter((key) => key.status === 'later');
  const ignored = keys.filter((key) => key.status === 'ignored');
  return `${introduction}
## Keys

| Key and variable | Value | Default | Meaning |
| --- | --- | --- | --- |
${supported
  .map((key) => {
    const initial = key.default === undefined ? '' : `\`${key.default}\``;
    return `| ${names(key)} | ${key.type.description} | ${initial} | ${key.doc}${key.secret ? ' Never shown.' : ''} |\n`;
  })
  .join('')}
## Known, not supported yet

Setting one of these, or anything below it, stops the start with a sentence. Empty values and \`false\` are fine, and so
are list entries with \`disabled: true\`; only storage drivers and authentication types may not even be named.

| Key and variable | Meaning | What to do |
| --- | --- | --- |
${later.map((key) => `| ${names(key)} | ${key.doc} | ${capitalised(key.instead)}. |\n`).join('')}
## Accepted, without effect

| Key and variable | Why |
| --- | --- |
${ignored.map((key) => `| ${names(key)} | ${key.doc}${key.warning ? ' Warns.' : ''} |\n`).join('')}`;
}

function names(key: Key): string {
  // The one key that variables cannot set.
  if (key === version) return `\`${key.path}\``;
  return `\`${key.path}\`<br>\`${variableName(key.path)}\``;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const introduction = `<!-- Written by scripts/generate-configuration-reference.ts from src/app/configuration: change it there. -->
# Configuration

Lading reads the configuration of \`registry:2\` and \`registry:3\`: the same YAML file, the same \`REGISTRY_*\` variables.
Nothing needs to be set. \`lading config\` shows what is in effect and where each value came from.

Later ones win: defaults, then the file (\`--config FILE\`, or the one that \`REGISTRY_CONFIGURATION_PATH\` names), then
variables, then \`--root\` and \`--addr\`. Everything that is wrong is reported at once, and nothing starts. A name that is
not known is ignored with a warning that gives the nearest one; an unknown storage driver or authentication type stops the
start.

\`\`\`yaml
version: 0.1
storage:
  filesystem:
    rootdirectory: /var/lib/registry
http:
  addr: :5000
  tls:
    certificate: /certs/domain.crt
    key: /certs/domain.key
auth:
  htpasswd:
    realm: Registry Realm
    path: /auth/htpasswd
\`\`\`

## Variables

- The name is \`REGISTRY_\` and the path of the key in capitals, joined by \`_\`. They are applied in the order of their
  names, so \`REGISTRY_HTTP\` can set the whole block and \`REGISTRY_HTTP_ADDR\` change one key of it.
- The value is YAML: \`true\`, \`10s\`, \`'["*"]'\`, or several lines. Put texts with special characters in quotes. An
  empty value takes the key back to its default.
- An entry of a list has its number: \`REGISTRY_HTTP_TLS_CLIENTCAS_0\`. The next free number appends.
- Below \`storage\`, \`auth\`, \`log.fields\` and \`http.headers\` a key is found without regard to case; a new one is written in
  lower case: \`REGISTRY_HTTP_HEADERS_Access-Control-Allow-Origin='["*"]'\`.
- \`REGISTRY_AUTH=htpasswd\` and \`REGISTRY_STORAGE=inmemory\` replace the whole section by that type without parameters.
- What Kubernetes sets for a Service called "registry" (\`REGISTRY_PORT\`, \`REGISTRY_SERVICE_HOST\`, …) is left alone.
  So is \`REGISTRY_AUTH_FILE\`, which is podman's and skopeo's own.

Durations are Go's: \`168h\`, \`1h30m\`, \`10s\`, \`500ms\`; a number without a unit counts nanoseconds.
`;
