/** How much work each scenario does: the real run, and one that only shows that everything works. */

export interface Sizes {
  readonly requestMs: number;
  readonly bigBlobBytes: number;
  /** 100 MB pushes one after the other; at once. */
  readonly serialPushes: number;
  readonly parallelPushes: number;
  readonly images: number;
  readonly imageClients: number;
  /** A slow peer ends here; its rate is of what it did. */
  readonly imagesDeadlineMs: number;
  readonly tags: number;
  readonly repositories: number;
  /** The part of these that zot's full build gets: it indexes each tag at its first start, some 7 ms each. */
  readonly fullZotShare: number;
  readonly adoptedRepositories: number;
  readonly listMs: number;
  readonly dockerLayers: number;
  readonly dockerLayerBytes: number;
  readonly mixedMs: number;
  readonly mixedClients: number;
  readonly mixedImages: number;
}

const full: Sizes = {
  requestMs: 1_000,
  bigBlobBytes: 100_000_000,
  serialPushes: 4,
  parallelPushes: 8,
  images: 1_000,
  imageClients: 8,
  imagesDeadlineMs: 8_000,
  tags: 100_000,
  repositories: 100_000,
  fullZotShare: 0.01,
  adoptedRepositories: 10_000,
  listMs: 1_500,
  dockerLayers: 12,
  dockerLayerBytes: 42_000_000,
  mixedMs: 120_000,
  mixedClients: 64,
  mixedImages: 100,
};

const smoke: Sizes = {
  requestMs: 200,
  bigBlobBytes: 2_000_000,
  serialPushes: 2,
  parallelPushes: 2,
  images: 10,
  imageClients: 2,
  imagesDeadlineMs: 3_000,
  tags: 300,
  repositories: 200,
  fullZotShare: 0.1,
  adoptedRepositories: 100,
  listMs: 200,
  dockerLayers: 3,
  dockerLayerBytes: 200_000,
  mixedMs: 3_000,
  mixedClients: 8,
  mixedImages: 5,
};

export function sizesFor(options: { readonly isSmoke: boolean; readonly isLong: boolean }): Sizes {
  if (options.isSmoke) return smoke;
  return options.isLong ? { ...full, mixedMs: 600_000 } : full;
}
