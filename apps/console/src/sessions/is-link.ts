/**
 * Whether what was clicked on is a link, which leads on by itself. Rows of a table lead where their
 * link leads, so that they are easier to hit; the keyboard reaches the link.
 */
export function isLink(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a') !== null;
}
