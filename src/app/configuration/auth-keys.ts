import type { Key, SupportedKey } from './key.ts';
import { headerText, path } from './value-types.ts';

export const htpasswdPath: SupportedKey<string> = {
  status: 'supported',
  path: 'auth.htpasswd.path',
  type: path,
  doc: 'File of users and bcrypt hashes, as `htpasswd -B` and `lading htpasswd` write it.',
};

export const htpasswdRealm: SupportedKey<string> = {
  status: 'supported',
  path: 'auth.htpasswd.realm',
  type: headerText,
  doc: 'Name of the registry in the password question, for example `Registry Realm`.',
};

export const authKeys: readonly Key[] = [
  htpasswdPath,
  htpasswdRealm,
  {
    status: 'later',
    path: 'auth.token',
    isChoice: true,
    doc: 'Tokens of another service (`realm`, `service`, `issuer`, `rootcertbundle`, `jwks`, …).',
    instead: 'use auth.htpasswd',
  },
  {
    status: 'later',
    path: 'auth.silly',
    isChoice: true,
    doc: 'Lets everyone in who sends any credentials: for tests.',
    instead: 'use auth.htpasswd, or remove auth to let everyone in',
  },
];
