export {
  accessTokenSchema,
  createAccessToken,
  deleteAccessToken,
  listAccessTokens,
  newAccessTokenSchema,
  tokenActionSchema,
} from './access-tokens.ts';
export { accountNamePattern, robotNamePattern } from './account-name.ts';
export { ApiError } from './api-error.ts';
export { type AuditEntryView, type AuditFilter, exportAudit, listAudit } from './audit.ts';
export { type ApiClient, createApiClient } from './client.ts';
export { type ApiContract, defineContract, takesIfMatch } from './contract.ts';
export { getDocsFile, getDocsPage, getOpenApi } from './description.ts';
export { listDevices, logOutAllDevices, logOutDevice } from './devices.ts';
export { type Explanation, explainAccess } from './explain.ts';
export {
  createFederationRule,
  deleteFederationRule,
  federationRuleSchema,
  listFederationRules,
} from './federation.ts';
export { createGrant, deleteGrant, grantSchema, listGrants } from './grants.ts';
export { deleteManifest, getManifest, listReferrers, type ManifestView } from './manifests.ts';
export { beginOidcLogin, finishOidcLogin } from './oidc.ts';
export {
  createOrganisation,
  deleteMember,
  deleteOrganisation,
  getNamespaceSettings,
  getOrganisation,
  leaveOrganisation,
  listMembers,
  listOrganisations,
  memberSchema,
  organisationSchema,
  putMember,
  updateNamespaceSettings,
} from './organisations.ts';
export { pageOf, pageQuery, queryList } from './page.ts';
export { problemBodySchema } from './problem-body.ts';
export { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts';
export {
  createRepository,
  deleteCategory,
  getRepository,
  listCategories,
  listNamespaceRepositories,
  putCategory,
  type RepositorySummaryView,
  type RepositoryView,
  readme,
  shortDescription,
  updateRepository,
} from './repositories.ts';
export {
  deleteRepository,
  getRepositoryVisibility,
  moveRepository,
  putRepositoryVisibility,
} from './repository-access.ts';
export {
  createRobot,
  createRobotToken,
  deleteRobot,
  deleteRobotToken,
  getRobot,
  listRobots,
  listRobotTokens,
  robotSchema,
  updateRobot,
} from './robots.ts';
export { deleteRole, listRoles, putRole, roleSchema } from './roles.ts';
export { rebuildSearch, type SearchHitView, searchRepositories } from './search.ts';
export {
  beginTwoFactor,
  confirmTwoFactor,
  disableTwoFactor,
  endAllSessions,
  endSession,
  getTwoFactor,
  listSessions,
  logIn,
  logOut,
  renewRecoveryCodes,
  resetTwoFactor,
} from './sessions.ts';
export { deleteStar, listStars, putStar } from './stars.ts';
export { getNamespaceStorage, getRegistryStorage, getRepositoryStorage } from './storage.ts';
export { deleteTag, getTag, listTags, type TagView } from './tags.ts';
export {
  createTeam,
  deleteTeam,
  deleteTeamMember,
  getTeam,
  listTeamMembers,
  listTeams,
  putTeamMember,
  teamMemberSchema,
  teamSchema,
  updateTeam,
} from './teams.ts';
export {
  createPasswordLink,
  createUser,
  deleteUser,
  getMe,
  getUser,
  listUsers,
  resetPassword,
  setPassword,
  setUp,
  updateUser,
  userSchema,
} from './users.ts';
