/**
 * Names that no account may have, because they are first components of our paths, or will be, or would be taken for
 * somebody in authority. Short ones are for paths of other registries that clients try (`v1`, `v2`).
 */
const reservedNames = new Set(
  `about access access-tokens account accounts activity admin administrator administrators all anonymous api app
  apps assets audit auditlogs auth authorize billing blog browse catalog categories cli config console contact
  dashboard debug docs download downloads events everybody everyone explore extensions favicon.ico feed grants
  groups guest health healthz help home hooks hub images index invitations jobs jwks keys lading legal library
  livez login logout manifest manifests me metrics namespace namespaces new nobody none notifications null oauth
  oauth2 oidc official open openapi.json openid organisation organisations organization organizations orgs owner
  owners password plans policies policy pricing privacy profile public readyz referrers register registry
  repositories repository reset robot robots robots.txt roles root scan search security server service session
  sessions set-password settings setup sign-in sign-out sign-up signin signout signup sitemap.xml starred stars static
  statistics stats status storage support system tags team teams terms token tokens trust undefined upload uploads
  user users v1 v2 v3 webhooks well-known workload www`.split(/\s+/),
);

/** Whether `name` may not become a user's or an organisation's, and so no namespace. */
export function isReservedName(name: string): boolean {
  return reservedNames.has(name);
}
