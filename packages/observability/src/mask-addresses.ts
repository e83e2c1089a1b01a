/** E-mail addresses as they are written, in texts of any kind. */
const ADDRESS =
  /([\p{L}\p{N}])[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{0,63}@((?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]+)/gu;

/** The text with each e-mail address down to its first character and domain: `j…@example.com`. */
export function maskAddresses(text: string): string {
  return text.includes('@') ? text.replaceAll(ADDRESS, '$1…@$2') : text;
}
