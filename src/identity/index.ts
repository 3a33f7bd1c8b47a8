export { hashPassword } from './hash-password.ts';
export { IdentityError, type IdentityErrorCode } from './identity-error.ts';
export { type HtpasswdFile, openHtpasswdFile } from './open-htpasswd-file.ts';
export { removeHtpasswdUser } from './remove-htpasswd-user.ts';
export { setHtpasswdUser } from './set-htpasswd-user.ts';
