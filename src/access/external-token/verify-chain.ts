import { type KeyObject, X509Certificate } from 'node:crypto';

/** Longer chains are not used for this, and each certificate costs a signature check. */
const MAX_CERTIFICATES = 5;

/**
 * The key of the first certificate in an `x5c` header (RFC 7515 §4.1.6) when it is one of `trusted`, or was issued by
 * one through the others of the header. All dates count. Undefined when not. What is not looked at, for want of it in
 * Node: path lengths and name constraints, which an authority in the operator's own bundle would have to misuse.
 */
export function findChainKey(options: {
  readonly x5c: unknown;
  readonly trusted: readonly X509Certificate[];
  readonly now: number;
}): KeyObject | undefined {
  const { x5c, trusted, now } = options;
  const [leaf, ...others] = parseChain(x5c);
  if (!leaf || !isCurrent(leaf)) return undefined;
  const isTrusted = leadsToTrust(leaf, others);
  return isTrusted ? leaf.publicKey : undefined;

  function leadsToTrust(certificate: X509Certificate, intermediates: readonly X509Certificate[]): boolean {
    if (trusted.some((known) => known.raw.equals(certificate.raw))) return true;
    if (trusted.some((issuer) => isIssuedBy(certificate, issuer))) return true;
    return intermediates.some(
      (issuer) =>
        isIssuedBy(certificate, issuer) &&
        leadsToTrust(
          issuer,
          intermediates.filter((other) => other !== issuer),
        ),
    );
  }

  function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    return (
      issuer.ca &&
      isCurrent(issuer) &&
      certificate.checkIssued(issuer) &&
      certificate.verify(issuer.publicKey)
    );
  }

  function isCurrent({ validFromDate, validToDate }: X509Certificate): boolean {
    return validFromDate.getTime() <= now && now <= validToDate.getTime();
  }
}

function parseChain(x5c: unknown): X509Certificate[] {
  if (!Array.isArray(x5c) || x5c.length > MAX_CERTIFICATES) return [];
  return x5c.map((der) => new X509Certificate(Buffer.from(String(der), 'base64')));
}
