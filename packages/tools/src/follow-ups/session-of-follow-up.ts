/** The session of the call that a follow-up answers, whose id it begins with. */
export function sessionOfFollowUp(id: string): string {
  const end = id.indexOf('.');
  return end < 0 ? id : id.slice(0, end);
}
