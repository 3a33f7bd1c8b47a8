export const mediaTypes = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  /** Known only to be refused. */
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  /** Known only to be refused. */
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const;

const imageTypes: readonly string[] = [mediaTypes.ociManifest, mediaTypes.dockerManifest];
const indexTypes: readonly string[] = [mediaTypes.ociIndex, mediaTypes.dockerManifestList];

/** Whether content of this type is stored as a manifest: an image or an index. */
export function isManifestMediaType(mediaType: string): boolean {
  return imageTypes.includes(mediaType) || isIndexMediaType(mediaType);
}

export function isIndexMediaType(mediaType: string): boolean {
  return indexTypes.includes(mediaType);
}
