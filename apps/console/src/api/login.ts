/** Whether the server knows who looks at the page. */
export type LoginState = 'checking' | 'in' | 'out';

/** What the page knows of its login: set by what the server answers, heard by what is drawn. */
export class Login {
  #state: LoginState = 'checking';
  readonly #listeners = new Set<() => void>();

  readonly state = (): LoginState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The server answered. */
  readonly found = (): void => this.#become('in');

  /** The server wants a key. */
  readonly lost = (): void => this.#become('out');

  #become(state: LoginState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The login of this page. */
export const login = new Login();
