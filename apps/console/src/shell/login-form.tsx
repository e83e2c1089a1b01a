import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { ConsoleError } from '../api/console-error.ts';
import { logIn } from '../api/log-in.ts';
import './login-form.css';

/** Asks for an API key, which is exchanged for a cookie and not kept. */
export function LoginForm() {
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setIsAsking(true);
    setProblem(null);
    logIn(key.trim()).catch((error: unknown) => {
      setProblem(problemOf(error));
      setIsAsking(false);
    });
  };

  return (
    <form className="login" onSubmit={submit} aria-labelledby="login-title">
      <h1 id="login-title">Log in to the console</h1>
      <p id="login-hint">
        With an API key of this server. The first start makes one and keeps it in{' '}
        <code>.antiphon/api-key</code>.
      </p>
      <label htmlFor="login-key">API key</label>
      <input
        id="login-key"
        className="field mono"
        type="password"
        autoComplete="current-password"
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
        aria-describedby="login-hint"
        aria-invalid={problem !== null}
        autoFocus
        required
      />
      {problem === null ? null : (
        <p className="login-problem" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" className="button button-main" disabled={isAsking}>
        {isAsking ? 'Logging in …' : 'Log in'}
      </button>
    </form>
  );
}

function problemOf(error: unknown): string {
  if (!(error instanceof ConsoleError)) return String(error);
  return error.code === 'login' ? 'The server does not know this API key.' : error.message;
}
