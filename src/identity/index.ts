export { IdentityError, type IdentityErrorCode } from './identity-error.ts';
export { type HtpasswdFile, openHtpasswdFile } from './open-htpasswd-file.ts';
