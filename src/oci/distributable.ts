import type { Descriptor } from './descriptor.ts';

const prefixes = [
  'application/vnd.docker.image.rootfs.foreign.diff.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.',
];

/** False for layers that clients never push (base layers of Windows images): a manifest may name them unpushed. */
export function isDistributable(descriptor: Pick<Descriptor, 'mediaType'>): boolean {
  return !prefixes.some((prefix) => descriptor.mediaType.startsWith(prefix));
}
