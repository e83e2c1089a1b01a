import { writeFileSync } from 'node:fs';

/**
 * @typedef {object} TestSummary
 * @property {number} passed
 * @property {number} failed failed tests, plus one for each file or suite that could not run
 * @property {number} unhandledErrors errors that no test accounts for
 * @property {{ test: string, file: string, reason: string | undefined }[]} skipped
 */

/**
 * A vitest reporter that writes a TestSummary as JSON to the file that the environment variable
 * ANTIPHON_TEST_SUMMARY names.
 */
export default class SummaryReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const file = process.env.ANTIPHON_TEST_SUMMARY;
    if (file === undefined) return;
    writeFileSync(file, JSON.stringify(summarize(modules, unhandledErrors)));
  }
}

/**
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @param {readonly unknown[]} unhandledErrors
 * @returns {TestSummary}
 */
function summarize(modules, unhandledErrors) {
  /** @type {TestSummary} */
  const summary = { passed: 0, failed: 0, unhandledErrors: unhandledErrors.length, skipped: [] };
  for (const module of modules) {
    const suites = [module, ...module.children.allSuites()];
    summary.failed += suites.filter((suite) => suite.errors().length > 0).length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') summary.passed += 1;
      else if (result.state === 'failed') summary.failed += 1;
      else {
        const file = module.relativeModuleId;
        summary.skipped.push({ test: test.fullName, file, reason: reasonForSkip(test) });
      }
    }
  }
  return summary;
}

/**
 * @param {import('vitest/node').TestCase} test
 * @returns {string | undefined}
 */
function reasonForSkip(test) {
  const result = test.result();
  if (result.state === 'pending') return 'the run was interrupted';
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  for (let suite = test.parent; suite.type === 'suite'; suite = suite.parent) {
    if (suite.errors().length > 0) return 'its suite could not be set up';
  }
  return test.module.errors().length > 0 ? 'its file could not be set up' : undefined;
}
