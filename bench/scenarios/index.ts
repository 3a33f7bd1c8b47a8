import type { Scenario } from '../measure/types.ts';
import { accounts } from './accounts.ts';
import { auth } from './auth.ts';
import { blobGet } from './blob-get.ts';
import { blobPush } from './blob-push.ts';
import { docker } from './docker.ts';
import { durability } from './durability.ts';
import { images } from './images.ts';
import { lists } from './lists.ts';
import { manifest } from './manifest.ts';
import { mixed } from './mixed.ts';
import { start } from './start.ts';

/** In the order of the report. `start` before `lists`, which then finds the volume adopted. */
export const scenarios: readonly Scenario[] = [
  manifest,
  blobGet,
  blobPush,
  durability,
  images,
  docker,
  start,
  lists,
  auth,
  accounts,
  mixed,
];
