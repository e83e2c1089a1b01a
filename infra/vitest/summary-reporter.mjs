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
        const reason = result.state === 'skipped' ? result.note : 'the run was interrupted';
        summary.skipped.push({ test: test.fullName, file: module.relativeModuleId, reason });
      }
    }
  }
  return summary;
}
