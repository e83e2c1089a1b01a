/** Why a collector took nothing: an HTTP status, a code of the network, or the error's name. */
export function refusalOf(error: Error | undefined): string {
  if (!error) return 'unknown';
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : error.name;
}
