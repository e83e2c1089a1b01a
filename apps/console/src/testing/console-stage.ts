import type { Browser, Locator, Page } from 'playwright-core';
import { BuiltConsole } from './built-console.ts';
import { FakeConsole } from './fake-console.ts';
import { openBrowser, openPage } from './open-browser.ts';
import type { OpenPage } from './open-browser.ts';

/** What Chromium says by itself of answers and sockets whose failure the console draws. */
const SAID_OF_FAILURES = /^Failed to load resource|^WebSocket connection to .* failed/;

/** A built console and a browser, for many tests; each has a fake server and a page of its own. */
export class ConsoleStage {
  readonly distDir: string;
  readonly #built: BuiltConsole;
  readonly #browser: Browser;
  #fake: FakeConsole | null = null;
  #opened: OpenPage | null = null;

  private constructor(built: BuiltConsole, browser: Browser) {
    this.distDir = built.distDir;
    this.#built = built;
    this.#browser = browser;
  }

  static async build(): Promise<ConsoleStage> {
    const built = await BuiltConsole.build();
    return new ConsoleStage(built, await openBrowser());
  }

  /** Before a test: a server that lets everybody in. On the port given, when one was there before. */
  async begin(port = 0): Promise<FakeConsole> {
    this.#fake = await FakeConsole.start(this.distDir, port);
    this.#fake.wantsLogin = false;
    return this.#fake;
  }

  /** Opens a path of the server on a laptop's screen, in a profile of its own. */
  async open(path: string): Promise<Page> {
    if (this.#fake === null) throw new Error('begin() comes before open()');
    this.#opened = await openPage(this.#browser, `${this.#fake.url}${path}`);
    return this.#opened.page;
  }

  /**
   * After a test: closes what it opened.
   * @throws {Error} when the page complained of anything but failures it was told of
   */
  async end(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await opened?.page.context().close();
    await this.#fake?.close();
    this.#fake = null;
    const serious = opened?.complaints.filter((said) => !SAID_OF_FAILURES.test(said)) ?? [];
    if (serious.length > 0) throw new Error(`the page complained: ${serious.join(' | ')}`);
  }

  async remove(): Promise<void> {
    await this.#browser.close();
    await this.#built.remove();
  }
}

/** Whether something is seen, once it is. */
export async function isSeen(what: Locator): Promise<boolean> {
  await what.waitFor();
  return what.isVisible();
}
