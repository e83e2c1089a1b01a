/**
 * Something that some tests need and that is not there.
 * @typedef {object} MissingPackage
 * @property {string} name
 * @property {readonly string[]} tests the test files that need it
 */

/**
 * Whether one of these test files is to be run.
 * @param {readonly string[]} tests
 * @param {readonly string[]} filters parts of test paths; none selects every test
 */
export function isSelected(tests, filters) {
  return filters.length === 0 || tests.some((test) => filters.some((part) => test.includes(part)));
}
