import type { Scenario } from '../measure/types.ts';
import { blobGet } from './blob-get.ts';
import { blobPush } from './blob-push.ts';
import { manifest } from './manifest.ts';

export const scenarios: readonly Scenario[] = [manifest, blobGet, blobPush];
