/** Is done at once. */
export default function instant(): unknown {
  return { done: true };
}
