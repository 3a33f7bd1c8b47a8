export { ConfigurationError, type ConfigurationErrorCode } from './configuration-error.ts';
export { keys } from './keys.ts';
export type { Entry as ConfigurationEntry } from './list-entries.ts';
export { type Configuration, type ConfigurationSources, loadConfiguration } from './load-configuration.ts';
export { renderReference } from './render-reference.ts';
export type { AccountsSettings, ExternalTokenSettings, HttpSettings, Settings } from './settings.ts';
