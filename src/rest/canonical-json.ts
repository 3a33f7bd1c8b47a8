/**
 * One text for equal values: keys sorted by code unit, no spaces, numbers and strings as JavaScript writes them, what
 * RFC 8785 asks for, save that keys which are whole numbers come first, as numbers. The hashes of the audit log rest on it.
 * What JSON leaves out (`undefined`, functions) is left out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    // A null prototype keeps a key called `__proto__` a key.
    const sorted: Record<string, unknown> = Object.create(null);
    for (const key of Object.keys(part).sort()) sorted[key] = (part as Record<string, unknown>)[key];
    return sorted;
  });
}
