/** Stands for codes that are no short names, and for those after the first few. */
const OTHER = '_OTHER';

/** A name, not a sentence that might quote somebody. */
const CODE = /^[\w.-]{1,64}$/u;

/**
 * Tells the first `most` different codes apart; every later or longer one is `_OTHER`, so that
 * whoever invents codes makes no metrics.
 */
export function boundedCode(most: number): (code: string) => string {
  const known = new Set<string>();
  return (code) => {
    if (known.has(code)) return code;
    if (known.size >= most || !CODE.test(code)) return OTHER;
    known.add(code);
    return code;
  };
}
