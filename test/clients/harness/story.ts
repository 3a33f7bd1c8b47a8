import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScene, type Scene } from './scene.ts';
import { findUnmet, type Need } from './tools.ts';

/** Longer than nearly any story needs on two busy cores; a hang is reported, not waited for. */
const STORY_TIMEOUT_MS = 240_000;

/**
 * Registers a story as a test. Where the machine lacks what it needs, it is skipped and says what would install it, or
 * fails when LADING_REQUIRE_ALL=1.
 */
export function story(
  title: string,
  needs: readonly Need[],
  act: (scene: Scene) => Promise<void>,
  timeoutMs = STORY_TIMEOUT_MS,
): void {
  const unmet = findUnmet(needs);
  if (unmet === undefined) {
    test(title, { timeout: timeoutMs }, (context) => act(createScene(context)));
  } else if (process.env.LADING_REQUIRE_ALL === '1') {
    test(title, () => assert.fail(unmet));
  } else {
    test(title, { skip: `SKIP ${unmet}` });
  }
}
