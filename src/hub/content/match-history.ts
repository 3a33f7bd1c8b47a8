import type { Descriptor } from '../../oci/index.ts';
import type { HistoryEntry, ImageConfig } from './parse-image-config.ts';

export interface MatchedEntry extends HistoryEntry {
  readonly layer: Descriptor | undefined;
}

/**
 * Each step of the history with the layer that it made: the next one, unless it made none. Where their numbers do not
 * fit (some builders write a history of their own, or of the base image alone), a guess would name wrong commands.
 */
export function matchHistory(config: ImageConfig, layers: readonly Descriptor[]): MatchedEntry[] {
  const { history, isHistoryTruncated } = config;
  const made = history.filter((entry) => !entry.isEmptyLayer).length;
  const fits = isHistoryTruncated ? made <= layers.length : made === layers.length;
  let next = 0;
  return history.map((entry) => ({
    ...entry,
    layer: fits && !entry.isEmptyLayer ? layers[next++] : undefined,
  }));
}
