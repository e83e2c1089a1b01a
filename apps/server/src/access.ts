/**
 * Whose sessions a key or a login opens: those of its tenant, or as an operator's, with a null
 * tenant, those of everybody.
 */
export interface Access {
  readonly tenant: string | null;
}

/** Of whoever may see no session. */
export const NOBODY: Access = { tenant: '' };

/** Whether these sessions include one of that tenant; a session may belong to none. */
export function reaches(access: Access, session: { readonly tenant: string | null }): boolean {
  return access.tenant === null || access.tenant === session.tenant;
}
