export { registry2, registry3 } from './distribution.ts';
export { lading } from './lading.ts';
export { nginx } from './nginx.ts';
export { sink } from './sink.ts';
export { zot, zotMinimal } from './zot.ts';
