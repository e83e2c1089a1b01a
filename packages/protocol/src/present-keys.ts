/** T with its possibly undefined members turned into optional ones. */
export type PresentKeys<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy of the record without the members that are undefined; null members stay. */
export function presentKeys<T extends object>(record: T): PresentKeys<T> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as PresentKeys<T>;
}
