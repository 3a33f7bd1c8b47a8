import { ACCOUNT_PASSWORD } from '../../../src/testing/index.ts';

/**
 * What each route is to answer whom:
 * - `public`: anybody
 * - `optional`: anybody, but not with credentials that are worth nothing
 * - `everybody`: nobody without a login (401); who is logged in sees or does what is his own
 * - `registry`: 401 with a challenge for nobody, 401 or 403 DENIED for a stranger; `olga` is let in
 * - `hidden`: 401 for nobody, 404 for a stranger, the same as for what does not exist; the owner or the user is let in
 * - `docker-hub`: 404 for nobody and for a stranger, the same as for what does not exist; the owner is let in
 * - `told`: 401 for nobody, 403 for a stranger, the same whether it exists or not; the owner is let in
 * - `administrators`: 401 for nobody, 403 for everybody but `root`
 */
export type Expectation =
  | 'public'
  | 'optional'
  | 'everybody'
  | 'registry'
  | 'hidden'
  | 'docker-hub'
  | 'told'
  | 'administrators';

/** By hand: a route that is not here fails the test, and whoever adds it thinks about who may. */
export const expectations: Readonly<Record<Expectation, readonly string[]>> = {
  public: `base.redirect root v1.ping token.get token.post token.keys password-reset.create password.page
    password.page.style password.page.script setup.finish setup.page session.create
    openapi.get docs.get docs.file.get docker-hub.login docker-hub.token`.split(/\s+/),
  optional:
    `v1.search search.run category.list namespace.repository.list docker-hub.search docker-hub.repository.list`.split(
      /\s+/,
    ),
  everybody:
    'base me.get star.list organisation.list organisation.create access.explain session.delete'.split(' '),
  registry:
    `blob.get blob.delete upload.start upload.status upload.append upload.finish upload.cancel manifest.get
    manifest.put manifest.delete tags.list referrers.list`.split(/\s+/),
  hidden:
    `repository.get repository.update repository.star.put repository.star.delete repository.visibility.get repository.visibility.put
    repository.move repository.delete
    user.get user.update user.password.put user.session.list user.session.delete user.session.delete-all
    user.two-factor.get user.two-factor.begin user.two-factor.confirm user.two-factor.renew-recovery-codes
    user.two-factor.disable user.token.list user.token.create user.token.delete user.device.list user.device.delete
    user.device.delete-all
    organisation.robot.list organisation.robot.create organisation.robot.get organisation.robot.update
    organisation.robot.delete organisation.robot.token.list organisation.robot.token.create
    organisation.robot.token.delete organisation.get organisation.delete namespace.settings.get
    namespace.settings.update organisation.member.list organisation.member.put organisation.member.delete
    user.organisation.leave organisation.team.list organisation.team.create organisation.team.get
    organisation.team.update organisation.team.delete organisation.team.member.list organisation.team.member.put
    organisation.team.member.delete namespace.grant.list namespace.grant.create namespace.grant.delete
    namespace.role.list namespace.role.put namespace.role.delete repository.tag.list repository.tag.get
    repository.tag.delete repository.manifest.get repository.manifest.delete repository.referrer.list
    repository.storage.get namespace.storage.get organisation.federation-rule.list
    organisation.federation-rule.create organisation.federation-rule.delete
    docker-hub.repository.update`.split(/\s+/),
  'docker-hub': 'docker-hub.repository.get docker-hub.tag.list docker-hub.tag.get'.split(' '),
  told: 'repository.create audit.list audit.export'.split(' '),
  administrators: `catalog.list category.put category.delete search.rebuild user.list user.create user.delete
    user.password-link.create user.two-factor.reset storage.get`.split(/\s+/),
};

/** Of the right role, which is then to succeed; a route without one here sends none. */
export const bodies: Readonly<Record<string, (name: string) => object>> = {
  'repository.update': () => ({ description: 'New' }),
  'repository.visibility.put': () => ({ visibility: 'public' }),
  'repository.move': (name) => ({ to: `${name}/moved` }),
  'repository.create': (name) => ({ name: `${name}/made` }),
  'organisation.create': () => ({ name: 'newcomers' }),
  'user.create': () => ({ name: 'newcomer' }),
  'user.update': () => ({ display_name: 'Somebody' }),
  'user.password.put': () => ({
    current_password: ACCOUNT_PASSWORD,
    new_password: `${ACCOUNT_PASSWORD} staple`,
  }),
  'user.two-factor.begin': () => ({ password: ACCOUNT_PASSWORD }),
  'user.token.create': () => ({ name: 'another', actions: ['pull'] }),
  'organisation.robot.create': () => ({ name: 'other' }),
  'organisation.robot.update': () => ({ description: 'New' }),
  'organisation.robot.token.create': () => ({ name: 'another', actions: ['pull'] }),
  'namespace.settings.update': () => ({ default_visibility: 'public' }),
  'organisation.member.put': () => ({ role: 'writer' }),
  'organisation.team.create': () => ({ name: 'others' }),
  'organisation.team.update': () => ({ description: 'New' }),
  'namespace.grant.create': (name) => ({
    subject: { kind: 'team', name: 'devs' },
    role: 'reader',
    pattern: `${name}/**`,
  }),
  'organisation.federation-rule.create': (name) => ({
    name: 'jobs',
    issuer: 'https://token.actions.githubusercontent.com',
    audience: 'lading',
    claims: { sub: 'repo:acme/app:**' },
    actions: ['pull'],
    repositories: [`${name}/**`],
  }),
  'docker-hub.repository.update': () => ({ full_description: '# New' }),
  'namespace.role.put': () => ({ actions: ['repository:pull'] }),
  'category.put': () => ({ title: 'Webs' }),
};

/** The right role is let in, and then told that what it sent is not good (no code of an authenticator here). */
export const refusedForContent = [
  'user.two-factor.confirm',
  'user.two-factor.renew-recovery-codes',
  'user.two-factor.disable',
  // Somebody has the role.
  'namespace.role.delete',
  // It has a repository.
  'organisation.delete',
];
